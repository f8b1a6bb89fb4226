"""Turns an exchange into plain values and back, and reads the tokens that it reports."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from conformance.wire import sse
from conformance.wire.exchange import Exchange, Request, decoded, headers_of
from conformance.wire.secrets import foreign, hidden, recut, starred

WHOLE, BEGINNING = 16 << 20, 64 << 10
"""The most bytes of a body that a recording has whole, and what it has of larger media."""
PART = "TooLarge: the recording has the beginning of the answer only"


def _key_name(request: Request) -> str:
    """The name of the key that a request was sent with; for a `Secret`, the name of that class."""
    return request.key if isinstance(request.key, str) else type(request.key).__name__


def identity(request: Request) -> tuple[object, ...]:
    """The values that are equal for equal requests."""
    return request.method, request.path, request.body or b"", request.headers, _key_name(request), request.protocol


def to_record(exchange: Exchange) -> dict[str, Any]:
    """An exchange as plain values, for the HAR file. Holds no secret, not even one that checks may see."""
    request = exchange.request
    chunks, cut = _evidence(exchange)
    chunks = recut(chunks, starred(body := b"".join(data for _, data in chunks), foreign(body)))
    try:
        sent, binary = (request.body or b"").decode(), False
    except UnicodeDecodeError:
        sent, binary = base64.b64encode(request.body or b"").decode(), True
    return {
        "id": exchange.number,
        "started": exchange.started,
        "method": request.method,
        "url": hidden(exchange.url),
        "path": hidden(request.path),
        "protocol": request.protocol,
        "key": _key_name(request),
        "own_headers": [list(pair) for pair in request.headers],
        "request_headers": [list(pair) for pair in exchange.sent],
        "request_body": None if request.body is None else hidden(sent),
        "request_binary": binary,
        "status": exchange.status,
        "http_version": exchange.http_version,
        "response_headers": [[name, hidden(value)] for name, value in exchange.headers.multi_items()],
        "chunks": [[seconds, base64.b64encode(data).decode()] for seconds, data in chunks],
        "elapsed": exchange.elapsed,
        "error": exchange.broken or None,
        "leaks": list(exchange.leaks),
        **({"cut": cut} if cut else {}),
    }


def _evidence(exchange: Exchange) -> tuple[Sequence[tuple[float, bytes]], dict[str, Any] | None]:
    """What a recording has of a body: the chunks, or the first ones, with length and hash, where it is very large."""
    if exchange.size <= WHOLE:
        return exchange.chunks, None
    digest, first = sha256(), list[tuple[float, bytes]]()
    for when, data in exchange.chunks:
        digest.update(data)
        if (left := BEGINNING - sum(len(one) for _, one in first)) > 0:
            first.append((when, data[:left]))
    return first, {"size": exchange.size, "sha256": digest.hexdigest()}


def from_record(record: Mapping[str, Any], request: Request, number: int) -> Exchange:
    """The exchange that `to_record` wrote, as the answer to `request`."""
    return Exchange(
        number=number,
        request=request,
        url=record["url"],
        started=record["started"],
        sent=tuple((name, value) for name, value in record["request_headers"]),
        status=record["status"],
        http_version=record["http_version"],
        headers=headers_of((name, value) for name, value in record["response_headers"]),
        chunks=tuple((seconds, base64.b64decode(data)) for seconds, data in record["chunks"]),
        elapsed=record["elapsed"],
        broken=record["error"] or (PART if record.get("cut") else ""),
        leaks=tuple(record.get("leaks", ())),
    )


_USAGES = (
    ("usage", "prompt_tokens", "completion_tokens"),
    ("usage", "input_tokens", "output_tokens"),
    ("usageMetadata", "promptTokenCount", "candidatesTokenCount"),
)
"""Where protocols report tokens: the object, and its members for the prompt and for the answer."""


def reported_tokens(record: Mapping[str, Any]) -> tuple[int, int]:
    """The prompt and completion tokens that the gateway reported in one record."""
    body = b"".join(base64.b64decode(data) for _, data in record["chunks"])
    if b'"usage' not in body:
        return 0, 0
    events: list[str | bytes] = [event.data for event in sse.read([(0.0, body)]).events]
    for text in events[::-1] or [body]:
        if usage := _usage(text):
            return usage
    return 0, 0


def _usage(text: str | bytes) -> tuple[int, int] | None:
    body = decoded(text)
    holder = body.get("response", body) if isinstance(body, dict) else None
    for name, *counts in _USAGES:
        usage = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(usage, dict) and not usage.keys().isdisjoint(counts):
            prompt, completion = (usage.get(count) for count in counts)
            return (prompt if isinstance(prompt, int) else 0), (completion if isinstance(completion, int) else 0)
    return None


def by_request(records: Iterable[Mapping[str, Any]]) -> dict[tuple[object, ...], list[Mapping[str, Any]]]:
    """The records of each request, by its identity, in the order in which they were made."""
    table: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
    for record in records:
        table.setdefault(identity(request_of(record)), []).append(record)
    return table


def request_of(record: Mapping[str, Any]) -> Request:
    """The request of a record."""
    body = record["request_body"]
    raw = None if body is None else base64.b64decode(body) if record["request_binary"] else body.encode()
    own = tuple((name, value) for name, value in record["own_headers"])
    return Request(record["method"], record["path"], raw, own, record["key"], record["protocol"])
