"""Ways to break what single chunks of a streamed chat completion say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.chat_stream import _append, _deltas, _is_plain
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_GIRL = "\U0001f467"


def _in_every_chunk(reply: Reply, **values: Callable[[Any], Any]) -> None:
    for chunk in reply.chunks:
        for name, change in values.items():
            if name in chunk:
                chunk[name] = change(chunk[name])


@fault(_CHAT, breaks={"chat.stream.id"})
def chunk_ids_are_numbers(reply: Reply) -> None:
    """The id of a stream is a number."""
    _in_every_chunk(reply, id=lambda name: hash(name) % 10**9)


@fault(_CHAT, breaks={"chat.stream.created"})
def chunks_of_the_epoch(reply: Reply) -> None:
    """`created` of every chunk is 0."""
    _in_every_chunk(reply, created=lambda _: 0)


@fault(_CHAT, breaks={"chat.stream.created"})
def chunks_in_milliseconds(reply: Reply) -> None:
    """`created` of every chunk counts milliseconds."""
    _in_every_chunk(reply, created=lambda seconds: seconds * 1000)


@fault(_CHAT, breaks={"chat.stream.created"})
def chunk_time_with_fraction(reply: Reply) -> None:
    """`created` of every chunk has a fraction."""
    _in_every_chunk(reply, created=lambda seconds: seconds + 0.25)


@fault(_CHAT, breaks={"chat.stream.created"})
def chunk_time_as_text(reply: Reply) -> None:
    """`created` of every chunk is a text."""
    _in_every_chunk(reply, created=str)


@fault(_CHAT, breaks={"chat.stream.model"})
def chunk_models_blank(reply: Reply) -> None:
    """`model` of every chunk is empty."""
    _in_every_chunk(reply, model=lambda _: "")


@fault(_CHAT, breaks={"chat.stream.model"})
def chunk_models_are_objects(reply: Reply) -> None:
    """`model` of every chunk is an object."""
    _in_every_chunk(reply, model=lambda name: {"id": name})


@fault(_CHAT, breaks={"chat.stream.object"})
def only_first_chunk_has_object(reply: Reply) -> None:
    """Only the first chunk says what it is."""
    for chunk in reply.chunks[1:]:
        if chunk.get("choices"):
            chunk.pop("object", None)


@fault(_CHAT, breaks={"chat.stream.choices"})
def null_among_choices(reply: Reply) -> None:
    """The first chunk has null beside its choice."""
    for chunk in reply.chunks[:1]:
        if chunk.get("choices"):
            chunk["choices"].append(None)


@fault(_CHAT, breaks={"chat.stream.choice-index"})
def second_choice_unasked(reply: Reply, call: Call) -> None:
    """The plainest stream ends with a second choice, which is empty."""
    if _is_plain(call) and reply.chunks:
        empty = {"index": 1, "delta": {}, "finish_reason": "stop"}
        _append(reply, {**reply.chunks[0], "choices": [empty]})


@fault(_CHAT, breaks={"chat.stream.content-type"})
def later_content_as_part(reply: Reply) -> None:
    """An empty fragment in the middle of a stream is an array."""
    for chunk in reply.chunks[1:2]:
        part = {"index": 0, "delta": {"content": []}, "finish_reason": None}
        if chunk.get("choices") and reply.events:
            reply.events.insert(2, {**chunk, "choices": [part]})


@fault(_CHAT, breaks={"chat.stream.nothing-after-finish"})
def tool_call_after_finish(reply: Reply, call: Call) -> None:
    """A fragment of a tool call follows the end of the plainest text."""
    if _is_plain(call) and reply.chunks:
        fragment = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "late", "arguments": "{}"}}
        late = {"index": 0, "delta": {"tool_calls": [fragment]}, "finish_reason": None}
        _append(reply, {**reply.chunks[0], "choices": [late]})


@fault(_CHAT, breaks={"chat.stream.unicode"})
def surrogates_torn_apart(reply: Reply) -> None:
    """Half of an emoji is lost, as the escapes of JSON write it."""
    if any(_GIRL in (delta.get("content") or "") for delta in _deltas(reply)):
        reply.raw(lambda data: data.replace(_GIRL.encode(), b"\\ud83d"))


@fault(_CHAT, breaks={"chat.stream.framing"})
def stream_of_comments(reply: Reply, call: Call) -> None:
    """The plainest stream holds comments and no event."""
    if reply.events and _is_plain(call):
        reply.events = [b": still working\n\n"]


@fault(_CHAT, breaks={"chat.stream.json-events"})
def first_event_is_text(reply: Reply) -> None:
    """A stream begins with a greeting."""
    if reply.events:
        reply.events.insert(0, "connected")


@request_fault(_CHAT, breaks={"chat.stream.null"}, before="validation")
def null_makes_a_stream(call: Call) -> None:
    """`stream: null` is answered by a stream."""
    if isinstance(call.body, dict) and call.body.get("stream", False) is None:
        call.body["stream"] = True
