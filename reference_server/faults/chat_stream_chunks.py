"""Ways to break what single chunks of a streamed chat completion say."""

from __future__ import annotations

from zlib import crc32

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import add, change, in_chunks, insert, raw, swap
from reference_server.faults.words.openai import CHAT, add_chunk, insert_chunk, piece, plain
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)

_GIRL = "\U0001f467"
_LATE_CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "late", "arguments": "{}"}}

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
    "chat.stream.created", "`created` of every chunk is a text.", in_chunks(change("created", str))
)
chunk_models_blank = chat(
    "chat.stream.model", "`model` of every chunk is empty.", in_chunks(change("model", lambda _: ""))
)
chunk_models_are_objects = chat(
    "chat.stream.model", "`model` of every chunk is an object.", in_chunks(change("model", lambda one: {"id": one}))
)


@chat("chat.stream.object")
def only_first_chunk_has_object(reply: Reply) -> None:
    """Only the first chunk says what it is."""
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
    "Half of an emoji is lost, as the escapes of JSON write it.",
    raw(lambda data: data.replace(_GIRL.encode(), b"\\ud83d")),
    when=lambda reply, _: _GIRL.encode() in reply.encoded() and reply.events is not None,
)


@chat("chat.stream.framing")
def stream_of_comments(reply: Reply, call: Call) -> None:
    """The plainest stream holds comments and no event."""
    if reply.events and plain(reply, call):
        reply.events = [b": still working\n\n"]


first_event_is_text = chat("chat.stream.json-events", "A stream begins with a greeting.", insert(0, "connected"))
null_makes_a_stream = request_fault(
    CHAT,
    "`stream: null` is answered with a stream.",
    swap("stream", None, True),
    breaks={"chat.stream.null"},
    before="validation",
)
