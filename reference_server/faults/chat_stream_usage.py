"""Ways to break the usage of a stream."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import Edit, Members, add, change, in_chunks, put, refuse, without
from reference_server.faults.words.openai import CHAT, piece
from reference_server.faults.words.situations import both, has, served
from reference_server.wire.reply import Chunk, Reply

chat = rows(CHAT)

_IDENTITY = "chat.stream.usage.identity"


def _is_usage(chunk: Chunk) -> bool:
    """The chunk carries the usage."""
    return chunk.get("choices") == [] and bool(chunk.get("usage"))


def _usage_chunks(reply: Reply) -> list[Chunk]:
    return [chunk for chunk in reply.chunks if _is_usage(chunk)]


def _in_usage(edit: Members) -> Edit:
    """Edit the chunk that carries the usage."""
    return in_chunks(Members(lambda chunk: edit.apply(chunk) if _is_usage(chunk) else None))


stream_without_usage = chat(
    "chat.stream.usage",
    "`include_usage` is accepted, but no chunk carries the usage.",
    without(lambda event: isinstance(event, dict) and event.get("choices") == []),
)
usage_chunk_with_choice = chat(
    "chat.stream.usage.choices", "The usage chunk has a choice with an empty delta.", _in_usage(put("choices", piece()))
)


@chat("chat.stream.usage.last")
def usage_first(reply: Reply) -> None:
    """The usage chunk comes first."""
    usage = _usage_chunks(reply)
    if reply.events and usage:
        reply.events.remove(usage[0])
        reply.events.insert(1, usage[0])


@chat("chat.stream.usage.last")
def usage_sent_twice(reply: Reply) -> None:
    """The usage chunk comes twice."""
    usage = _usage_chunks(reply)
    if reply.events and usage:
        reply.events.insert(reply.events.index(usage[0]), dict(usage[0]))


@chat("chat.stream.usage.null-before")
def usage_in_every_chunk(reply: Reply) -> None:
    """Every chunk reports the usage so far."""
    for place, chunk in enumerate(reply.chunks[:-1]) if _usage_chunks(reply) else ():
        chunk["usage"] = {"prompt_tokens": 13, "completion_tokens": place, "total_tokens": 13 + place}


streamed_total_off_by_one = chat(
    "chat.stream.usage.total", "The streamed total is one less than the sum.", _in_usage(add("usage.total_tokens", -1))
)


@chat("chat.stream.usage.equals-whole")
def streamed_usage_counts_chunks(reply: Reply) -> None:
    """A stream is counted as one prompt token and as many completion tokens as chunks."""
    for chunk in _usage_chunks(reply):
        count = len(reply.chunks)
        chunk["usage"] = {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1}


usage_chunk_without_object = chat(
    _IDENTITY, "The usage chunk has another `object`: the official client loses it.", _in_usage(put("object", "usage"))
)
usage_chunk_with_its_own_id = chat(
    _IDENTITY, "The usage chunk has an id of its own.", _in_usage(change("id", "{}-usage".format))
)
include_usage_refused = chat(
    "chat.stream.usage",
    "`stream_options` is refused as unknown.",
    refuse(400, "Unknown parameter.", param="stream_options"),
    when=both(served, has("stream_options")),
)
