"""Ways to break errors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, each, error_body, in_chunks, in_error, put, swap, without
from reference_server.faults.words.gemini import GENERATE, LAST_PART, STREAM, fail, tell_in_stream
from reference_server.faults.words.prompts import NO_MODEL
from reference_server.faults.words.situations import MALFORMED, UNKNOWN_MODEL, UPSTREAM, asked, both, refused, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

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
gemini_missing_contents_fail = fault(
    GENERATE,
    "A request without contents fails.",
    fail(),
    when=both(refused(), asked(lambda call: call.raw == b"{}")),
    breaks={"gemini.errors.missing-contents"},
    gateway="ofox",
)
gemini_empty_contents_fail = fault(
    GENERATE, "Empty contents are a 500.", fail(), when=_EMPTY, breaks={"gemini.errors.empty-contents"}
)
gemini_malformed_fails = fault(
    GENERATE, "A body that is no JSON is a 500.", fail(), when=MALFORMED, breaks={"gemini.errors.malformed"}
)
gemini_wrong_contents_fail = fault(
    GENERATE, "Contents of a wrong type are a 500.", fail(), when=_WRONG, breaks={"gemini.errors.invalid-value"}
)
gemini_wrong_temperature_ignored = request_fault(
    GENERATE,
    "A temperature that is no number is ignored.",
    drop("generationConfig.temperature"),
    when=wrote(b'"warm"'),
    breaks={"gemini.errors.invalid-value"},
    before="validation",
)
gemini_empty_part_ignored = request_fault(
    GENERATE, "An empty part is allowed.", swap(_REQUEST_PARTS, {}, {"text": ""}), breaks={"gemini.errors.empty-part"}
)
gemini_invalid_image_dropped = request_fault(
    GENERATE, "Wrong base64 is dropped.", drop(LAST_PART), when=wrote(b'"!!!"'), breaks={"gemini.errors.invalid-image"}
)
gemini_unseen_image_dropped = request_fault(
    GENERATE, "What a model cannot see is dropped.", drop(LAST_PART), when=_unseen, breaks={"gemini.errors.text-only"}
)


@request_fault(GENERATE, breaks={"gemini.errors.unknown-model"})
def gemini_unknown_model_replaced(call: Call) -> None:
    """Another model answers for one that does not exist."""
    call.path = call.path.replace(NO_MODEL, "echo")


gemini_unknown_model_streamed = fault(
    STREAM,
    "The error of an unknown model is sent as a stream.",
    tell_in_stream,
    when=UNKNOWN_MODEL,
    breaks={"gemini.errors.unknown-model.stream"},
)
gemini_stream_of_unknown_model_fails = fault(
    STREAM, "An unknown model is a 500.", fail(), when=UNKNOWN_MODEL, breaks={"gemini.errors.unknown-model.stream"}
)

# The form of an error.
gemini_error_without_message = fault(
    GENERATE, "The message of an error is empty.", in_error(put("error.message", "")), breaks={"gemini.errors.message"}
)
gemini_malformed_as_detail = fault(
    GENERATE,
    "A body that is no JSON is refused with a `detail`.",
    error_body(lambda _: {"detail": "There was an error parsing the body"}),
    when=MALFORMED,
    breaks={"gemini.errors.message"},
)
gemini_error_of_openai = fault(
    GENERATE, "Errors look like OpenAI's.", error_body(_openai), breaks={"gemini.errors.status", "gemini.errors.code"}
)
gemini_unknown_model_is_an_argument = fault(
    GENERATE, "A 404 is called INVALID_ARGUMENT.", in_error(_MISNAMED), breaks={"gemini.errors.status"}
)
gemini_error_code_as_text = fault(
    GENERATE, "The code of an error is a text.", in_error(change("error.code", str)), breaks={"gemini.errors.code"}
)
gemini_error_named_by_a_number = fault(
    GENERATE, "The name of an error is a number.", in_error(_NUMBERED), breaks={"gemini.errors.status"}
)

# The provider.
gemini_limit_is_unavailable = fault(
    GENERATE, "Too many requests are a 503.", _UNAVAILABLE, when=_LIMITED, breaks={"gemini.errors.rate-limit"}
)
gemini_upstream_is_an_argument = fault(
    GENERATE,
    "A provider's failure is a 400.",
    _AS_ARGUMENT,
    when=both(UPSTREAM, asked(lambda call: "upstream-error" in call.path)),
    breaks={"gemini.errors.upstream"},
)
gemini_upstream_streamed = fault(
    STREAM, "A provider's failure is streamed.", tell_in_stream, when=UPSTREAM, breaks={"gemini.errors.upstream.stream"}
)
gemini_upstream_of_stream_is_an_argument = fault(
    STREAM, "A provider's failure is a 400.", _AS_ARGUMENT, when=UPSTREAM, breaks={"gemini.errors.upstream.stream"}
)


@request_fault(GENERATE, breaks={"gemini.errors.retry"})
def gemini_failure_sticks(call: Call) -> None:
    """A failure that should pass does not."""
    call.path = call.path.replace("flaky-once", "upstream-error")


# Within a stream.
gemini_stream_fails_silently = fault(
    STREAM, "A stream that fails just ends.", without(_is_error), breaks={"gemini.errors.midstream"}
)
gemini_stream_error_code_as_text = fault(
    STREAM,
    "The code of an error in a stream is a word.",
    in_chunks(put("error.code", "upstream_error")),
    breaks={"gemini.errors.midstream.code"},
)


@fault(STREAM, breaks={"gemini.errors.midstream"})
def gemini_failed_stream_says_stop(reply: Reply) -> None:
    """A stream that fails ends with STOP before it says so."""
    if any(_is_error(chunk) for chunk in reply.chunks):
        reply.chunks[-2]["candidates"][0]["finishReason"] = "STOP"
