"""Ways to break what single chunks of a streamed chat completion say."""

from __future__ import annotations

from zlib import crc32

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import add, change, in_chunks, insert, raw, swap
from reference_server.faults.words.openai import CHAT, add_chunk, insert_chunk, piece, plain
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_GIRL = "\U0001f467"
_LATE_CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "late", "arguments": "{}"}}

chunk_ids_are_numbers = fault(
    CHAT, "The id is a number.", in_chunks(change("id", lambda id_: crc32(id_.encode()))), breaks={"chat.stream.id"}
)
chunks_of_the_epoch = fault(
    CHAT, "`created` of every chunk is 0.", in_chunks(change("created", lambda _: 0)), breaks={"chat.stream.created"}
)
chunks_in_milliseconds = fault(
    CHAT,
    "`created` is in milliseconds.",
    in_chunks(change("created", lambda time: time * 1000)),
    breaks={"chat.stream.created"},
)
chunk_time_with_fraction = fault(
    CHAT, "`created` of every chunk has a fraction.", in_chunks(add("created", 0.25)), breaks={"chat.stream.created"}
)
chunk_time_as_text = fault(
    CHAT, "`created` of every chunk is a text.", in_chunks(change("created", str)), breaks={"chat.stream.created"}
)
chunk_models_blank = fault(
    CHAT, "`model` of every chunk is empty.", in_chunks(change("model", lambda _: "")), breaks={"chat.stream.model"}
)
chunk_models_are_objects = fault(
    CHAT, "`model` is an object.", in_chunks(change("model", lambda one: {"id": one})), breaks={"chat.stream.model"}
)


@fault(CHAT, breaks={"chat.stream.object"})
def only_first_chunk_has_object(reply: Reply) -> None:
    """Only the first chunk says what it is."""
    for chunk in reply.chunks[1:]:
        if chunk.get("choices"):
            chunk.pop("object", None)


@fault(CHAT, breaks={"chat.stream.choices"})
def null_among_choices(reply: Reply) -> None:
    """The first chunk has null beside its choice."""
    for chunk in reply.chunks[:1]:
        if chunk.get("choices"):
            chunk["choices"].append(None)


second_choice_unasked = fault(
    CHAT,
    "The plainest stream ends with a second choice, which is empty.",
    add_chunk(choices=[{"index": 1, "delta": {}, "finish_reason": "stop"}]),
    when=plain,
    breaks={"chat.stream.choice-index"},
)
later_content_as_part = fault(
    CHAT, "A later piece is an array.", insert_chunk(2, choices=piece(content=[])), breaks={"chat.stream.content-type"}
)
tool_call_after_finish = fault(
    CHAT,
    "A fragment of a tool call follows the end of the plainest text.",
    add_chunk(choices=piece(tool_calls=[_LATE_CALL])),
    when=plain,
    breaks={"chat.stream.nothing-after-finish"},
)
surrogates_torn_apart = fault(
    CHAT,
    "Half of an emoji is lost, as the escapes of JSON write it.",
    raw(lambda data: data.replace(_GIRL.encode(), b"\\ud83d")),
    when=lambda reply, _: _GIRL.encode() in reply.encoded() and reply.events is not None,
    breaks={"chat.stream.unicode"},
)


@fault(CHAT, breaks={"chat.stream.framing"})
def stream_of_comments(reply: Reply, call: Call) -> None:
    """The plainest stream holds comments and no event."""
    if reply.events and plain(reply, call):
        reply.events = [b": still working\n\n"]


first_event_is_text = fault(
    CHAT, "A stream begins with a greeting.", insert(0, "connected"), breaks={"chat.stream.json-events"}
)
null_makes_a_stream = request_fault(
    CHAT, "`stream: null` gives a stream.", swap("stream", None, True), breaks={"chat.stream.null"}, before="validation"
)
