"""Ways to break the errors of responses."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.responses import RESPONSE, items, sent
from reference_server.faults.responses_stream import is_of
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

_NOWHERE = "no-such-model-anywhere"


@request_fault(RESPONSE, breaks={"responses.errors.missing-field"}, before="validation")
def response_input_has_a_default(call: Call) -> None:
    """Without `input` something is answered."""
    sent(call).setdefault("input", "Hello.")


@fault(RESPONSE, breaks={"responses.errors.missing-field"})
def response_missing_field_conflicts(reply: Reply) -> None:
    """A missing field is a 409."""
    if reply.cause == "missing_field":
        reply.status = 409


@request_fault(RESPONSE, breaks={"responses.errors.invalid-value"}, before="validation")
def response_stranger_is_the_user(call: Call) -> None:
    """Who has an unknown role is the user."""
    for item in items(call):
        if item.get("role") == "stranger":
            item["role"] = "user"


@fault(RESPONSE, breaks={"responses.errors.invalid-value"})
def response_number_breaks(reply: Reply, call: Call) -> None:
    """An input that is a number breaks the server."""
    if sent(call).get("input") == 7:
        reply.status = 500


@request_fault(RESPONSE, breaks={"responses.errors.unknown-model"})
def response_of_another_model(call: Call) -> None:
    """A model that does not exist is replaced."""
    if call.body["model"] == _NOWHERE:
        call.body["model"] = "echo"


@fault(RESPONSE, breaks={"responses.errors.unknown-model"})
def response_refused_in_a_stream(reply: Reply, call: Call) -> Reply:
    """A stream of a model that does not exist is answered 200, with the error as an event."""
    return Reply.stream([reply.body]) if reply.cause == "unknown_model" and sent(call).get("stream") else reply


@request_fault(RESPONSE, breaks={"responses.errors.credential"}, before="authentication")
def response_without_key(call: Call) -> None:
    """A request without a credential is served."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(RESPONSE, breaks={"responses.errors.credential"}, before="authentication")
def response_for_any_key(call: Call) -> None:
    """A key that was never issued is served."""
    if "never-issued" in call.headers.get("authorization", ""):
        call.headers["authorization"] = "Bearer sk-ok"


@fault(RESPONSE, breaks={"responses.errors.object"})
def response_error_without_message(reply: Reply) -> Reply:
    """An error has no message."""
    return reply.edit_error(lambda body: body["error"].pop("message") and None)


@fault(RESPONSE, breaks={"responses.errors.object"})
def response_error_is_a_text(reply: Reply) -> Reply:
    """`error` is the message itself."""
    return reply.edit_error(lambda body: body.update(error=body["error"]["message"]))


@fault(RESPONSE, breaks={"responses.errors.upstream"}, model="upstream-error")
def response_failure_as_mistake(reply: Reply) -> None:
    """A provider's failure is a 400."""
    reply.status = 400


@fault(RESPONSE, breaks={"responses.errors.midstream"}, model="midstream-error")
def response_failure_hidden(reply: Reply) -> Reply:
    """A stream that fails half-way just ends."""
    return reply.without(lambda event: is_of(event, "response.failed"))


@fault(RESPONSE, breaks={"responses.errors.midstream"}, model="midstream-error")
def response_failure_as_success(reply: Reply) -> Reply:
    """A stream that fails half-way ends as completed."""

    def hide(event: Event) -> Event:
        if not (isinstance(event, dict) and is_of(event, "response.failed")):
            return event
        ended = {**event["response"], "status": "completed", "error": None}
        return {**event, "type": "response.completed", "response": ended}

    return reply.map(hide)
