"""Ways to break the errors of the Anthropic protocol."""

from __future__ import annotations

import msgspec

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import MESSAGE, STOP, refuse, says
from reference_server.faults.words.edits import append, change, drop, header, in_chunks, in_error, put, status, swap
from reference_server.faults.words.prompts import NO_KEY, NO_MODEL, NO_ROLE
from reference_server.faults.words.situations import both, refused, sent
from reference_server.faults.words.situations import header as has_header
from reference_server.faults.words.typed import lift, resend, skip
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

unproved = rows(MESSAGE, request_fault, before="authentication")
message = rows(MESSAGE)
request = rows(MESSAGE, request_fault)
unjudged = rows(MESSAGE, request_fault, before="validation")
failure = rows(MESSAGE, model="midstream-error")

_KEY = "x-api-key"
_is_wrong_stream = both(refused("missing_field", "invalid_value"), lambda _, call: sent(call).get("stream") is True)


def _has_limit(call: Call) -> bool:
    return b'"max_tokens"' in (call.raw or b"")


unknown_role_breaks = message(
    "anthropic.errors.never-5xx anthropic.errors.wrong-option",
    "A turn with an unknown role is answered with 500.",
    status(500),
    when=says(NO_ROLE),
)
half_a_body_not_found = message(
    "anthropic.errors.malformed-json",
    "A body that is not JSON gets a 404.",
    status(404),
    when=refused("malformed_body"),
)
max_tokens_has_a_default = unjudged(
    "anthropic.errors.missing-field",
    "`max_tokens` may be left out, although it is documented as required.",
    lambda call: sent(call).setdefault("max_tokens", 512),
    gateway="ofox",
)
missing_field_is_a_conflict = message(
    "anthropic.errors.missing-field",
    "A missing field of the body is answered with 409.",
    status(409),
    when=both(refused("missing_field"), has_header("anthropic-version")),
)
text_taken_for_messages = unjudged(
    "anthropic.errors.invalid-value",
    "A string in place of `messages` is accepted.",
    change("messages", lambda text: [{"role": "user", "content": text}], str),
)
unknown_role_is_the_user = unjudged(
    "anthropic.errors.wrong-option", "An unknown role is taken as the user's.", swap("messages[].role", NO_ROLE, "user")
)
temperature_lowered = unjudged(
    "anthropic.errors.temperature", "A temperature above 1 is lowered to 1.", swap("temperature", 1.5, 1)
)
another_model_answers = request(
    "anthropic.errors.unknown-model",
    "A model that does not exist is replaced by another one.",
    swap("model", NO_MODEL, "echo"),
)
message_without_key_served = unproved(
    "anthropic.errors.missing-credential",
    "A request without a credential is served.",
    lambda call: call.headers.update({_KEY: "sk-ok"}),
    when=lambda call: not call.headers.get(_KEY) and "authorization" not in call.headers,
)
any_key_opens_messages = unproved(
    "anthropic.errors.invalid-credential",
    "A valid request with a key that was never issued is served.",
    lambda call: call.headers.update({_KEY: "sk-ok"}),
    when=lambda call: call.headers.get(_KEY) == NO_KEY and _has_limit(call),
)
expired_key_opens_messages = unproved(
    "anthropic.errors.expired-credential",
    "A request with an expired key is served.",
    lambda call: call.headers.update({_KEY: "sk-ok"}),
    when=lambda call: call.headers.get(_KEY) == "sk-expired",
)
limit_told_as_overload = message(
    "anthropic.errors.rate-limit", "A request beyond the limit gets a 503.", status(503), when=refused("rate_limited")
)
failure_told_as_mistake = message(
    "anthropic.errors.upstream", "A provider's failure is answered with 400.", status(400), model="upstream-error"
)
failure_remembered = message(
    "anthropic.errors.retry", "A model that failed once fails ever after.", refuse(502), model="flaky-once"
)
native_error_without_message = message(
    "anthropic.errors.object", "An error has no message.", in_error(drop("error.message"))
)
native_error_is_a_string = message(
    "anthropic.errors.object", "`error` is the message itself instead of an object.", in_error(lift("error", "message"))
)
native_error_labelled_as_html = message(
    "anthropic.errors.object", "An error is labelled as HTML.", header("content-type", "text/html"), when=refused()
)


@message("anthropic.errors.envelope")
def envelope_of_chat(reply: Reply) -> Reply:
    """An error has the form of chat completion errors."""
    return reply.edit_error(lambda body: {"error": {**body["error"], "param": None, "code": None}})


bad_key_typed_as_bad_request = message(
    "anthropic.errors.type",
    "A bad key is refused with the error type `invalid_request_error`.",
    in_error(put("error.type", "invalid_request_error")),
    when=refused("invalid_credential"),
)
native_error_without_type = message(
    "anthropic.errors.type", "The type of an error is null.", in_error(put("error.type", None))
)
refusal_as_stream = message(
    "anthropic.errors.before-stream",
    "A wrong request for a stream is answered with 200 and the error as an event.",
    lambda reply, _: Reply.stream([reply.body], named=True),
    when=_is_wrong_stream,
)
refusal_as_success = message(
    "anthropic.errors.before-stream",
    "A wrong request for a stream is answered with 200 and the error as JSON.",
    status(200),
    when=_is_wrong_stream,
)
refusal_labelled_as_stream = message(
    "anthropic.errors.before-stream",
    "A wrong request for a stream is refused in JSON that is labelled as an event stream.",
    header("content-type", "text/event-stream"),
    when=_is_wrong_stream,
)


def _as_in_chat(chunk: Chunk) -> Event:
    return b"data: " + msgspec.json.encode({"error": chunk["error"]}) + b"\n\n"


failure_in_unnamed_event = failure(
    "anthropic.errors.midstream",
    "The event of a failure has no name, so clients skip it.",
    resend(encode_event, "error"),
)
failure_of_chat = failure(
    "anthropic.errors.midstream",
    "A failed stream reports the error in the form of chat completions.",
    resend(_as_in_chat, "error"),
)
message_failure_is_a_text = failure(
    "anthropic.errors.midstream", "The error of a failed stream is a string.", in_chunks(lift("error", "message"))
)
message_failure_without_words = failure(
    "anthropic.errors.midstream",
    "The error of a failed stream has an empty message.",
    in_chunks(put("error.message", "")),
)
message_failure_hidden = failure("anthropic.errors.midstream", "A failed stream ends without an error.", skip("error"))
message_ends_after_failure = failure(
    "anthropic.errors.midstream", "A stream that failed ends as a complete message.", append({"type": STOP})
)
