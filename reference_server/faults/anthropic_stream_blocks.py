"""Ways to mix up the blocks of a stream of the Anthropic protocol, and to spoil its first event or its end."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.anthropic import BLOCK_START, BLOCK_STOP, DELTA, END, MESSAGE, STOP, plain
from reference_server.faults.words.edits import change, in_chunks, put, swap
from reference_server.faults.words.situations import both, streamed
from reference_server.faults.words.typed import of
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

message = rows(MESSAGE)


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
    "The first event of a stream counts the input in a string.",
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
    """A stream contains the stop sequence that ended it."""
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
