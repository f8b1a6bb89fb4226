"""Ways to break the streams of the Anthropic protocol."""

from __future__ import annotations

from typing import Any, TypeGuard

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import is_plain, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

_MESSAGE = "createMessage"


def of(reply: Reply, kind: str) -> list[Chunk]:
    """The events of one type."""
    return [chunk for chunk in reply.chunks if chunk["type"] == kind]


def is_of(event: Event, kind: str) -> TypeGuard[Chunk]:
    """The event is of that type."""
    return isinstance(event, dict) and event["type"] == kind


def _only_text(reply: Reply) -> bool:
    """The stream is one block of text."""
    return [chunk["content_block"]["type"] for chunk in of(reply, "content_block_start")] == ["text"]


@fault(_MESSAGE, breaks={"anthropic.stream.answers"})
def message_stream_labelled_as_json(reply: Reply) -> None:
    """The stream says that it is application/json."""
    if reply.events is not None:
        reply.headers["content-type"] = "application/json"


@fault(_MESSAGE, breaks={"anthropic.stream.framing"})
def message_stream_without_last_blank_line(reply: Reply) -> None:
    """No blank line closes the last event of a stream that ends well."""
    if reply.events and of(reply, "message_stop"):
        reply.events[-1] = encode_event(reply.events[-1], reply.named).rstrip(b"\n") + b"\n"


@fault(_MESSAGE, breaks={"anthropic.stream.framing", "anthropic.stream.unicode"})
def message_stream_in_latin_1(reply: Reply) -> Reply:
    """Characters outside ASCII are sent in Latin-1, or as a byte that is none of UTF-8."""
    return reply.raw(lambda data: data.decode().encode("latin-1", "backslashreplace").replace(b"\\u", b"\xff"))


@fault(_MESSAGE, breaks={"anthropic.stream.event-names"})
def events_without_names(reply: Reply) -> None:
    """No event of a stream that ends well has a name."""
    if of(reply, "message_stop"):
        reply.named = False


@fault(_MESSAGE, breaks={"anthropic.stream.event-names"})
def events_named_message(reply: Reply) -> Reply:
    """The events of deltas are called message."""

    def rename(chunk: Chunk) -> Event:
        if chunk["type"] != "content_block_delta":
            return chunk
        return encode_event(chunk, named=True).replace(b"event: content_block_delta", b"event: message", 1)

    return reply.map(rename)


@fault(_MESSAGE, breaks={"anthropic.stream.json-events"})
def keep_alive_as_data(reply: Reply) -> None:
    """A keep-alive comment is sent on as data."""
    if reply.events is not None:
        reply.events.insert(1, "PROCESSING")


@fault(_MESSAGE, breaks={"anthropic.stream.schema"})
def streamed_tier_is_a_number(reply: Reply) -> None:
    """The service tier of the start is a number."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["usage"]["service_tier"] = 1


@fault(_MESSAGE, breaks={"anthropic.stream.start"})
def block_before_the_start(reply: Reply) -> None:
    """The first block starts before the message does."""
    if reply.events is not None:
        place = next((n for n, event in enumerate(reply.events) if is_of(event, "content_block_start")), 0)
        reply.events.insert(0, reply.events.pop(place))


@fault(_MESSAGE, breaks={"anthropic.stream.start"})
def started_twice(reply: Reply) -> None:
    """The start is sent twice."""
    if reply.events:
        reply.events.insert(0, reply.events[0])


@fault(_MESSAGE, breaks={"anthropic.stream.start.message"})
def start_with_content(reply: Reply) -> None:
    """The message of the start has a block already."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["content"] = [{"type": "text", "text": ""}]


@fault(_MESSAGE, breaks={"anthropic.stream.start.message"})
def start_without_id(reply: Reply) -> None:
    """The message of the start has no id."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["id"] = None


@fault(_MESSAGE, breaks={"anthropic.stream.start.usage"})
def start_without_usage(reply: Reply) -> None:
    """The message of the start has no usage, into which clients write."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["usage"] = None


@fault(_MESSAGE, breaks={"anthropic.stream.blocks"})
def blocks_never_stop(reply: Reply) -> Reply:
    """No block is stopped."""
    return reply.without(lambda event: is_of(event, "content_block_stop"))


@fault(_MESSAGE, breaks={"anthropic.stream.blocks"})
def text_never_starts(reply: Reply) -> Reply:
    """A block of text has deltas and no start."""
    return reply.without(lambda event: is_of(event, "content_block_start")) if _only_text(reply) else reply


@fault(_MESSAGE, breaks={"anthropic.stream.indices"})
def blocks_counted_from_one(reply: Reply) -> None:
    """The blocks are numbered from 1."""
    for chunk in reply.chunks:
        if "index" in chunk:
            chunk["index"] += 1


@fault(_MESSAGE, breaks={"anthropic.stream.deltas"})
def text_delta_renamed(reply: Reply) -> None:
    """Deltas of text have a type of their own."""
    for chunk in of(reply, "content_block_delta"):
        if chunk["delta"]["type"] == "text_delta":
            chunk["delta"]["type"] = "text"


@fault(_MESSAGE, breaks={"anthropic.stream.deltas", "anthropic.stream.text"})
def text_as_tool_input(reply: Reply) -> None:
    """Deltas of text are sent as empty input of a tool."""
    for chunk in of(reply, "content_block_delta"):
        if chunk["delta"]["type"] == "text_delta":
            chunk["delta"] = {"type": "input_json_delta", "partial_json": ""}


@fault(_MESSAGE, breaks={"anthropic.stream.text"})
def plain_stream_without_text(reply: Reply, call: Call) -> Reply:
    """The stream of a plain question has a block without deltas."""
    return reply.without(lambda event: is_of(event, "content_block_delta")) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.stream.stop-reason"})
def streamed_end_not_told(reply: Reply) -> None:
    """A natural end of a stream has no stop_reason."""
    _rename_reason(reply, "end_turn", None)


@fault(_MESSAGE, breaks={"anthropic.stream.stop-reason"})
def streamed_end_of_chat(reply: Reply) -> None:
    """A natural end of a stream has the word of another protocol."""
    _rename_reason(reply, "end_turn", "stop")


@fault(_MESSAGE, breaks={"anthropic.stream.stop-reason"})
def text_after_the_end(reply: Reply) -> None:
    """The message_delta comes before the last delta of a plain text."""
    if reply.events and _only_text(reply) and of(reply, "message_delta"):
        end = next(n for n, event in enumerate(reply.events) if is_of(event, "message_delta"))
        reply.events.insert(end - 2, reply.events.pop(end))


@fault(_MESSAGE, breaks={"anthropic.stream.usage", "anthropic.stream.usage.counted"})
def streamed_output_zero(reply: Reply) -> None:
    """The end of a stream counts no output token."""
    for chunk in of(reply, "message_delta"):
        chunk["usage"]["output_tokens"] = 0


@fault(_MESSAGE, breaks={"anthropic.stream.usage.counted"})
def streamed_output_counted_as_one(reply: Reply) -> None:
    """The end of a stream counts one output token, as its start did."""
    for chunk in of(reply, "message_delta"):
        chunk["usage"]["output_tokens"] = 1


@fault(_MESSAGE, breaks={"anthropic.stream.usage"})
def streamed_output_falls(reply: Reply) -> None:
    """The start counts more output tokens than the end."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["usage"]["output_tokens"] = 5000


@fault(_MESSAGE, breaks={"anthropic.stream.usage"})
def streamed_usage_of_chat(reply: Reply) -> None:
    """The counter of the end has the name of another protocol."""
    for chunk in of(reply, "message_delta"):
        chunk["usage"] = {"completion_tokens": chunk["usage"]["output_tokens"]}


@fault(_MESSAGE, breaks={"anthropic.stream.usage.input"})
def streamed_input_zero(reply: Reply) -> None:
    """A stream counts no input token, neither at its start nor at its end."""
    for chunk in of(reply, "message_start"):
        chunk["message"]["usage"]["input_tokens"] = 0
    for chunk in of(reply, "message_delta"):
        chunk["usage"].pop("input_tokens")


@fault(_MESSAGE, breaks={"anthropic.stream.stop"})
def stream_without_message_stop(reply: Reply) -> Reply:
    """The connection closes after the message_delta."""
    return reply.without(lambda event: is_of(event, "message_stop"))


@fault(_MESSAGE, breaks={"anthropic.stream.stop"})
def message_stops_twice(reply: Reply) -> None:
    """message_stop is sent twice."""
    if reply.events and is_of(reply.events[-1], "message_stop"):
        reply.events.append(reply.events[-1])


@fault(_MESSAGE, breaks={"anthropic.stream.no-done"})
def done_of_chat(reply: Reply) -> None:
    """The stream ends with the `[DONE]` of another protocol."""
    if reply.events is not None:
        reply.events.append("[DONE]")


@fault(_MESSAGE, breaks={"anthropic.stream.complete"})
def message_stream_breaks_off(reply: Reply) -> None:
    """The connection is dropped after the last event, without an end."""
    if reply.events is not None and of(reply, "message_stop"):
        reply.cut = True


@fault(_MESSAGE, breaks={"anthropic.stream.unicode"})
def streamed_characters_replaced(reply: Reply) -> None:
    """Characters outside the basic plane become replacement characters in deltas."""
    for chunk in of(reply, "content_block_delta"):
        text = chunk["delta"].get("text", "")
        if text:
            chunk["delta"]["text"] = "".join(letter if letter < "\U00010000" else "\ufffd" for letter in text)


@fault(_MESSAGE, breaks={"anthropic.stream.equals-whole"})
def streamed_text_loses_a_word(reply: Reply, call: Call) -> None:
    """The first delta of a repeated text is lost."""
    if reply.events and "alpha" in str(sent(call).get("messages")) and of(reply, "content_block_delta"):
        reply.events.remove(of(reply, "content_block_delta")[0])


@fault(_MESSAGE, breaks={"anthropic.stream.max-tokens"})
def cut_message_stream_ends_well(reply: Reply) -> None:
    """A stream that the limit cuts pretends to have ended by itself."""
    _rename_reason(reply, "max_tokens", "end_turn")


@request_fault(_MESSAGE, breaks={"anthropic.stream.stop-sequence"})
def streamed_stop_sequences_ignored(call: Call) -> None:
    """Stop sequences of a stream are dropped."""
    if call.body.get("stream"):
        call.body.pop("stop_sequences", None)


@fault(_MESSAGE, breaks={"anthropic.stream.stop-sequence"})
def streamed_stop_told_as_end(reply: Reply) -> None:
    """A stream that a stop sequence ended pretends to have ended by itself."""
    _rename_reason(reply, "stop_sequence", "end_turn")


@fault(_MESSAGE, breaks={"anthropic.stream.incremental"})
def message_text_held_back(reply: Reply) -> None:
    """Nothing is sent until all the text is there."""
    if reply.pause and reply.events:
        reply.delay += reply.pause * len(reply.events)
        reply.pause = 0.0


@fault(_MESSAGE, breaks={"anthropic.stream.thinking"})
def streamed_thinking_unsigned(reply: Reply) -> Reply:
    """Streamed thinking has no signature."""
    return reply.without(
        lambda event: is_of(event, "content_block_delta") and event["delta"]["type"] == "signature_delta"
    )


@request_fault(_MESSAGE, breaks={"anthropic.stream.thinking"})
def streamed_thinking_ignored(call: Call) -> None:
    """`thinking` of a stream is dropped."""
    if call.body.get("stream"):
        call.body.pop("thinking", None)


def _rename_reason(reply: Reply, old: str, new: Any) -> None:
    for chunk in of(reply, "message_delta"):
        if chunk["delta"]["stop_reason"] == old:
            chunk["delta"]["stop_reason"] = new
