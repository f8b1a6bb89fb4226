"""Ways to break stop texts."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"chat.stop"}, gateway="foxapi")
def stop_array_refused(reply: Reply, call: Call) -> Reply:
    """Several stop texts are refused."""
    error = {"message": "stop must be a string.", "type": "invalid_request_error", "param": "stop", "code": None}
    return Reply.json({"error": error}, 400) if isinstance(_stop(call), list) else reply


@request_fault(_CHAT, breaks={"chat.stop.too-many"}, before="validation")
def fifth_stop_dropped(call: Call) -> None:
    """Stop texts after the fourth are ignored."""
    if isinstance(_stop(call), list):
        call.body["stop"] = call.body["stop"][:4]


@request_fault(_CHAT, breaks={"chat.stop.excluded", "chat.stop.stream"})
def stop_ignored(call: Call) -> None:
    """`stop` is dropped."""
    call.body.pop("stop", None)


@request_fault(_CHAT, breaks={"chat.stop.excluded", "chat.stop.stream"})
def first_stop_only(call: Call) -> None:
    """Of several stop texts the first alone stops."""
    if isinstance(_stop(call), list):
        call.body["stop"] = call.body["stop"][:1]


@fault(_CHAT, breaks={"chat.stop.excluded"})
def stop_text_included(reply: Reply, call: Call) -> Reply:
    """A whole answer ends with its stop text."""

    def include(body: dict[str, Any]) -> None:
        stop = _stop(call)
        for choice in body["choices"]:
            choice["message"]["content"] += stop if isinstance(stop, str) else stop[-1]

    return reply.edit(include) if _stop(call) else reply


@fault(_CHAT, breaks={"chat.stop.finish-reason"})
def stopped_answer_ends_with_stop_sequence(reply: Reply, call: Call) -> Reply:
    """A whole answer that may be stopped ends with a word of another protocol."""

    def rename(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            choice["finish_reason"] = "stop_sequence"

    return reply.edit(rename) if _stop(call) else reply


@fault(_CHAT, breaks={"chat.stop.keeps-before"})
def too_much_stopped(reply: Reply, call: Call) -> Reply:
    """The last word before the stop text is lost with it."""

    def shorten(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            choice["message"]["content"] = choice["message"]["content"].rstrip(" ,").rpartition(" ")[0]

    return reply.edit(shorten) if _stop(call) else reply


@request_fault(_CHAT, breaks={"chat.stop.stream"})
def stop_ignored_in_streams(call: Call) -> None:
    """`stop` does not end a stream."""
    if call.body.get("stream"):
        call.body.pop("stop", None)


@request_fault(_CHAT, breaks={"chat.stop.stream"})
def stop_across_fragments_missed(call: Call) -> None:
    """A stop text that spans several fragments does not end a stream."""
    if call.body.get("stream") and any(" " in word for word in _stop(call) or ()):
        call.body.pop("stop")


def _stop(call: Call) -> Any:
    return call.body.get("stop") if isinstance(call.body, dict) else None
