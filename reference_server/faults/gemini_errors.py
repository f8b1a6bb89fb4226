"""Ways to break errors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.gemini import failed
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WHOLE = "generateContent"
_STREAM = "streamGenerateContent"


def _internal(reply: Reply, call: Call, raw: bytes) -> None:
    """A refusal of this body becomes a failure."""
    if not reply.ok and raw in (call.raw or b""):
        failed(reply, 500, "INTERNAL")


@fault(_WHOLE, breaks={"gemini.errors.missing-contents"}, gateway="ofox")
def gemini_missing_contents_fail(reply: Reply, call: Call) -> None:
    """A request without contents fails."""
    if call.raw == b"{}" and not reply.ok:
        failed(reply, 500, "INTERNAL")


@fault(_WHOLE, breaks={"gemini.errors.empty-contents"})
def gemini_empty_contents_fail(reply: Reply, call: Call) -> None:
    """Empty contents fail."""
    _internal(reply, call, b'"contents":[]')


@fault(_WHOLE, breaks={"gemini.errors.malformed"})
def gemini_malformed_fails(reply: Reply) -> None:
    """A body that is no JSON fails."""
    if reply.cause == "malformed_body":
        failed(reply, 500, "INTERNAL")


@fault(_WHOLE, breaks={"gemini.errors.invalid-value"})
def gemini_wrong_contents_fail(reply: Reply, call: Call) -> None:
    """Contents of the wrong type fail."""
    _internal(reply, call, b'"contents":7')


@request_fault(_WHOLE, breaks={"gemini.errors.invalid-value"}, before="validation")
def gemini_wrong_temperature_ignored(call: Call) -> None:
    """A temperature that is no number is ignored."""
    config = call.body.get("generationConfig", {})
    if config.get("temperature") == "warm":
        del config["temperature"]


@request_fault(_WHOLE, breaks={"gemini.errors.empty-part"})
def gemini_empty_part_ignored(call: Call) -> None:
    """A part that holds nothing counts as an empty text."""
    for turn in call.body["contents"]:
        turn["parts"] = [part or {"text": ""} for part in turn["parts"]]


@request_fault(_WHOLE, breaks={"gemini.errors.unknown-model"})
def gemini_unknown_model_replaced(call: Call) -> None:
    """Another model answers for one that does not exist."""
    call.path = call.path.replace("no-such-model-anywhere", "echo")


@fault(_STREAM, breaks={"gemini.errors.unknown-model.stream"})
def gemini_unknown_model_streamed(reply: Reply) -> Reply:
    """That a model does not exist is told within a stream."""
    return Reply.stream([reply.body]) if reply.cause == "unknown_model" else reply


@fault(_WHOLE, breaks={"gemini.errors.message"})
def gemini_error_without_message(reply: Reply) -> Reply:
    """An error has no message."""
    return reply.edit_error(lambda body: body["error"].update(message=""))


@fault(_WHOLE, breaks={"gemini.errors.message"})
def gemini_malformed_as_detail(reply: Reply) -> None:
    """That a body is no JSON is told by a `detail`."""
    if reply.cause == "malformed_body":
        reply.body = {"detail": "There was an error parsing the body"}


@fault(_WHOLE, breaks={"gemini.errors.status", "gemini.errors.code"})
def gemini_error_of_openai(reply: Reply) -> Reply:
    """Errors have the form of the OpenAI dialect."""
    return reply.edit_error(
        lambda body: {"error": {"message": body["error"]["message"], "type": "invalid_request_error", "code": None}}
    )


@fault(_WHOLE, breaks={"gemini.errors.status"})
def gemini_unknown_model_is_an_argument(reply: Reply) -> None:
    """The name of a 404 is that of a 400."""
    if reply.status == 404:
        reply.body["error"]["status"] = "INVALID_ARGUMENT"


@fault(_WHOLE, breaks={"gemini.errors.code"})
def gemini_error_code_as_text(reply: Reply) -> Reply:
    """The code of an error is a text."""
    return reply.edit_error(lambda body: body["error"].update(code=str(body["error"]["code"])))


@request_fault(_WHOLE, breaks={"gemini.errors.invalid-image"})
def gemini_invalid_image_dropped(call: Call) -> None:
    """Data that is no base64 is dropped."""
    if b'"!!!"' in (call.raw or b""):
        call.body["contents"][-1]["parts"].pop()


@request_fault(_WHOLE, breaks={"gemini.errors.text-only"})
def gemini_unseen_image_dropped(call: Call) -> None:
    """What a model cannot see is dropped."""
    if "text-only" in call.path and b"inlineData" in (call.raw or b""):
        call.body["contents"][-1]["parts"].pop()


@fault(_WHOLE, breaks={"gemini.errors.rate-limit"})
def gemini_limit_is_unavailable(reply: Reply) -> None:
    """A limit is told as a failure."""
    if reply.cause == "rate_limited":
        failed(reply, 503, "UNAVAILABLE")


@fault(_WHOLE, breaks={"gemini.errors.upstream"})
def gemini_upstream_is_an_argument(reply: Reply, call: Call) -> None:
    """A provider's failure is the caller's mistake."""
    if reply.cause == "upstream" and "upstream-error" in call.path:
        failed(reply, 400, "INVALID_ARGUMENT")


@fault(_STREAM, breaks={"gemini.errors.upstream.stream"})
def gemini_upstream_streamed(reply: Reply) -> Reply:
    """That a provider fails at once is told within a stream."""
    return Reply.stream([reply.body]) if reply.cause == "upstream" else reply


@request_fault(_WHOLE, breaks={"gemini.errors.retry"})
def gemini_failure_sticks(call: Call) -> None:
    """A failure that should pass does not."""
    call.path = call.path.replace("flaky-once", "upstream-error")


def _error(reply: Reply) -> list[dict[str, Any]]:
    return [chunk["error"] for chunk in reply.chunks if "error" in chunk]


@fault(_STREAM, breaks={"gemini.errors.midstream"})
def gemini_stream_fails_silently(reply: Reply) -> Reply:
    """A stream that fails just ends."""
    return reply.without(lambda event: isinstance(event, dict) and "error" in event)


@fault(_STREAM, breaks={"gemini.errors.midstream"})
def gemini_failed_stream_says_stop(reply: Reply) -> None:
    """A stream that fails ends with STOP before it says so."""
    if _error(reply):
        reply.chunks[-2]["candidates"][0]["finishReason"] = "STOP"


@fault(_STREAM, breaks={"gemini.errors.midstream.code"})
def gemini_stream_error_code_as_text(reply: Reply) -> None:
    """The code of an error within a stream is a word."""
    for error in _error(reply):
        error["code"] = "upstream_error"


@fault(_STREAM, breaks={"gemini.errors.unknown-model.stream"})
def gemini_stream_of_unknown_model_fails(reply: Reply) -> None:
    """A stream of a model that does not exist breaks the server."""
    if reply.cause == "unknown_model":
        failed(reply, 500, "INTERNAL")


@fault(_STREAM, breaks={"gemini.errors.upstream.stream"})
def gemini_upstream_of_stream_is_an_argument(reply: Reply) -> None:
    """That a provider fails before a stream begins is the caller's mistake."""
    if reply.cause == "upstream":
        failed(reply, 400, "INVALID_ARGUMENT")


@fault(_WHOLE, breaks={"gemini.errors.status"})
def gemini_error_named_by_a_number(reply: Reply) -> Reply:
    """The name of an error is a number."""
    return reply.edit_error(lambda body: body["error"].update(status=body["error"]["code"]))
