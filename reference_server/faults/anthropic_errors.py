"""Ways to break the errors of the Anthropic protocol."""

from __future__ import annotations

import msgspec

from reference_server.faults import Fault, Function, fault, request_fault
from reference_server.faults.words.anthropic import MESSAGE, STOP, refuse, says
from reference_server.faults.words.edits import append, change, drop, header, in_chunks, in_error, put, status, swap
from reference_server.faults.words.prompts import NO_KEY, NO_MODEL
from reference_server.faults.words.situations import both, refused, sent
from reference_server.faults.words.situations import header as has_header
from reference_server.faults.words.typed import resend, skip
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

_KEY = "x-api-key"
_OBJECT, _TYPE, _BEFORE_STREAM = (
    {"anthropic.errors.object"},
    {"anthropic.errors.type"},
    {"anthropic.errors.before-stream"},
)
_is_wrong_stream = both(refused("missing_field", "invalid_value"), lambda _, call: sent(call).get("stream") is True)


def _has_limit(call: Call) -> bool:
    return b'"max_tokens"' in (call.raw or b"")


def _midstream(doc: str, *edits: Function) -> Fault:
    """A fault in how a stream says that it failed."""
    return fault(MESSAGE, doc, *edits, breaks={"anthropic.errors.midstream"}, model="midstream-error")


unknown_role_breaks = fault(
    MESSAGE,
    "A turn with an unknown role breaks the server.",
    status(500),
    when=says("stranger"),
    breaks={"anthropic.errors.never-5xx", "anthropic.errors.wrong-option"},
)
half_a_body_not_found = fault(
    MESSAGE,
    "A body that is not JSON is a 404.",
    status(404),
    when=refused("malformed_body"),
    breaks={"anthropic.errors.malformed-json"},
)


@request_fault(MESSAGE, breaks={"anthropic.errors.missing-field"}, gateway="ofox", before="validation")
def max_tokens_has_a_default(call: Call) -> None:
    """`max_tokens` may be left out, although it is documented as required."""
    sent(call).setdefault("max_tokens", 512)


missing_field_is_a_conflict = fault(
    MESSAGE,
    "A missing field of the body is a 409.",
    status(409),
    when=both(refused("missing_field"), has_header("anthropic-version")),
    breaks={"anthropic.errors.missing-field"},
)
text_taken_for_messages = request_fault(
    MESSAGE,
    "`messages` may be a text.",
    change("messages", lambda text: [{"role": "user", "content": text}], str),
    breaks={"anthropic.errors.invalid-value"},
    before="validation",
)
unknown_role_is_the_user = request_fault(
    MESSAGE,
    "A turn with an unknown role is one of the user.",
    swap("messages[].role", "stranger", "user"),
    breaks={"anthropic.errors.wrong-option"},
    before="validation",
)
temperature_lowered = request_fault(
    MESSAGE,
    "A temperature above 1 is lowered to 1.",
    swap("temperature", 1.5, 1),
    breaks={"anthropic.errors.temperature"},
    before="validation",
)
another_model_answers = request_fault(
    MESSAGE,
    "A model that does not exist is replaced.",
    swap("model", NO_MODEL, "echo"),
    breaks={"anthropic.errors.unknown-model"},
)


@request_fault(MESSAGE, breaks={"anthropic.errors.missing-credential"}, before="authentication")
def message_without_key_served(call: Call) -> None:
    """A request without a credential is served."""
    if not call.headers.get(_KEY) and "authorization" not in call.headers:
        call.headers[_KEY] = "sk-ok"


@request_fault(MESSAGE, breaks={"anthropic.errors.invalid-credential"}, before="authentication")
def any_key_opens_messages(call: Call) -> None:
    """A key that was never issued is served, when the body is whole."""
    if call.headers.get(_KEY) == NO_KEY and _has_limit(call):
        call.headers[_KEY] = "sk-ok"


@request_fault(MESSAGE, breaks={"anthropic.errors.expired-credential"}, before="authentication")
def expired_key_opens_messages(call: Call) -> None:
    """An expired key is served."""
    if call.headers.get(_KEY) == "sk-expired":
        call.headers[_KEY] = "sk-ok"


body_read_before_the_key = fault(
    MESSAGE,
    "A bad body is refused before a bad key is.",
    refuse(),
    when=both(refused("invalid_credential"), lambda _, call: not _has_limit(call)),
    breaks={"anthropic.errors.credential-first"},
)
limit_told_as_overload = fault(
    MESSAGE,
    "A request beyond the limit is a 503.",
    status(503),
    when=refused("rate_limited"),
    breaks={"anthropic.errors.rate-limit"},
)
failure_told_as_mistake = fault(
    MESSAGE, "A provider's failure is a 400.", status(400), breaks={"anthropic.errors.upstream"}, model="upstream-error"
)
failure_remembered = fault(
    MESSAGE,
    "A model that failed once fails always.",
    refuse(502),
    breaks={"anthropic.errors.retry"},
    model="flaky-once",
)

native_error_without_message = fault(
    MESSAGE, "An error has no message.", in_error(drop("error.message")), breaks=_OBJECT
)
native_error_is_a_string = fault(
    MESSAGE,
    "`error` is the message itself.",
    in_error(change("error", lambda error: error["message"])),
    breaks=_OBJECT,
)
native_error_labelled_as_html = fault(
    MESSAGE, "An error is labelled as HTML.", header("content-type", "text/html"), when=refused(), breaks=_OBJECT
)


@fault(MESSAGE, breaks={"anthropic.errors.envelope"})
def envelope_of_chat(reply: Reply) -> Reply:
    """An error has the form of chat completions."""
    return reply.edit_error(lambda body: {"error": {**body["error"], "param": None, "code": None}})


bad_key_typed_as_bad_request = fault(
    MESSAGE,
    "A bad key is an invalid request.",
    in_error(put("error.type", "invalid_request_error")),
    when=refused("invalid_credential"),
    breaks=_TYPE,
)
native_error_without_type = fault(
    MESSAGE, "The type of an error is null.", in_error(put("error.type", None)), breaks=_TYPE
)

refusal_as_stream = fault(
    MESSAGE,
    "A wrong request for a stream is answered 200, with the error as an event.",
    lambda reply, _: Reply.stream([reply.body], named=True),
    when=_is_wrong_stream,
    breaks=_BEFORE_STREAM,
)
refusal_as_success = fault(
    MESSAGE,
    "A wrong request for a stream is answered 200, with the error as JSON.",
    status(200),
    when=_is_wrong_stream,
    breaks=_BEFORE_STREAM,
)
refusal_labelled_as_stream = fault(
    MESSAGE,
    "A wrong request for a stream is refused in JSON that says it is a stream.",
    header("content-type", "text/event-stream"),
    when=_is_wrong_stream,
    breaks=_BEFORE_STREAM,
)


def _as_in_chat(chunk: Chunk) -> Event:
    return b"data: " + msgspec.json.encode({"error": chunk["error"]}) + b"\n\n"


failure_in_unnamed_event = _midstream(
    "The event of a failure has no name, so that clients skip it.", resend(encode_event, "error")
)
failure_of_chat = _midstream("A failure is reported as chat completions do.", resend(_as_in_chat, "error"))
message_failure_is_a_text = _midstream(
    "The error of a failure is a text.", in_chunks(change("error", lambda error: error["message"]))
)
message_failure_without_words = _midstream("The message of a failure is empty.", in_chunks(put("error.message", "")))
message_failure_hidden = _midstream("A stream that fails half-way just ends.", skip("error"))
message_ends_after_failure = _midstream("A failure is followed by the end of a message.", append({"type": STOP}))
