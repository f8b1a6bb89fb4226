"""What any success has to be, whatever the protocol: whole, in the coding and of the media type that it says.

Only what the gateway itself writes counts. A timeout or a connection that is reset is a fault of the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.wire.exchange import Exchange, decoded
from conformance.wire.recorder import Recorder
from conformance.wire.sse import BOM
from conformance.words.check import inconclusive
from gateway_contract import Operation

EVENTS = "text/event-stream"
FRAMING = ("RemoteProtocolError", "DecodingError")
"""How a body ends that is not whole by its own length, its own chunks or its own content coding."""
BODILESS = frozenset({204, 205, 304})
ASKED_AGAIN = 6
"""The most requests that are sent again because their answers were cut off."""


def succeeded(exchange: Exchange) -> bool:
    """The exchange is a success that has a body."""
    return 200 <= exchange.status < 300 and exchange.status not in BODILESS and exchange.request.method != "HEAD"


def is_cut(exchange: Exchange) -> bool:
    """The body is less than its framing announces, or cannot be decoded."""
    return succeeded(exchange) and exchange.broken.startswith(FRAMING)


def demand_whole(recorder: Recorder, exchanges: Iterable[Exchange]) -> None:
    """Demands bodies that end where they say. What is cut off once and not again is the network's."""
    once = ""
    for exchange in exchanges:
        if exchange.broken and not is_cut(exchange):
            once = exchange.broken
        if is_cut(exchange):
            again = recorder.ask(exchange.request, take=1)
            recorder.touched.append(exchange)
            assert not is_cut(again), f"the body does not end where it says, twice: {exchange.broken:.120}"
            once = exchange.broken
    if once:
        inconclusive(f"seen once, and not again: {once:.120}")


def leave_open_when_cut(exchange: Exchange) -> None:
    """Leaves open how a failure is told where the stream breaks off without a word: no client takes it for complete."""
    if is_cut(exchange) and not failure_within(exchange):
        inconclusive(f"the stream breaks off, which every client notices: {exchange.broken:.120}")


def failure_within(exchange: Exchange) -> str:
    """The event with which a stream tells of a failure, after which it may be dropped; nothing when there is none."""
    return next(iter(_failures(exchange)), "")


def error_text(exchange: Exchange) -> str:
    """What an exchange tells of an error, by its status or within a stream; nothing where there is none."""
    return exchange.text if exchange.status >= 400 else "\n".join(_failures(exchange))


def _failures(exchange: Exchange) -> list[str]:
    """The data of the events that tell of a failure."""
    if exchange.media_type != EVENTS:
        return []
    return [
        event.data for event, value in zip(exchange.stream.events, exchange.values, strict=True) if _is_failure(value)
    ]


def _is_failure(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("error") or value.get("type") in ("error", "response.failed"))


def fault_of(exchange: Exchange, operation: Operation | None) -> str:
    """Why a success that came whole cannot be read; nothing when it can. Without an operation any bytes are right."""
    if not succeeded(exchange) or exchange.broken or operation is None or not _is_data(operation):
        return ""
    if exchange.media_type == EVENTS:
        return _fault_of_events(exchange)
    if is_json(exchange.media_type):
        return _fault_of_json(exchange.body)
    if isinstance(decoded(exchange.body), (dict, list)):
        return f"the body is JSON, its Content-Type is {exchange.media_type!r}"
    return ""


def is_json(media_type: str) -> bool:
    """The media type is that of JSON, or of a format that is JSON."""
    return media_type == "application/json" or media_type.endswith("+json")


def _is_data(operation: Operation) -> bool:
    """All that the operation answers is JSON or events: no sound, no text, no file of the caller's."""
    types = {
        name for status, one in operation.described["responses"].items() if status[0] == "2" for name in _types(one)
    }
    return bool(types) and all(is_json(name) or name == EVENTS for name in types)


def _types(response: dict[str, object]) -> list[str]:
    content = response.get("content")
    return list(content) if isinstance(content, dict) else []


def _fault_of_events(exchange: Exchange) -> str:
    reader = exchange.stream
    if reader.invalid_utf8:
        return "the stream is not UTF-8"
    if not reader.events and not reader.leftover:
        return f"the body is labelled {EVENTS} and holds no event: {exchange.text:.100}"
    return ""


def _fault_of_json(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"the body is labelled as JSON and is not UTF-8: {error.reason} at byte {error.start}"
    if decoded(body) is None and body.strip() != b"null":
        return f"the body is labelled as JSON and is none: {body[:100]!r}"
    return ""


def legal_oddity(exchange: Exchange) -> str:
    """What the wire may have and official clients do not read; nothing in most answers."""
    if exchange.media_type == EVENTS and exchange.body.startswith(BOM):
        return "the stream begins with a byte order mark, which its standard allows and this client does not skip"
    return ""


def charset(exchange: Exchange) -> str:
    """The charset that the Content-Type names, in lower case; nothing when it names none."""
    label = str(exchange.headers.get("content-type", ""))
    found = re.search(r";\s*charset\s*=\s*\"?([^\";\s]+)", label, re.IGNORECASE)
    return found[1].lower() if found else ""
