"""Ways to mix up the blocks of a stream of the Anthropic protocol, and to spoil its first event or its end."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.anthropic import is_plain
from reference_server.faults.anthropic_stream import of
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

_MESSAGE = "createMessage"


@fault(_MESSAGE, breaks={"anthropic.stream.blocks", "anthropic.stream.indices"})
def block_starts_twice(reply: Reply, call: Call) -> None:
    """The only block of the plainest stream starts and stops once more."""
    starts, stops = of(reply, "content_block_start"), of(reply, "content_block_stop")
    if is_plain(call) and reply.events and starts and stops:
        place = reply.events.index(stops[-1]) + 1
        reply.events[place:place] = [starts[-1], stops[-1]]


@fault(_MESSAGE, breaks={"anthropic.stream.blocks"})
def block_within_a_block(reply: Reply, call: Call) -> None:
    """A second block of the plainest stream starts before the first one has stopped."""
    starts, stops = of(reply, "content_block_start"), of(reply, "content_block_stop")
    if is_plain(call) and reply.events and starts and stops:
        place = reply.events.index(stops[-1])
        reply.events[place : place + 1] = [{**starts[0], "index": 1}, {**stops[0], "index": 1}]


@fault(_MESSAGE, breaks={"anthropic.stream.blocks"})
def another_block_stops(reply: Reply, call: Call) -> None:
    """The plainest stream stops a block that never started, and then its own."""
    stops = of(reply, "content_block_stop")
    if is_plain(call) and reply.events and stops:
        reply.events.insert(reply.events.index(stops[0]), {**stops[0], "index": 7})


@fault(_MESSAGE, breaks={"anthropic.stream.start.message"})
def streamed_message_without_name(reply: Reply) -> None:
    """The id of a streamed message is empty."""
    for event in of(reply, "message_start"):
        event["message"]["id"] = ""


@fault(_MESSAGE, breaks={"anthropic.stream.start.message"})
def message_stops_at_its_start(reply: Reply) -> None:
    """The first event of a stream tells why it ended."""
    for event in of(reply, "message_start"):
        event["message"]["stop_reason"] = "end_turn"


@fault(_MESSAGE, breaks={"anthropic.stream.start.usage"})
def input_told_as_text(reply: Reply) -> None:
    """The first event of a stream counts the input in a text."""
    for event in of(reply, "message_start"):
        event["message"]["usage"]["input_tokens"] = str(event["message"]["usage"]["input_tokens"])


@fault(_MESSAGE, breaks={"anthropic.stream.framing"})
def message_stream_of_comments(reply: Reply, call: Call) -> None:
    """The plainest stream holds a comment and no event."""
    if reply.events and is_plain(call):
        reply.events = [b": still working\n\n"]


@fault(_MESSAGE, breaks={"anthropic.stream.blocks"})
def delta_of_another_block(reply: Reply, call: Call) -> None:
    """The last delta of the plainest stream is for a block that never started."""
    if is_plain(call) and (deltas := of(reply, "content_block_delta")):
        deltas[-1]["index"] = 7


@fault(_MESSAGE, breaks={"anthropic.stream.stop"})
def message_stops_early(reply: Reply) -> None:
    """The usage of a stream comes after its message_stop."""
    ends, stops = of(reply, "message_delta"), of(reply, "message_stop")
    if reply.events and ends and stops:
        reply.events.remove(ends[-1])
        reply.events.append(ends[-1])


@fault(_MESSAGE, breaks={"anthropic.stream.stop-sequence"})
def streamed_stop_sequence_said(reply: Reply) -> None:
    """A stream says the stop sequence before it ends."""
    deltas = of(reply, "content_block_delta")
    for end in of(reply, "message_delta"):
        if deltas and (word := end["delta"].get("stop_sequence")):
            deltas[-1]["delta"]["text"] += word


@fault(_MESSAGE, breaks={"anthropic.stream.stop-sequence"})
def streamed_stop_sequence_not_told(reply: Reply) -> None:
    """A stream does not tell which stop sequence ended it."""
    for end in of(reply, "message_delta"):
        end["delta"]["stop_sequence"] = None


@fault(_MESSAGE, breaks={"anthropic.stream.thinking"})
def streamed_signature_empty(reply: Reply) -> None:
    """The signature of streamed thinking is empty."""
    for delta in _signatures(reply):
        delta["signature"] = ""


@fault(_MESSAGE, breaks={"anthropic.stream.thinking"})
def streamed_signature_renamed(reply: Reply) -> None:
    """The signature of streamed thinking comes in a delta of an unknown type."""
    for delta in _signatures(reply):
        delta["type"] = "signature"


def _signatures(reply: Reply) -> list[Chunk]:
    deltas = [chunk["delta"] for chunk in of(reply, "content_block_delta")]
    return [delta for delta in deltas if delta["type"] == "signature_delta"]
