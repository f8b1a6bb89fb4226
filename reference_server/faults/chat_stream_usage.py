"""Ways to break the usage of a stream."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"chat.stream.usage"})
def stream_without_usage(reply: Reply) -> Reply:
    """`include_usage` is accepted, but no chunk carries the usage."""
    return reply.without(lambda event: isinstance(event, dict) and event.get("choices") == [])


@fault(_CHAT, breaks={"chat.stream.usage.choices"})
def usage_chunk_with_choice(reply: Reply) -> None:
    """The usage chunk has a choice with an empty delta."""
    for chunk in _usage_chunks(reply):
        chunk["choices"] = [{"index": 0, "delta": {}, "finish_reason": None}]


@fault(_CHAT, breaks={"chat.stream.usage.last"})
def usage_first(reply: Reply) -> None:
    """The usage chunk comes first."""
    for chunk in _usage_chunks(reply):
        if reply.events:
            reply.events.remove(chunk)
            reply.events.insert(1, chunk)


@fault(_CHAT, breaks={"chat.stream.usage.last"})
def usage_sent_twice(reply: Reply) -> None:
    """The usage chunk comes twice."""
    for chunk in _usage_chunks(reply):
        if reply.events:
            reply.events.insert(reply.events.index(chunk), dict(chunk))


@fault(_CHAT, breaks={"chat.stream.usage.null-before"})
def usage_in_every_chunk(reply: Reply) -> None:
    """Every chunk reports the usage so far."""
    if _usage_chunks(reply):
        for place, chunk in enumerate(reply.chunks[:-1]):
            chunk["usage"] = {"prompt_tokens": 13, "completion_tokens": place, "total_tokens": 13 + place}


@fault(_CHAT, breaks={"chat.stream.usage.total"})
def streamed_total_off_by_one(reply: Reply) -> None:
    """The streamed total is one less than the sum."""
    for chunk in _usage_chunks(reply):
        chunk["usage"]["total_tokens"] -= 1


@fault(_CHAT, breaks={"chat.stream.usage.equals-whole"})
def streamed_usage_counts_chunks(reply: Reply) -> None:
    """A stream is counted as one prompt token and as many completion tokens as chunks."""
    for chunk in _usage_chunks(reply):
        count = len(reply.chunks)
        chunk["usage"] = {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1}


@fault(_CHAT, breaks={"chat.stream.usage.identity"})
def usage_chunk_without_object(reply: Reply) -> None:
    """The usage chunk is missing its object, so that the official client loses it."""
    for chunk in _usage_chunks(reply):
        chunk["object"] = "usage"


@fault(_CHAT, breaks={"chat.stream.usage.identity"})
def usage_chunk_with_its_own_id(reply: Reply) -> None:
    """The usage chunk has an id of its own."""
    for chunk in _usage_chunks(reply):
        chunk["id"] += "-usage"


@fault(_CHAT, breaks={"chat.stream.usage"})
def include_usage_refused(reply: Reply, call: Call) -> Reply:
    """`stream_options` is refused as unknown."""
    error = {"message": "Unknown parameter.", "type": "invalid_request_error", "param": "stream_options", "code": None}
    asked = isinstance(call.body, dict) and call.body.get("stream_options")
    return Reply.json({"error": error}, 400) if asked and reply.ok else reply


def _usage_chunks(reply: Reply) -> list[dict[str, Any]]:
    return [chunk for chunk in reply.chunks if chunk.get("choices") == [] and chunk.get("usage")]
