"""Ways to break the streams of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import BLOCK_START, BLOCK_STOP, DELTA, END, MESSAGE, STOP, ends_well, plain
from reference_server.faults.words.edits import (
    append,
    change,
    drop,
    hold_back,
    in_chunks,
    insert,
    label,
    put,
    raw,
    swap,
    without,
)
from reference_server.faults.words.openai import DONE, streams
from reference_server.faults.words.prompts import COUNTED_LIST, LIST
from reference_server.faults.words.situations import asks, both, sent, streamed
from reference_server.faults.words.typed import is_of, narrow, of, open_last_event, resend, skip, skip_events, unname
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

message = rows(MESSAGE)
request = rows(MESSAGE, request_fault)

_REASON = "delta.stop_reason"
_NO_INPUT = {"type": "input_json_delta", "partial_json": ""}


def _only_text(reply: Reply, _: Call) -> bool:
    """The stream is one block of text."""
    return [chunk["content_block"]["type"] for chunk in of(reply, BLOCK_START)] == ["text"]


def _place(reply: Reply, kind: str) -> int:
    """Where the first event of a type stands."""
    return next((place for place, event in enumerate(reply.events or ()) if is_of(event, kind)), 0)


message_stream_labelled_as_json = message(
    "anthropic.stream.answers", "The stream is labelled as JSON.", label("application/json"), when=streamed
)
message_stream_without_last_blank_line = message(
    "anthropic.stream.framing", "No blank line follows the last event of a stream.", open_last_event, when=ends_well
)
message_stream_in_latin_1 = message(
    "anthropic.stream.framing anthropic.stream.unicode anthropic.json-schema.stream anthropic.tools.unicode",
    "Characters outside ASCII are sent in Latin-1, or as a byte that is invalid in UTF-8.",
    raw(lambda data: data.decode().encode("latin-1", "backslashreplace").replace(b"\\u", b"\xff")),
)
events_without_names = message(
    "anthropic.stream.event-names", "The events of a stream that ends well have no names.", unname, when=ends_well
)


def _named_message(chunk: Chunk) -> Event:
    return encode_event(chunk, named=True).replace(b"event: content_block_delta", b"event: message", 1)


events_named_message = message(
    "anthropic.stream.event-names", "The events that carry deltas are named `message`.", resend(_named_message, DELTA)
)
keep_alive_as_data = message(
    "anthropic.stream.json-events", "A keep-alive comment is sent on as data.", insert(1, "PROCESSING")
)
streamed_tier_is_a_number = message(
    "anthropic.stream.schema", "A stream's service tier is a number.", in_chunks(put("message.usage.service_tier", 1))
)
block_before_the_start = message(
    "anthropic.stream.start",
    "The first block starts before the message does.",
    lambda reply, _: reply.events.insert(0, reply.events.pop(_place(reply, BLOCK_START))),
    when=streamed,
)
started_twice = message(
    "anthropic.stream.start",
    "The message_start event is sent twice.",
    lambda reply, _: reply.events.insert(0, reply.events[0]),
    when=streamed,
)
start_with_content = message(
    "anthropic.stream.start.message",
    "The message in message_start already has a block.",
    in_chunks(put("message.content", [{"type": "text", "text": ""}])),
)
start_without_id = message(
    "anthropic.stream.start.message", "The message in message_start has no id.", in_chunks(put("message.id", None))
)
start_without_usage = message(
    "anthropic.stream.start.usage",
    "The message in message_start has no usage, into which clients write.",
    in_chunks(put("message.usage", None)),
)
blocks_never_stop = message("anthropic.stream.blocks", "No content_block_stop event is sent.", skip(BLOCK_STOP))
text_never_starts = message(
    "anthropic.stream.blocks", "A text block has deltas and no start.", skip(BLOCK_START), when=_only_text
)
blocks_counted_from_one = message(
    "anthropic.stream.indices", "The blocks are numbered from 1.", in_chunks(change("index", lambda index: index + 1))
)
text_delta_renamed = message(
    "anthropic.stream.deltas", "The type of text deltas is `text`.", in_chunks(swap("delta.type", "text_delta", "text"))
)
text_as_tool_input = message(
    "anthropic.stream.deltas anthropic.stream.text",
    "Text is sent as deltas of empty tool input.",
    in_chunks(change("delta", lambda delta: dict(_NO_INPUT) if delta.get("type") == "text_delta" else delta)),
)
plain_stream_without_text = message(
    "anthropic.stream.text", "A plain question is streamed as a block without deltas.", skip(DELTA), when=plain
)
streamed_end_not_told = message(
    "anthropic.stream.stop-reason",
    "A stream that ends normally has no stop reason.",
    in_chunks(swap(_REASON, "end_turn", None)),
)
streamed_end_of_chat = message(
    "anthropic.stream.stop-reason",
    "A normal stream has the stop reason `stop`.",
    in_chunks(swap(_REASON, "end_turn", "stop")),
)


@message("anthropic.stream.stop-reason")
def text_after_the_end(reply: Reply, call: Call) -> None:
    """The message_delta of a plain text comes before the last text delta."""
    if reply.events and _only_text(reply, call) and of(reply, END):
        end = _place(reply, END)
        reply.events.insert(end - 2, reply.events.pop(end))


streamed_output_zero = message(
    "anthropic.stream.usage anthropic.stream.usage.counted",
    "The end of a stream reports 0 output tokens.",
    in_chunks(put("usage.output_tokens", 0)),
)
streamed_output_counted_as_one = message(
    "anthropic.stream.usage.counted",
    "The end of a stream reports one output token, as its start did.",
    in_chunks(put("usage.output_tokens", 1)),
)
streamed_output_falls = message(
    "anthropic.stream.usage",
    "The first event reports more output tokens than the last one.",
    in_chunks(put("message.usage.output_tokens", 5000)),
)
streamed_usage_of_chat = message(
    "anthropic.stream.usage",
    "The token count at the end of a stream has its name from chat completions.",
    in_chunks(change("usage", lambda usage: {"completion_tokens": usage["output_tokens"]})),
)
streamed_input_zero = message(
    "anthropic.stream.usage.input anthropic.stream.start.counted",
    "A stream reports 0 input tokens, both at its start and at its end.",
    in_chunks(put("message.usage.input_tokens", 0) | drop("usage.input_tokens")),
)
stream_without_message_stop = message(
    "anthropic.stream.stop", "The connection closes after the message_delta.", skip(STOP)
)
message_stops_twice = message(
    "anthropic.stream.stop", "message_stop is sent twice.", append({"type": STOP}), when=ends_well
)
done_of_chat = message(
    "anthropic.stream.no-done", "The stream ends with the `[DONE]` of chat completions.", append(DONE)
)


@message("anthropic.stream.complete")
def message_stream_breaks_off(reply: Reply, call: Call) -> None:
    """The connection is dropped after the last event, without an end."""
    reply.cut = reply.cut or ends_well(reply, call)


streamed_characters_replaced = message(
    "anthropic.stream.unicode",
    "Characters outside the basic plane become replacement characters in a stream.",
    in_chunks(change("delta.text", narrow)),
)
streamed_text_loses_a_word = message(
    "anthropic.stream.equals-whole",
    "The first delta of a repeated text is lost.",
    lambda reply, _: reply.events.remove(of(reply, DELTA)[0]),
    when=lambda reply, call: LIST in str(sent(call).get("messages")) and bool(of(reply, DELTA)),
)
cut_message_stream_ends_well = message(
    "anthropic.stream.max-tokens",
    "A stream that the limit cuts off ends with `end_turn`.",
    in_chunks(swap(_REASON, "max_tokens", "end_turn")),
)
streamed_stop_sequences_ignored = request(
    "anthropic.stream.stop-sequence", "`stop_sequences` does not end a stream.", drop("stop_sequences"), when=streams
)
streamed_stop_told_as_end = message(
    "anthropic.stream.stop-sequence",
    "A stream that a stop sequence ended has the stop reason `end_turn`.",
    in_chunks(swap(_REASON, "stop_sequence", "end_turn")),
)
message_text_held_back = message(
    "anthropic.stream.incremental", "The stream sends nothing until all the text is there.", hold_back
)
streamed_thinking_unsigned = message(
    "anthropic.stream.thinking",
    "Streamed thinking has no signature.",
    without(lambda event: is_of(event, DELTA) and event["delta"]["type"] == "signature_delta"),
)
streamed_thinking_ignored = request(
    "anthropic.stream.thinking", "`thinking` has no effect on a stream.", drop("thinking"), when=streams
)


# Blocks and signatures.
@message("anthropic.stream.blocks anthropic.stream.indices")
def block_starts_twice(reply: Reply, call: Call) -> None:
    """The only block of the plainest stream starts and stops once more."""
    if plain(reply, call) and reply.events and (stops := of(reply, BLOCK_STOP)):
        place = reply.events.index(stops[-1]) + 1
        reply.events[place:place] = [of(reply, BLOCK_START)[-1], stops[-1]]


@message("anthropic.stream.blocks")
def block_within_a_block(reply: Reply, call: Call) -> None:
    """A second block of the plainest stream starts before the first one has stopped."""
    if plain(reply, call) and reply.events and (stops := of(reply, BLOCK_STOP)):
        place = reply.events.index(stops[-1])
        reply.events[place : place + 1] = [{**event, "index": 1} for event in (of(reply, BLOCK_START)[0], stops[0])]


@message("anthropic.stream.blocks")
def another_block_stops(reply: Reply, call: Call) -> None:
    """The plainest stream stops a block that never started, and then its own."""
    if plain(reply, call) and reply.events and (stops := of(reply, BLOCK_STOP)):
        reply.events.insert(reply.events.index(stops[0]), {**stops[0], "index": 7})


@message("anthropic.stream.blocks")
def delta_of_another_block(reply: Reply, call: Call) -> None:
    """The last delta of the plainest stream is for a block that never started."""
    if plain(reply, call) and (deltas := of(reply, DELTA)):
        deltas[-1]["index"] = 7


streamed_message_without_name = message(
    "anthropic.stream.start.message", "The id of a streamed message is empty.", in_chunks(put("message.id", ""))
)
message_stops_at_its_start = message(
    "anthropic.stream.start.message",
    "The first event of a stream already has a stop reason.",
    in_chunks(put("message.stop_reason", "end_turn")),
)
input_told_as_text = message(
    "anthropic.stream.start.usage",
    "The first event of a stream gives the input tokens as a string.",
    in_chunks(change("message.usage.input_tokens", str)),
)
message_stream_of_comments = message(
    "anthropic.stream.framing",
    "The plainest stream holds a comment and no event.",
    lambda reply, _: setattr(reply, "events", [b": still working\n\n"]),
    when=both(streamed, plain),
)


@message("anthropic.stream.stop")
def message_stops_early(reply: Reply) -> None:
    """The usage of a stream comes after its message_stop."""
    ends = of(reply, END)
    if reply.events and ends and of(reply, STOP):
        reply.events.remove(ends[-1])
        reply.events.append(ends[-1])


@message("anthropic.stream.stop-sequence")
def streamed_stop_sequence_said(reply: Reply) -> None:
    """The text of a stream contains the stop sequence that ended it."""
    deltas = of(reply, DELTA)
    for end in of(reply, END):
        if deltas and (word := end["delta"].get("stop_sequence")):
            deltas[-1]["delta"]["text"] += word


streamed_stop_sequence_not_told = message(
    "anthropic.stream.stop-sequence",
    "A stream does not name the stop sequence that ended it.",
    in_chunks(change("delta.stop_sequence", lambda _: None)),
)
streamed_signature_empty = message(
    "anthropic.stream.thinking", "Streamed signatures are empty.", in_chunks(change("delta.signature", lambda _: ""))
)
streamed_signature_renamed = message(
    "anthropic.stream.thinking",
    "The signature of streamed thinking comes in a delta of an unknown type.",
    in_chunks(swap("delta.type", "signature_delta", "signature")),
)
input_told_at_the_end = message(
    "anthropic.stream.start.counted",
    "A stream reports its input tokens only at its end.",
    in_chunks(put("message.usage.input_tokens", 0)),
)

long_streams_lose_their_end = message(
    "anthropic.stream.lossless",
    "A long stream ends in the middle of the text, as if that were its end.",
    skip_events(lambda reply: of(reply, DELTA)[10:]),
    when=both(streamed, asks(COUNTED_LIST)),
)
long_streams_lose_their_middle = message(
    "anthropic.stream.lossless",
    "A long stream loses what was in its middle.",
    skip_events(lambda reply: of(reply, DELTA)[10:20]),
    when=both(streamed, asks(COUNTED_LIST)),
)
