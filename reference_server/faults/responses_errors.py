"""Ways to break the errors of responses."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, in_error, status, swap
from reference_server.faults.words.openai import streams
from reference_server.faults.words.prompts import NO_MODEL
from reference_server.faults.words.responses import COMPLETED, FAILED, RESPONSE, completed
from reference_server.faults.words.situations import asked, both, refused, sent
from reference_server.faults.words.typed import resend, skip
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

_MIDSTREAM = {"responses.errors.midstream"}


@request_fault(RESPONSE, breaks={"responses.errors.missing-field"}, before="validation")
def response_input_has_a_default(call: Call) -> None:
    """Without `input` something is answered."""
    sent(call).setdefault("input", "Hello.")


response_missing_field_conflicts = fault(
    RESPONSE,
    "A missing field is a 409.",
    status(409),
    when=refused("missing_field"),
    breaks={"responses.errors.missing-field"},
)
response_stranger_is_the_user = request_fault(
    RESPONSE,
    "A message with an unknown role is one of the user.",
    swap("input[].role", "stranger", "user"),
    breaks={"responses.errors.invalid-value"},
    before="validation",
)
response_number_breaks = fault(
    RESPONSE,
    "An input that is a number breaks the server.",
    status(500),
    when=asked(lambda call: sent(call).get("input") == 7),
    breaks={"responses.errors.invalid-value"},
)
response_of_another_model = request_fault(
    RESPONSE,
    "A model that does not exist is replaced.",
    swap("model", NO_MODEL, "echo"),
    breaks={"responses.errors.unknown-model"},
)
response_refused_in_a_stream = fault(
    RESPONSE,
    "A stream of a model that does not exist is answered 200, with the error as an event.",
    lambda reply, _: Reply.stream([reply.body]),
    when=both(refused("unknown_model"), asked(streams)),
    breaks={"responses.errors.unknown-model"},
)


@request_fault(RESPONSE, breaks={"responses.errors.credential"}, before="authentication")
def response_without_key(call: Call) -> None:
    """A request without a credential is served."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(RESPONSE, breaks={"responses.errors.credential"}, before="authentication")
def response_for_any_key(call: Call) -> None:
    """A key that was never issued is served."""
    if "never-issued" in call.headers.get("authorization", ""):
        call.headers["authorization"] = "Bearer sk-ok"


response_error_without_message = fault(
    RESPONSE, "An error has no message.", in_error(drop("error.message")), breaks={"responses.errors.object"}
)
response_error_is_a_text = fault(
    RESPONSE,
    "`error` is the message itself.",
    in_error(change("error", lambda error: error["message"])),
    breaks={"responses.errors.object"},
)
response_failure_as_mistake = fault(
    RESPONSE,
    "A provider's failure is a 400.",
    status(400),
    breaks={"responses.errors.upstream"},
    model="upstream-error",
)
response_failure_hidden = fault(
    RESPONSE, "A stream that fails half-way just ends.", skip(FAILED), breaks=_MIDSTREAM, model="midstream-error"
)


def _as_success(event: Chunk) -> Event:
    return {**event, "type": COMPLETED, "response": completed(event["response"])}


response_failure_as_success = fault(
    RESPONSE,
    "A stream that fails half-way ends as completed.",
    resend(_as_success, FAILED),
    breaks=_MIDSTREAM,
    model="midstream-error",
)
