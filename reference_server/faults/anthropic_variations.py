"""Legal differences between gateways in the Anthropic protocol: they break nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import differences
from reference_server.faults.words.anthropic import BLOCK_START, END, MESSAGE, by_address, config, refuse
from reference_server.faults.words.edits import change, in_chunks, insert, raw
from reference_server.faults.words.situations import asked, both, served, streamed
from reference_server.faults.words.typed import COMMENTS, CRLF, is_of, join_deltas, skip
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

message = differences(MESSAGE)

_LOOKING = {"type": "text", "text": "I will look that up."}
_DELTAS = {"text_delta": "text", "input_json_delta": "partial_json", "thinking_delta": "thinking"}
_EMPTY = {"text": {"type": "text_delta", "text": ""}, "tool_use": {"type": "input_json_delta", "partial_json": ""}}


@message()
def pings_everywhere(reply: Reply) -> None:
    """A ping stands between any two events."""
    if reply.events is not None:
        first, *rest = reply.events
        reply.events = [first, *(event for one in rest for event in ({"type": "ping"}, one))]


no_pings = message("No ping is sent.", skip("ping"))
unknown_event_types = message(
    "A stream has an event of an undocumented type.", insert(2, {"type": "x_progress", "percent": 50})
)
native_lines_in_crlf = message("Lines of a stream end in CR LF.", CRLF, when=streamed)
native_comments = message("A comment line stands before each event.", COMMENTS, when=streamed)


def _name_last(data: bytes) -> bytes:
    name, found, rest = data.partition(b"\n")
    return rest.rstrip(b"\n") + b"\n" + name + b"\n\n" if found and name.startswith(b"event:") else data


name_after_data = message("The `event:` line of an event stands after its data.", raw(_name_last), when=streamed)


def _join(last: Chunk, event: Chunk) -> bool:
    kind = last.get("delta", {}).get("type")
    name = _DELTAS.get(kind)
    if name is None or last["index"] != event.get("index") or event.get("delta", {}).get("type") != kind:
        return False
    last["delta"][name] += event["delta"][name]
    return True


one_delta_per_block = message("Each block has one delta of each kind.", join_deltas(_join))


@message()
def empty_deltas_first(reply: Reply) -> None:
    """A block of text or of a call has an empty delta first."""
    events: list[Event] = []
    for event in reply.events or ():
        events.append(event)
        if is_of(event, BLOCK_START) and (delta := _EMPTY.get(event["content_block"]["type"])):
            events.append({"type": "content_block_delta", "index": event["index"], "delta": dict(delta)})
    reply.events = events if reply.events is not None else None


@message()
def usage_told_twice(reply: Reply) -> None:
    """A further message_delta with the usage so far comes before the last one."""
    for place, event in enumerate(reply.events or ()):
        if is_of(event, END) and reply.events:
            delta = {"stop_reason": None, "stop_sequence": None}
            reply.events.insert(place, {**event, "delta": delta, "usage": {"output_tokens": 1}})
            return


input_estimated_at_the_start = message(
    "The start of a stream estimates the input tokens, and its end gives the exact number.",
    in_chunks(change("message.usage.input_tokens", lambda tokens: tokens + 2)),
)
input_told_at_the_start = message(
    "The end of a stream reports only output tokens.",
    in_chunks(change("usage", lambda usage: {"output_tokens": usage["output_tokens"]})),
)


def _cached(usage: dict[str, Any]) -> dict[str, Any]:
    return {**usage, "input_tokens": 1, "cache_read_input_tokens": usage["input_tokens"] - 1}


input_from_the_cache = message(
    "All but one of the input tokens of a whole answer are reported as cached.", change("usage", _cached)
)


@message()
def few_native_fields(reply: Reply) -> Reply:
    """No optional field is sent: neither a null stop_sequence nor details of the usage."""

    def thin(body: dict[str, Any]) -> None:
        if body["stop_sequence"] is None:
            del body["stop_sequence"]
        body["usage"] = {name: body["usage"][name] for name in ("input_tokens", "output_tokens")}

    return reply.edit(thin)


@message()
def more_native_fields(reply: Reply) -> Reply:
    """The further fields of the newest API are sent, most of them null."""

    def add(body: dict[str, Any]) -> None:
        body.update(container=None, stop_details=None, diagnostics=None)
        body["usage"] |= {"cache_creation": None, "server_tool_use": None, "inference_geo": "eu"}
        for block in body["content"]:
            if block["type"] == "text":
                block["citations"] = None

    return reply.edit(add)


def _renamed(prefix: str) -> Callable[[str], str]:
    return lambda name: f"{prefix}-{name.partition('_')[2]}"


other_native_ids = message(
    "Ids of messages and of calls start differently.",
    in_chunks(change("message.id", _renamed("gen")) | change("content_block.id", _renamed("call"))),
    change("id", _renamed("gen")) | change("content[].id", _renamed("call")),
)


@message()
def words_before_a_call(reply: Reply) -> Reply:
    """A whole answer with a call says something before it."""

    def speak(body: dict[str, Any]) -> None:
        if body["content"] and body["content"][0]["type"] == "tool_use":
            body["content"].insert(0, dict(_LOOKING))

    return reply.edit(speak)


@message()
def other_native_request_id(reply: Reply, call: Call) -> None:
    """The request id has the form of the real API, and errors do not repeat it."""
    reply.headers["request-id"] = f"req_{call.id}"
    reply.edit_error(lambda body: body.pop("request_id", None) and None)


# What a provider does not take.
anthropic_address_refused = message(
    "The provider takes no images by address, and says so.", refuse(), when=both(served, by_address)
)
anthropic_output_config_refused = message(
    "The model knows neither schemas nor efforts, and says so.",
    refuse(),
    when=both(served, asked(lambda call: bool(config(call)))),
)
