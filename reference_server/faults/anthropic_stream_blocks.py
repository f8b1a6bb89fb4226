"""Ways to mix up the blocks of a stream of the Anthropic protocol, and to spoil its first event."""

from __future__ import annotations

from reference_server.call import Call
from reference_server.faults import fault
from reference_server.faults.anthropic import is_plain
from reference_server.faults.anthropic_stream import of
from reference_server.reply import Reply

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
