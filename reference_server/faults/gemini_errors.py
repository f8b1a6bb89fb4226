"""Ways to break errors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, each, error_body, in_chunks, in_error, put, swap, without
from reference_server.faults.words.gemini import GENERATE, LAST_PART, STREAM, fail, tell_in_stream
from reference_server.faults.words.prompts import NO_MODEL, WARM
from reference_server.faults.words.situations import MALFORMED, UNKNOWN_MODEL, UPSTREAM, asked, both, refused, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

content = rows(GENERATE)
request = rows(GENERATE, request_fault)
stream = rows(STREAM)

_STATUS = "error.status"
_REQUEST_PARTS = "contents[].parts[]"
_AS_ARGUMENT = fail(400, "INVALID_ARGUMENT")
_LIMITED = refused("rate_limited")
_UNAVAILABLE = fail(503, "UNAVAILABLE")
_EMPTY = both(refused(), asked(wrote(b'"contents":[]')))
_WRONG = both(refused(), asked(wrote(b'"contents":7')))
_MISNAMED = swap(_STATUS, "NOT_FOUND", "INVALID_ARGUMENT")
_NUMBERED = each("error", lambda error: error.update(status=error["code"]))


def _unseen(call: Call) -> bool:
    return "text-only" in call.path and wrote(b"inlineData")(call)


def _openai(body: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"message": body["error"]["message"], "type": "invalid_request_error", "code": None}}


def _is_error(event: Event) -> bool:
    return isinstance(event, dict) and "error" in event


# Wrong requests.
gemini_missing_contents_fail = content(
    "gemini.errors.missing-contents",
    "A request without contents is answered with 500.",
    fail(),
    when=both(refused(), asked(lambda call: call.raw == b"{}")),
    gateway="ofox",
)
gemini_empty_contents_fail = content("gemini.errors.empty-contents", "Empty contents get a 500.", fail(), when=_EMPTY)
gemini_malformed_fails = content(
    "gemini.errors.malformed", "A body that is not JSON gets a 500.", fail(), when=MALFORMED
)
gemini_wrong_contents_fail = content(
    "gemini.errors.invalid-value", "Contents of the wrong type are answered with 500.", fail(), when=_WRONG
)
gemini_wrong_temperature_ignored = request_fault(
    GENERATE,
    "A temperature that is not a number is ignored.",
    drop("generationConfig.temperature"),
    when=wrote(WARM),
    breaks={"gemini.errors.invalid-value"},
    before="validation",
)
gemini_empty_part_ignored = request(
    "gemini.errors.empty-part", "An empty part is taken as an empty text.", swap(_REQUEST_PARTS, {}, {"text": ""})
)
gemini_invalid_image_dropped = request(
    "gemini.errors.invalid-image", "Image data that is not base64 is ignored.", drop(LAST_PART), when=wrote(b'"!!!"')
)
gemini_unseen_image_dropped = request(
    "gemini.errors.text-only", "A model without vision ignores an image.", drop(LAST_PART), when=_unseen
)


@request("gemini.errors.unknown-model")
def gemini_unknown_model_replaced(call: Call) -> None:
    """A request for an unknown model is answered by another one."""
    call.path = call.path.replace(NO_MODEL, "echo")


gemini_unknown_model_streamed = stream(
    "gemini.errors.unknown-model.stream",
    "A stream of an unknown model is answered with 200 and the error in the stream.",
    tell_in_stream,
    when=UNKNOWN_MODEL,
)
gemini_stream_of_unknown_model_fails = stream(
    "gemini.errors.unknown-model.stream", "A stream of an unknown model gets a 500.", fail(), when=UNKNOWN_MODEL
)

# The form of an error.
gemini_error_without_message = content(
    "gemini.errors.message", "The message of an error is empty.", in_error(put("error.message", ""))
)
gemini_malformed_as_detail = content(
    "gemini.errors.message",
    "The error for a body that is not JSON stands under `detail`.",
    error_body(lambda _: {"detail": "There was an error parsing the body"}),
    when=MALFORMED,
)
gemini_error_of_openai = content(
    "gemini.errors.status gemini.errors.code", "Errors have the form of the OpenAI dialect.", error_body(_openai)
)
gemini_unknown_model_is_an_argument = content(
    "gemini.errors.status", "The error of a 404 has the status `INVALID_ARGUMENT`.", in_error(_MISNAMED)
)
gemini_error_code_as_text = content(
    "gemini.errors.code", "The code of an error is a string.", in_error(change("error.code", str))
)
gemini_error_named_by_a_number = content(
    "gemini.errors.status", "The status of an error is a number instead of a name.", in_error(_NUMBERED)
)

# The provider.
gemini_limit_is_unavailable = content(
    "gemini.errors.rate-limit", "A request beyond the rate limit is answered with 503.", _UNAVAILABLE, when=_LIMITED
)
gemini_upstream_is_an_argument = content(
    "gemini.errors.upstream",
    "A provider's failure is reported as the caller's mistake.",
    _AS_ARGUMENT,
    when=both(UPSTREAM, asked(lambda call: "upstream-error" in call.path)),
)
gemini_upstream_streamed = stream(
    "gemini.errors.upstream.stream",
    "A provider's failure gets a 200 and the error in a stream.",
    tell_in_stream,
    when=UPSTREAM,
)
gemini_upstream_of_stream_is_an_argument = stream(
    "gemini.errors.upstream.stream",
    "A provider's failure before a stream begins is reported as the caller's mistake.",
    _AS_ARGUMENT,
    when=UPSTREAM,
)


@request("gemini.errors.retry")
def gemini_failure_sticks(call: Call) -> None:
    """A model that failed once fails ever after."""
    call.path = call.path.replace("flaky-once", "upstream-error")


# Within a stream.
gemini_stream_fails_silently = stream(
    "gemini.errors.midstream", "A stream that fails half-way ends without an error.", without(_is_error)
)
gemini_stream_error_code_as_text = stream(
    "gemini.errors.midstream.code", "The code of an error is a string.", in_chunks(put("error.code", "upstream_error"))
)


@stream("gemini.errors.midstream")
def gemini_failed_stream_says_stop(reply: Reply) -> None:
    """A stream that fails half-way has the finish reason `STOP` before the error."""
    if any(_is_error(chunk) for chunk in reply.chunks):
        reply.chunks[-2]["candidates"][0]["finishReason"] = "STOP"
