"""Ways to break the errors of responses."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import drop, header, in_error, status, swap
from reference_server.faults.words.openai import streams
from reference_server.faults.words.prompts import NO_MODEL, NO_ROLE
from reference_server.faults.words.responses import COMPLETED, FAILED, RESPONSE, completed
from reference_server.faults.words.situations import asked, both, refused, sent
from reference_server.faults.words.typed import lift, resend, skip
from reference_server.wire.reply import Chunk, Event, Reply

unproved = rows(RESPONSE, request_fault, before="authentication")
response = rows(RESPONSE)
request = rows(RESPONSE, request_fault)
unjudged = rows(RESPONSE, request_fault, before="validation")


response_input_has_a_default = unjudged(
    "responses.errors.missing-field",
    "A request without `input` is answered.",
    lambda call: sent(call).setdefault("input", "Hello."),
)
response_missing_field_conflicts = response(
    "responses.errors.missing-field", "A missing field gets a 409.", status(409), when=refused("missing_field")
)
response_stranger_is_the_user = unjudged(
    "responses.errors.invalid-value", "An unknown role is taken as the user's.", swap("input[].role", NO_ROLE, "user")
)
response_number_breaks = response(
    "responses.errors.invalid-value",
    "A number as `input` is answered with 500.",
    status(500),
    when=asked(lambda call: sent(call).get("input") == 7),
)
response_of_another_model = request(
    "responses.errors.unknown-model", "A model that does not exist is replaced.", swap("model", NO_MODEL, "echo")
)
response_refused_in_a_stream = response(
    "responses.errors.unknown-model",
    "A stream of a model that does not exist is answered with 200 and the error as an event.",
    lambda reply, _: Reply.stream([reply.body]),
    when=both(refused("unknown_model"), asked(streams)),
)
response_without_key = unproved(
    "responses.errors.credential",
    "A request without a credential is served.",
    lambda call: call.headers.setdefault("authorization", "Bearer sk-ok"),
)
response_for_any_key = unproved(
    "responses.errors.credential",
    "A request with a key that was never issued is served.",
    lambda call: call.headers.update({"authorization": "Bearer sk-ok"}),
    when=lambda call: "never-issued" in call.headers.get("authorization", ""),
)
response_error_without_message = response(
    "responses.errors.object", "An error has no message.", in_error(drop("error.message"))
)
response_error_is_a_text = response(
    "responses.errors.object", "`error` is the message itself instead of an object.", in_error(lift("error", "message"))
)
response_failure_as_mistake = response(
    "responses.errors.upstream", "A provider's failure is answered with 400.", status(400), model="upstream-error"
)
response_failure_hidden = response(
    "responses.errors.midstream", "A failed stream ends without an error.", skip(FAILED), model="midstream-error"
)


def _as_success(event: Chunk) -> Event:
    return {**event, "type": COMPLETED, "response": completed(event["response"])}


response_failure_as_success = response(
    "responses.errors.midstream",
    "A stream that fails half-way ends with the event `response.completed`.",
    resend(_as_success, FAILED),
    model="midstream-error",
)
_wrong_stream = both(refused("invalid_value"), asked(streams))
_out_of_range = asked(lambda call: sent(call).get("temperature") in (-0.1, 2.1))
response_range_told_in_a_stream = response(
    "responses.errors.before-stream",
    "A stream with a temperature out of range is answered 200, with the error as an event.",
    lambda reply, _: Reply.stream([reply.body]),
    when=both(_wrong_stream, _out_of_range),
)
wrong_response_refused_as_stream = response(
    "responses.errors.before-stream",
    "A wrong request for a stream is refused by status, with an event.",
    header("content-type", "text/event-stream"),
    when=_wrong_stream,
)
