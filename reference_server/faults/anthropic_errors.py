"""Ways to break the errors of the Anthropic protocol."""

from __future__ import annotations

import msgspec

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import refused, sent
from reference_server.faults.anthropic_stream import is_of, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

_MESSAGE = "createMessage"
_KEY = "x-api-key"
_STRANGER = "sk-this-key-was-never-issued"


@fault(_MESSAGE, breaks={"anthropic.errors.never-5xx", "anthropic.errors.wrong-option"})
def unknown_role_breaks(reply: Reply, call: Call) -> None:
    """A turn with an unknown role breaks the server."""
    if "stranger" in str(sent(call).get("messages")):
        reply.status = 500


@fault(_MESSAGE, breaks={"anthropic.errors.malformed-json"})
def half_a_body_not_found(reply: Reply) -> None:
    """A body that is not JSON is a 404."""
    if reply.cause == "malformed_body":
        reply.status = 404


@request_fault(_MESSAGE, breaks={"anthropic.errors.missing-field"}, gateway="ofox", before="validation")
def max_tokens_has_a_default(call: Call) -> None:
    """`max_tokens` may be left out, although it is documented as required."""
    if isinstance(call.body, dict):
        call.body.setdefault("max_tokens", 512)


@fault(_MESSAGE, breaks={"anthropic.errors.missing-field"})
def missing_field_is_a_conflict(reply: Reply, call: Call) -> None:
    """A missing field of the body is a 409."""
    if reply.cause == "missing_field" and "anthropic-version" in call.headers:
        reply.status = 409


@request_fault(_MESSAGE, breaks={"anthropic.errors.invalid-value"}, before="validation")
def text_taken_for_messages(call: Call) -> None:
    """`messages` may be a text."""
    if isinstance(call.body, dict) and isinstance(call.body.get("messages"), str):
        call.body["messages"] = [{"role": "user", "content": call.body["messages"]}]


@request_fault(_MESSAGE, breaks={"anthropic.errors.wrong-option"}, before="validation")
def unknown_role_is_the_user(call: Call) -> None:
    """Who has an unknown role is the user."""
    turns = call.body.get("messages") if isinstance(call.body, dict) else None
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict) and turn.get("role") == "stranger":
            turn["role"] = "user"


@request_fault(_MESSAGE, breaks={"anthropic.errors.temperature"}, before="validation")
def temperature_lowered(call: Call) -> None:
    """A temperature above 1 is lowered to 1."""
    if isinstance(call.body, dict) and call.body.get("temperature") == 1.5:
        call.body["temperature"] = 1


@request_fault(_MESSAGE, breaks={"anthropic.errors.unknown-model"})
def another_model_answers(call: Call) -> None:
    """A model that does not exist is replaced."""
    if call.body["model"] == "no-such-model-anywhere":
        call.body["model"] = "echo"


@request_fault(_MESSAGE, breaks={"anthropic.errors.missing-credential"}, before="authentication")
def message_without_key_served(call: Call) -> None:
    """A request without a credential is served."""
    if not call.headers.get(_KEY) and "authorization" not in call.headers:
        call.headers[_KEY] = "sk-ok"


@request_fault(_MESSAGE, breaks={"anthropic.errors.invalid-credential"}, before="authentication")
def any_key_opens_messages(call: Call) -> None:
    """A key that was never issued is served, when the body is whole."""
    if call.headers.get(_KEY) == _STRANGER and b'"max_tokens"' in (call.raw or b""):
        call.headers[_KEY] = "sk-ok"


@request_fault(_MESSAGE, breaks={"anthropic.errors.expired-credential"}, before="authentication")
def expired_key_opens_messages(call: Call) -> None:
    """An expired key is served."""
    if call.headers.get(_KEY) == "sk-expired":
        call.headers[_KEY] = "sk-ok"


@fault(_MESSAGE, breaks={"anthropic.errors.credential-first"})
def body_read_before_the_key(reply: Reply, call: Call) -> Reply:
    """A bad body is refused before a bad key is."""
    wrong = reply.cause == "invalid_credential" and b'"max_tokens"' not in (call.raw or b"")
    return refused(reply) if wrong else reply


@fault(_MESSAGE, breaks={"anthropic.errors.rate-limit"})
def limit_told_as_overload(reply: Reply) -> None:
    """A request beyond the limit is a 503."""
    if reply.cause == "rate_limited":
        reply.status = 503


@fault(_MESSAGE, breaks={"anthropic.errors.upstream"}, model="upstream-error")
def failure_told_as_mistake(reply: Reply) -> None:
    """A provider's failure is a 400."""
    reply.status = 400


@fault(_MESSAGE, breaks={"anthropic.errors.object"})
def native_error_without_message(reply: Reply) -> Reply:
    """An error has no message."""
    return reply.edit_error(lambda body: body["error"].pop("message") and None)


@fault(_MESSAGE, breaks={"anthropic.errors.object"})
def native_error_is_a_string(reply: Reply) -> Reply:
    """`error` is the message itself."""
    return reply.edit_error(lambda body: body.update(error=body["error"]["message"]))


@fault(_MESSAGE, breaks={"anthropic.errors.object"})
def native_error_labelled_as_html(reply: Reply) -> None:
    """An error is labelled as HTML."""
    if not reply.ok:
        reply.headers["content-type"] = "text/html"


@fault(_MESSAGE, breaks={"anthropic.errors.envelope"})
def envelope_of_chat(reply: Reply) -> Reply:
    """An error has the form of another protocol."""
    return reply.edit_error(lambda body: {"error": {**body["error"], "param": None, "code": None}})


@fault(_MESSAGE, breaks={"anthropic.errors.type"})
def bad_key_typed_as_bad_request(reply: Reply) -> Reply:
    """A bad key is an invalid request."""
    if reply.cause == "invalid_credential":
        reply.body["error"]["type"] = "invalid_request_error"
    return reply


@fault(_MESSAGE, breaks={"anthropic.errors.type"})
def native_error_without_type(reply: Reply) -> Reply:
    """The type of an error is null."""
    return reply.edit_error(lambda body: body["error"].update(type=None))


@fault(_MESSAGE, breaks={"anthropic.errors.before-stream"})
def refusal_as_stream(reply: Reply, call: Call) -> Reply:
    """A wrong request for a stream is answered 200, with the error as an event."""
    return Reply.stream([reply.body], named=True) if _is_wrong_stream(reply, call) else reply


@fault(_MESSAGE, breaks={"anthropic.errors.before-stream"})
def refusal_as_success(reply: Reply, call: Call) -> None:
    """A wrong request for a stream is answered 200, with the error as JSON."""
    if _is_wrong_stream(reply, call):
        reply.status = 200


@fault(_MESSAGE, breaks={"anthropic.errors.before-stream"})
def refusal_labelled_as_stream(reply: Reply, call: Call) -> None:
    """A wrong request for a stream is refused in JSON that says it is a stream."""
    if _is_wrong_stream(reply, call):
        reply.headers["content-type"] = "text/event-stream"


def _is_wrong_stream(reply: Reply, call: Call) -> bool:
    return reply.cause in ("missing_field", "invalid_value") and sent(call).get("stream") is True


@fault(_MESSAGE, breaks={"anthropic.errors.midstream"}, model="midstream-error")
def failure_in_unnamed_event(reply: Reply) -> Reply:
    """The event that tells a failure has no name, so that clients skip it."""
    return reply.map(lambda chunk: encode_event(chunk) if is_of(chunk, "error") else chunk)


@fault(_MESSAGE, breaks={"anthropic.errors.midstream"}, model="midstream-error")
def failure_of_chat(reply: Reply) -> Reply:
    """A failure is told as chat completions tell it."""

    def retell(chunk: Chunk) -> Event:
        return b"data: " + msgspec.json.encode({"error": chunk["error"]}) + b"\n\n" if is_of(chunk, "error") else chunk

    return reply.map(retell)


@fault(_MESSAGE, breaks={"anthropic.errors.midstream"}, model="midstream-error")
def message_failure_is_a_text(reply: Reply) -> None:
    """The error of a failure is a text."""
    for chunk in of(reply, "error"):
        chunk["error"] = chunk["error"]["message"]


@fault(_MESSAGE, breaks={"anthropic.errors.midstream"}, model="midstream-error")
def message_failure_without_words(reply: Reply) -> None:
    """The message of a failure is empty."""
    for chunk in of(reply, "error"):
        chunk["error"]["message"] = ""


@fault(_MESSAGE, breaks={"anthropic.errors.midstream"}, model="midstream-error")
def message_failure_hidden(reply: Reply) -> Reply:
    """A stream that fails half-way just ends."""
    return reply.without(lambda event: is_of(event, "error"))


@fault(_MESSAGE, breaks={"anthropic.errors.midstream"}, model="midstream-error")
def message_ends_after_failure(reply: Reply) -> None:
    """A failure is followed by the end of a message."""
    if reply.events:
        reply.events.append({"type": "message_stop"})


@fault(_MESSAGE, breaks={"anthropic.errors.retry"}, model="flaky-once")
def failure_remembered(reply: Reply) -> Reply:
    """Who failed once fails always."""
    return refused(reply, 502)
