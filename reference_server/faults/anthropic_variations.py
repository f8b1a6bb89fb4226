"""Legal differences between gateways in the Anthropic protocol: they break nothing."""

from __future__ import annotations

from typing import Any

from reference_server.faults import variation
from reference_server.faults.anthropic_stream import is_of, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

_MESSAGE = "createMessage"
_PING: Chunk = {"type": "ping"}
_LOOKING = "I will look that up."


@variation(_MESSAGE)
def pings_everywhere(reply: Reply) -> None:
    """A ping stands between any two events."""
    if reply.events is not None:
        first, *rest = reply.events
        reply.events = [first, *(event for one in rest for event in (dict(_PING), one))]


@variation(_MESSAGE)
def no_pings(reply: Reply) -> Reply:
    """No ping is sent."""
    return reply.without(lambda event: is_of(event, "ping"))


@variation(_MESSAGE)
def unknown_event_types(reply: Reply) -> None:
    """Events of a type that nobody documents are sent within the stream."""
    if reply.events is not None:
        reply.events.insert(2, {"type": "x_progress", "percent": 50})


@variation(_MESSAGE)
def native_lines_in_crlf(reply: Reply) -> Reply:
    """Lines of a stream end in CR LF."""
    return reply.raw(lambda data: data.replace(b"\n", b"\r\n")) if reply.events is not None else reply


@variation(_MESSAGE)
def native_comments(reply: Reply) -> Reply:
    """A comment line stands before each event."""
    return reply.raw(lambda data: b": keep-alive\n\n" + data) if reply.events is not None else reply


@variation(_MESSAGE)
def name_after_data(reply: Reply) -> Reply:
    """The name of an event stands after its data."""

    def swap(data: bytes) -> bytes:
        name, found, rest = data.partition(b"\n")
        return rest.rstrip(b"\n") + b"\n" + name + b"\n\n" if found and name.startswith(b"event:") else data

    return reply.raw(swap) if reply.events is not None else reply


@variation(_MESSAGE)
def one_delta_per_block(reply: Reply) -> None:
    """Each block has one delta of each kind."""
    kept: list[Event] = []
    for event in reply.events or ():
        if not (kept and _joined(kept[-1], event)):
            kept.append(event)
    reply.events = kept if reply.events is not None else None


@variation(_MESSAGE)
def empty_deltas_first(reply: Reply) -> None:
    """A block of text or of a call has an empty delta first."""
    events: list[Event] = []
    for event in reply.events or ():
        events.append(event)
        if is_of(event, "content_block_start"):
            events += _empty_delta(event)
    reply.events = events if reply.events is not None else None


@variation(_MESSAGE)
def usage_told_twice(reply: Reply) -> None:
    """A message_delta tells the usage so far, before the one that tells the end."""
    for place, event in enumerate(reply.events or ()):
        if is_of(event, "message_delta") and isinstance(event, dict) and reply.events:
            delta = {"stop_reason": None, "stop_sequence": None}
            reply.events.insert(place, {**event, "delta": delta, "usage": {"output_tokens": 1}})
            return


@variation(_MESSAGE)
def input_told_at_the_end(reply: Reply) -> None:
    """The start of a stream counts no input tokens, the end does."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["usage"]["input_tokens"] = 0


@variation(_MESSAGE)
def input_told_at_the_start(reply: Reply) -> None:
    """The end of a stream counts output tokens only."""
    for chunk in of(reply, "message_delta"):
        chunk["usage"] = {"output_tokens": chunk["usage"]["output_tokens"]}


@variation(_MESSAGE)
def input_from_the_cache(reply: Reply) -> Reply:
    """All but one of the input tokens of a whole answer were cached."""

    def move(body: dict[str, Any]) -> None:
        usage = body["usage"]
        usage.update(input_tokens=1, cache_read_input_tokens=usage["input_tokens"] - 1)

    return reply.edit(move)


@variation(_MESSAGE)
def few_native_fields(reply: Reply) -> Reply:
    """No optional field is sent: neither a null stop_sequence nor details of the usage."""
    return reply.edit(_thin)


@variation(_MESSAGE)
def more_native_fields(reply: Reply) -> Reply:
    """The further fields of the newest API are sent, most of them null."""

    def add(body: dict[str, Any]) -> None:
        body.update(container=None, stop_details=None, diagnostics=None)
        body["usage"] |= {"cache_creation": None, "server_tool_use": None, "inference_geo": "eu"}
        for block in body["content"]:
            if block["type"] == "text":
                block["citations"] = None

    return reply.edit(add)


@variation(_MESSAGE)
def other_native_ids(reply: Reply) -> Reply:
    """Ids of messages and of calls start differently."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["id"] = _other(chunk["message"]["id"])
    for chunk in of(reply, "content_block_start"):
        _rename_call(chunk["content_block"])

    def rename(body: dict[str, Any]) -> None:
        body["id"] = _other(body["id"])
        for block in body["content"]:
            _rename_call(block)

    return reply.edit(rename)


@variation(_MESSAGE)
def words_before_a_call(reply: Reply) -> Reply:
    """A whole answer with a call says something first."""

    def speak(body: dict[str, Any]) -> None:
        if body["content"] and body["content"][0]["type"] == "tool_use":
            body["content"].insert(0, {"type": "text", "text": _LOOKING})

    return reply.edit(speak)


@variation(_MESSAGE)
def other_native_request_id(reply: Reply, call: Call) -> None:
    """The request id has the form of the real API, and errors do not repeat it."""
    reply.headers["request-id"] = f"req_{call.id}"
    reply.edit_error(lambda body: body.pop("request_id", None) and None)


def _joined(last: Event, event: Event) -> bool:
    """Two deltas of one kind were made one."""
    if not (isinstance(last, dict) and isinstance(event, dict)):
        return False
    if "delta" not in last or "delta" not in event or last.get("index") != event.get("index"):
        return False
    kind = last["delta"].get("type")
    name = {"text_delta": "text", "input_json_delta": "partial_json", "thinking_delta": "thinking"}.get(kind)
    if name is None or event["delta"].get("type") != kind:
        return False
    last["delta"][name] += event["delta"][name]
    return True


def _empty_delta(start: Event) -> list[Event]:
    if not isinstance(start, dict):
        return []
    delta = {
        "text": {"type": "text_delta", "text": ""},
        "tool_use": {"type": "input_json_delta", "partial_json": ""},
    }.get(start["content_block"]["type"])
    return [{"type": "content_block_delta", "index": start["index"], "delta": delta}] if delta else []


def _thin(body: dict[str, Any]) -> None:
    if body["stop_sequence"] is None:
        del body["stop_sequence"]
    body["usage"] = {name: body["usage"][name] for name in ("input_tokens", "output_tokens")}


def _other(name: str) -> str:
    return f"gen-{name.partition('_')[2]}"


def _rename_call(block: dict[str, Any]) -> None:
    if block["type"] == "tool_use":
        block["id"] = f"call-{block['id'].partition('_')[2]}"
