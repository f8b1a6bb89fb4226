"""Refusals that have the right status, but are labelled as the stream that was asked for, in every protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_GEMINI = "streamGenerateContent"


def _label(reply: Reply, *causes: str) -> None:
    if reply.cause in causes:
        reply.headers["content-type"] = "text/event-stream"


def _asks_for_stream(call: Call) -> bool:
    return b'"stream":true' in (call.raw or b"")


@fault("createChatCompletion", breaks={"auth.stream"})
def missing_key_told_in_a_stream(reply: Reply, call: Call) -> None:
    """A stream without a key is refused by a stream."""
    if _asks_for_stream(call):
        _label(reply, "missing_credential")


@fault("createChatCompletion", breaks={"upstream.stream"})
def upstream_failure_told_in_a_stream(reply: Reply, call: Call) -> None:
    """A stream that the provider fails before it begins is answered by a stream."""
    if _asks_for_stream(call):
        _label(reply, "upstream")


@fault("createMessage", breaks={"anthropic.errors.before-stream"})
def wrong_message_told_in_a_stream(reply: Reply, call: Call) -> None:
    """A wrong request for a streamed message is refused by a stream."""
    if _asks_for_stream(call):
        _label(reply, "missing_field", "invalid_value", "unknown_model")


@fault(_GEMINI, breaks={"gemini.auth.stream"})
def missing_gemini_key_told_in_a_stream(reply: Reply) -> None:
    """A stream without a key is refused by a stream."""
    _label(reply, "missing_credential")


@fault(_GEMINI, breaks={"gemini.errors.unknown-model.stream"})
def unknown_gemini_model_told_in_a_stream(reply: Reply) -> None:
    """A stream of an unknown model is refused by a stream."""
    _label(reply, "unknown_model")


@fault(_GEMINI, breaks={"gemini.errors.upstream.stream"})
def gemini_failure_told_in_a_stream(reply: Reply) -> None:
    """A stream that the provider fails before it begins is answered by a stream."""
    _label(reply, "upstream")
