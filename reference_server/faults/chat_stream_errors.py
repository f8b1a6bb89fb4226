"""Ways to tell of a failure wrongly where a stream was asked for."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


def _is_wrong_stream(reply: Reply, call: Call) -> bool:
    """A temperature that is no number was refused, and a stream asked for."""
    asked = isinstance(call.body, dict) and call.body.get("stream") is True
    return asked and call.body.get("temperature") == "warm" and reply.status in {400, 422}


@fault(_CHAT, breaks={"chat.stream.errors"})
def wrong_stream_refused_in_text(reply: Reply, call: Call) -> None:
    """A wrong request for a stream is refused in plain text."""
    if _is_wrong_stream(reply, call):
        reply.headers["content-type"] = "text/plain"


@fault(_CHAT, breaks={"chat.stream.errors"})
def wrong_stream_refused_in_array(reply: Reply, call: Call) -> None:
    """A wrong request for a stream is refused by an array that holds the error."""
    if _is_wrong_stream(reply, call):
        reply.body = [reply.body]


@fault(_CHAT, breaks={"chat.stream.errors"})
def wrong_stream_refused_as_done(reply: Reply, call: Call) -> None:
    """A wrong request for a stream is refused with the status 200."""
    if _is_wrong_stream(reply, call):
        reply.status = 200


@fault(_CHAT, breaks={"chat.stream.error-event"}, model="midstream-error")
def failure_without_words(reply: Reply) -> None:
    """A stream that fails half-way tells of an error without a message."""
    for chunk in reply.chunks:
        if "error" in chunk:
            chunk["error"].pop("message", None)


@fault(_CHAT, breaks={"chat.stream.error-event"}, model="midstream-error")
def failure_and_stop(reply: Reply) -> None:
    """A stream that fails half-way says so, and that all was said."""
    if reply.events and reply.chunks:
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        reply.events.insert(1, {**reply.chunks[0], "choices": [end]})


@fault(_CHAT, breaks={"chat.stream.error-event"}, model="midstream-error")
def failure_after_done(reply: Reply) -> None:
    """A stream that fails half-way tells of it after `[DONE]`."""
    if reply.events:
        place = next((at for at, one in enumerate(reply.events) if isinstance(one, dict) and "error" in one), None)
        if place is not None:
            reply.events.insert(place, "[DONE]")
