"""Ways to break the streams of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.anthropic import (
    BLOCK_START,
    BLOCK_STOP,
    DELTA,
    END,
    MESSAGE,
    STOP,
    ends_well,
    plain,
)
from reference_server.faults.words.edits import (
    append,
    change,
    drop,
    header,
    in_chunks,
    insert,
    put,
    raw,
    swap,
    without,
)
from reference_server.faults.words.openai import DONE, streams
from reference_server.faults.words.prompts import LIST
from reference_server.faults.words.situations import sent, streamed
from reference_server.faults.words.typed import is_of, narrow, of, open_last_event, resend, skip, unname
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

_REASON = "delta.stop_reason"
_NO_INPUT = {"type": "input_json_delta", "partial_json": ""}


def _only_text(reply: Reply, _: Call) -> bool:
    """The stream is one block of text."""
    return [chunk["content_block"]["type"] for chunk in of(reply, BLOCK_START)] == ["text"]


def _place(reply: Reply, kind: str) -> int:
    """Where the first event of a type stands."""
    return next((place for place, event in enumerate(reply.events or ()) if is_of(event, kind)), 0)


message_stream_labelled_as_json = fault(
    MESSAGE,
    "The stream says that it is application/json.",
    header("content-type", "application/json"),
    when=streamed,
    breaks={"anthropic.stream.answers"},
)
message_stream_without_last_blank_line = fault(
    MESSAGE,
    "No blank line closes the last event of a stream that ends well.",
    open_last_event,
    when=ends_well,
    breaks={"anthropic.stream.framing"},
)
message_stream_in_latin_1 = fault(
    MESSAGE,
    "Characters outside ASCII are sent in Latin-1, or as a byte that is none of UTF-8.",
    raw(lambda data: data.decode().encode("latin-1", "backslashreplace").replace(b"\\u", b"\xff")),
    breaks={"anthropic.stream.framing", "anthropic.stream.unicode"},
)
events_without_names = fault(
    MESSAGE,
    "No event of a stream that ends well has a name.",
    unname,
    when=ends_well,
    breaks={"anthropic.stream.event-names"},
)


def _named_message(chunk: Chunk) -> Event:
    return encode_event(chunk, named=True).replace(b"event: content_block_delta", b"event: message", 1)


events_named_message = fault(
    MESSAGE,
    "The events of deltas are called message.",
    resend(_named_message, DELTA),
    breaks={"anthropic.stream.event-names"},
)
keep_alive_as_data = fault(
    MESSAGE,
    "A keep-alive comment is sent on as data.",
    insert(1, "PROCESSING"),
    breaks={"anthropic.stream.json-events"},
)
streamed_tier_is_a_number = fault(
    MESSAGE,
    "The service tier of the start is a number.",
    in_chunks(put("message.usage.service_tier", 1)),
    breaks={"anthropic.stream.schema"},
)


@fault(MESSAGE, breaks={"anthropic.stream.start"})
def block_before_the_start(reply: Reply) -> None:
    """The first block starts before the message does."""
    if reply.events is not None:
        reply.events.insert(0, reply.events.pop(_place(reply, BLOCK_START)))


@fault(MESSAGE, breaks={"anthropic.stream.start"})
def started_twice(reply: Reply) -> None:
    """The start is sent twice."""
    if reply.events:
        reply.events.insert(0, reply.events[0])


start_with_content = fault(
    MESSAGE,
    "The message of the start has a block already.",
    in_chunks(put("message.content", [{"type": "text", "text": ""}])),
    breaks={"anthropic.stream.start.message"},
)
start_without_id = fault(
    MESSAGE,
    "The message of the start has no id.",
    in_chunks(put("message.id", None)),
    breaks={"anthropic.stream.start.message"},
)
start_without_usage = fault(
    MESSAGE,
    "The message of the start has no usage, into which clients write.",
    in_chunks(put("message.usage", None)),
    breaks={"anthropic.stream.start.usage"},
)
blocks_never_stop = fault(MESSAGE, "No block is stopped.", skip(BLOCK_STOP), breaks={"anthropic.stream.blocks"})
text_never_starts = fault(
    MESSAGE,
    "A block of text has deltas and no start.",
    skip(BLOCK_START),
    when=_only_text,
    breaks={"anthropic.stream.blocks"},
)
blocks_counted_from_one = fault(
    MESSAGE,
    "The blocks are numbered from 1.",
    in_chunks(change("index", lambda index: index + 1)),
    breaks={"anthropic.stream.indices"},
)
text_delta_renamed = fault(
    MESSAGE,
    "Deltas of text have the type `text`.",
    in_chunks(swap("delta.type", "text_delta", "text")),
    breaks={"anthropic.stream.deltas"},
)
text_as_tool_input = fault(
    MESSAGE,
    "Deltas of text are sent as empty input of a tool.",
    in_chunks(change("delta", lambda delta: dict(_NO_INPUT) if delta.get("type") == "text_delta" else delta)),
    breaks={"anthropic.stream.deltas", "anthropic.stream.text"},
)
plain_stream_without_text = fault(
    MESSAGE,
    "The stream of a plain question has a block without deltas.",
    skip(DELTA),
    when=plain,
    breaks={"anthropic.stream.text"},
)
streamed_end_not_told = fault(
    MESSAGE,
    "A natural end of a stream has no stop_reason.",
    in_chunks(swap(_REASON, "end_turn", None)),
    breaks={"anthropic.stream.stop-reason"},
)
streamed_end_of_chat = fault(
    MESSAGE,
    "A natural end of a stream is `stop`.",
    in_chunks(swap(_REASON, "end_turn", "stop")),
    breaks={"anthropic.stream.stop-reason"},
)


@fault(MESSAGE, breaks={"anthropic.stream.stop-reason"})
def text_after_the_end(reply: Reply, call: Call) -> None:
    """The message_delta comes before the last delta of a plain text."""
    if reply.events and _only_text(reply, call) and of(reply, END):
        end = _place(reply, END)
        reply.events.insert(end - 2, reply.events.pop(end))


streamed_output_zero = fault(
    MESSAGE,
    "The end of a stream counts no output token.",
    in_chunks(put("usage.output_tokens", 0)),
    breaks={"anthropic.stream.usage", "anthropic.stream.usage.counted"},
)
streamed_output_counted_as_one = fault(
    MESSAGE,
    "The end of a stream counts one output token, as its start did.",
    in_chunks(put("usage.output_tokens", 1)),
    breaks={"anthropic.stream.usage.counted"},
)
streamed_output_falls = fault(
    MESSAGE,
    "The start counts more output tokens than the end.",
    in_chunks(put("message.usage.output_tokens", 5000)),
    breaks={"anthropic.stream.usage"},
)
streamed_usage_of_chat = fault(
    MESSAGE,
    "The counter of the end has the name of chat completions.",
    in_chunks(change("usage", lambda usage: {"completion_tokens": usage["output_tokens"]})),
    breaks={"anthropic.stream.usage"},
)
streamed_input_zero = fault(
    MESSAGE,
    "A stream counts no input token, neither at its start nor at its end.",
    in_chunks(put("message.usage.input_tokens", 0) | drop("usage.input_tokens")),
    breaks={"anthropic.stream.usage.input"},
)
stream_without_message_stop = fault(
    MESSAGE, "The connection closes after the message_delta.", skip(STOP), breaks={"anthropic.stream.stop"}
)
message_stops_twice = fault(
    MESSAGE, "message_stop is sent twice.", append({"type": STOP}), when=ends_well, breaks={"anthropic.stream.stop"}
)
done_of_chat = fault(
    MESSAGE,
    "The stream ends with the `[DONE]` of chat completions.",
    append(DONE),
    breaks={"anthropic.stream.no-done"},
)


@fault(MESSAGE, breaks={"anthropic.stream.complete"})
def message_stream_breaks_off(reply: Reply, call: Call) -> None:
    """The connection is dropped after the last event, without an end."""
    reply.cut = reply.cut or ends_well(reply, call)


streamed_characters_replaced = fault(
    MESSAGE,
    "Characters outside the basic plane become replacement characters in deltas.",
    in_chunks(change("delta.text", narrow)),
    breaks={"anthropic.stream.unicode"},
)


@fault(MESSAGE, breaks={"anthropic.stream.equals-whole"})
def streamed_text_loses_a_word(reply: Reply, call: Call) -> None:
    """The first delta of a repeated text is lost."""
    if reply.events and LIST in str(sent(call).get("messages")) and of(reply, DELTA):
        reply.events.remove(of(reply, DELTA)[0])


cut_message_stream_ends_well = fault(
    MESSAGE,
    "A stream that the limit cuts pretends to have ended by itself.",
    in_chunks(swap(_REASON, "max_tokens", "end_turn")),
    breaks={"anthropic.stream.max-tokens"},
)
streamed_stop_sequences_ignored = request_fault(
    MESSAGE,
    "Stop sequences of a stream are dropped.",
    drop("stop_sequences"),
    when=streams,
    breaks={"anthropic.stream.stop-sequence"},
)
streamed_stop_told_as_end = fault(
    MESSAGE,
    "A stream that a stop sequence ended pretends to have ended by itself.",
    in_chunks(swap(_REASON, "stop_sequence", "end_turn")),
    breaks={"anthropic.stream.stop-sequence"},
)


@fault(MESSAGE, breaks={"anthropic.stream.incremental"})
def message_text_held_back(reply: Reply) -> None:
    """Nothing is sent until all the text is there."""
    reply.delay, reply.pause = reply.delay + reply.pause * len(reply.events or ()), 0.0


streamed_thinking_unsigned = fault(
    MESSAGE,
    "Streamed thinking has no signature.",
    without(lambda event: is_of(event, DELTA) and event["delta"]["type"] == "signature_delta"),
    breaks={"anthropic.stream.thinking"},
)
streamed_thinking_ignored = request_fault(
    MESSAGE,
    "`thinking` of a stream is dropped.",
    drop("thinking"),
    when=streams,
    breaks={"anthropic.stream.thinking"},
)
