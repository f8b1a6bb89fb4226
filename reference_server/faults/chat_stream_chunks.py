"""Ways to break the chunks of a stream, its usage and its errors."""

from __future__ import annotations

from zlib import crc32

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import (
    Edit,
    Members,
    add,
    change,
    drop,
    error_body,
    header,
    in_chunks,
    insert,
    put,
    raw,
    refuse,
    status,
    swap,
    without,
)
from reference_server.faults.words.openai import CHAT, DONE, add_chunk, insert_chunk, piece, plain, streams
from reference_server.faults.words.situations import both, has, sent, served, streamed
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

chat = rows(CHAT)

_GIRL = "\U0001f467"
_LATE_CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "late", "arguments": "{}"}}

_IDENTITY = "chat.stream.usage.identity"


def _is_usage(chunk: Chunk) -> bool:
    """The chunk carries the usage."""
    return chunk.get("choices") == [] and bool(chunk.get("usage"))


def _usage_chunks(reply: Reply) -> list[Chunk]:
    return [chunk for chunk in reply.chunks if _is_usage(chunk)]


def _in_usage(edit: Members) -> Edit:
    """Edit the chunk that carries the usage."""
    return in_chunks(Members(lambda chunk: edit.apply(chunk) if _is_usage(chunk) else None))


def _wrong_stream(reply: Reply, call: Call) -> bool:
    """A temperature that is no number was refused, and a stream asked for."""
    return streams(call) and sent(call).get("temperature") == "warm" and reply.status in {400, 422}


chunk_ids_are_numbers = chat(
    "chat.stream.id", "The id of every chunk is a number.", in_chunks(change("id", lambda id_: crc32(id_.encode())))
)
chunks_of_the_epoch = chat(
    "chat.stream.created", "`created` of every chunk is 0.", in_chunks(change("created", lambda _: 0))
)
chunks_in_milliseconds = chat(
    "chat.stream.created", "`created` is in milliseconds.", in_chunks(change("created", lambda time: time * 1000))
)
chunk_time_with_fraction = chat(
    "chat.stream.created", "`created` of every chunk has a fraction.", in_chunks(add("created", 0.25))
)
chunk_time_as_text = chat(
    "chat.stream.created", "`created` of every chunk is a string.", in_chunks(change("created", str))
)
chunk_models_blank = chat(
    "chat.stream.model", "`model` of every chunk is empty.", in_chunks(change("model", lambda _: ""))
)
chunk_models_are_objects = chat(
    "chat.stream.model", "`model` of every chunk is an object.", in_chunks(change("model", lambda one: {"id": one}))
)


@chat("chat.stream.object")
def only_first_chunk_has_object(reply: Reply) -> None:
    """Only the first chunk has `object`."""
    for chunk in reply.chunks[1:]:
        if chunk.get("choices"):
            chunk.pop("object", None)


@chat("chat.stream.choices")
def null_among_choices(reply: Reply) -> None:
    """The first chunk has null beside its choice."""
    for chunk in reply.chunks[:1]:
        if chunk.get("choices"):
            chunk["choices"].append(None)


second_choice_unasked = chat(
    "chat.stream.choice-index",
    "The plainest stream ends with a second, empty choice.",
    add_chunk(choices=[{"index": 1, "delta": {}, "finish_reason": "stop"}]),
    when=plain,
)
later_content_as_part = chat(
    "chat.stream.content-type",
    "An empty content fragment in mid-stream is an array.",
    insert_chunk(2, choices=piece(content=[])),
)
tool_call_after_finish = chat(
    "chat.stream.nothing-after-finish",
    "A fragment of a tool call follows the end of the plainest text.",
    add_chunk(choices=piece(tool_calls=[_LATE_CALL])),
    when=plain,
)
surrogates_torn_apart = chat(
    "chat.stream.unicode",
    "An emoji that is written as two JSON escapes arrives with only one of them.",
    raw(lambda data: data.replace(_GIRL.encode(), b"\\ud83d")),
    when=lambda reply, _: _GIRL.encode() in reply.encoded() and reply.events is not None,
)


@chat("chat.stream.framing")
def stream_of_comments(reply: Reply, call: Call) -> None:
    """The plainest stream has comments and no events."""
    if reply.events and plain(reply, call):
        reply.events = [b": still working\n\n"]


first_event_is_text = chat("chat.stream.json-events", "A stream begins with a word.", insert(0, "connected"))
null_makes_a_stream = request_fault(
    CHAT,
    "`stream: null` is answered with a stream.",
    swap("stream", None, True),
    breaks={"chat.stream.null"},
    before="validation",
)

# Usage.
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

# Errors.
wrong_stream_refused_in_text = chat(
    "chat.stream.errors",
    "A wrong request for a stream is refused in plain text.",
    header("content-type", "text/plain"),
    when=_wrong_stream,
)
wrong_stream_refused_in_array = chat(
    "chat.stream.errors",
    "A wrong request for a stream is refused with an array that holds the error.",
    error_body(lambda body: [body]),
    when=_wrong_stream,
)
wrong_stream_refused_as_done = chat(
    "chat.stream.errors", "A wrong request for a stream is refused with status 200.", status(200), when=_wrong_stream
)
failure_without_words = chat(
    "chat.stream.error-event",
    "A stream that fails half-way ends with an error that has no message.",
    in_chunks(drop("error.message")),
    model="midstream-error",
)
failure_and_stop = chat(
    "chat.stream.error-event",
    "A stream that fails half-way reports the failure, and then ends normally.",
    insert_chunk(1, choices=piece("stop")),
    model="midstream-error",
)


@chat("chat.stream.error-event", model="midstream-error")
def failure_after_done(reply: Reply) -> None:
    """A stream that fails half-way reports the failure after `[DONE]`."""
    for failure in [chunk for chunk in reply.chunks if "error" in chunk][:1]:
        if reply.events:
            reply.events.insert(reply.events.index(failure), DONE)


@chat("chat.stream.errors")
def range_told_in_a_stream(reply: Reply, call: Call) -> Reply:
    """A stream with a temperature out of range is answered 200, with the error as an event."""
    wrong = streams(call) and sent(call).get("temperature") in (-0.1, 2.1) and not reply.ok
    return Reply.stream([reply.body, DONE]) if wrong else reply


_OF_THE_PROMPT = ("prompt_tokens", "total_tokens")
_ZEROS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
_COUNTED = "chat.stream.usage.counted"
streamed_usage_of_zeros = chat(_COUNTED, "The usage of a stream is zeros.", _in_usage(put("usage", _ZEROS)))
streamed_answer_costs_nothing = chat(
    _COUNTED,
    "The usage of a stream counts the prompt alone.",
    _in_usage(change("usage", lambda one: _ZEROS | dict.fromkeys(_OF_THE_PROMPT, one["prompt_tokens"]))),
)
streamed_prompt_costs_nothing = chat(
    _COUNTED,
    "The usage of a stream counts the answer alone.",
    _in_usage(change("usage", lambda one: one | {"prompt_tokens": 0, "total_tokens": one["completion_tokens"]})),
)
zeros_follow_the_usage = chat(
    f"{_COUNTED} chat.stream.usage.last",
    "A second usage chunk, of zeros, follows the true one.",
    add_chunk(choices=[], usage=_ZEROS),
    when=both(streamed, has("stream_options")),
)


@chat(f"{_COUNTED} chat.stream.usage.null-before")
def zeros_in_every_chunk(reply: Reply) -> None:
    """Every chunk of a stream has a usage of zeros, the last one too."""
    for chunk in reply.chunks if _usage_chunks(reply) else ():
        chunk["usage"] = dict(_ZEROS)
