"""Ways to spoil the body of an error."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import Edit, change, drop, error_body, header, in_chunks, in_error, put
from reference_server.faults.words.openai import CHAT, MODEL
from reference_server.faults.words.situations import UNKNOWN_MODEL, UPSTREAM, refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)
anywhere = rows("*")

_MISTAKE = refused("malformed_body", "missing_field", "invalid_value", "unknown_model", "wrong_media_type")
"""The caller's mistakes in one request."""
_TRACE = "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 12, in chat\nKeyError: 'model'"
_NOT_FOUND = error_body(lambda _: {"detail": "Not Found"})
_ROUTING = refused("unknown_route", "wrong_method")
_MALFORMED, _MISSING = refused("malformed_body"), refused("missing_field")
_CODE, _MESSAGE, _PARAM, _TYPE = "error.code", "error.message", "error.param", "error.type"


def _under(name: str) -> Edit:
    """Give an error a body that holds its message under this name, and nothing else."""
    return error_body(lambda body: {name: body["error"]["message"]})


def _steps(param: str) -> list[str]:
    return ["body", param]


def _say(value: bytes) -> Edit:
    """Give an error these bytes as its body."""
    return error_body(lambda _: value)


def _number(name: str) -> Edit:
    """Give a member of the error object the status as its value."""
    return lambda reply, call: in_error(put(name, reply.status))(reply, call)


# Its form.
error_as_text = chat(
    "errors.json",
    "A body that is not JSON is refused in plain text.",
    header("content-type", "text/plain; charset=utf-8"),
    _say(b"Bad Request"),
    when=_MALFORMED,
)
error_labelled_as_html = chat(
    "errors.json", "An error is labelled as HTML.", header("content-type", "text/html"), when=_MISSING
)
error_as_detail = chat("errors.envelope", "The error stands under `detail`.", _under("detail"), when=_MISTAKE)
unknown_model_as_detail = fault(
    MODEL,
    "The error for an unknown model stands under `detail`, while other errors have the usual form.",
    _NOT_FOUND,
    when=UNKNOWN_MODEL,
    breaks={"errors.envelope"},
)
error_is_a_string = chat("errors.envelope", "`error` is the message itself.", _under("error"), when=_MISTAKE)
error_fields_at_the_top = chat(
    "errors.envelope",
    "The fields of the error stand at the top of the body.",
    error_body(lambda body: {"object": "error", **body["error"]}),
    when=_MISTAKE,
)
unknown_route_as_detail = anywhere(
    "errors.routing-envelope", "An unknown route gets a `detail`.", _NOT_FOUND, when=_ROUTING, gateway="ofox"
)
unknown_route_as_page = anywhere(
    "errors.routing-envelope",
    "The error for an unknown route is an HTML page.",
    header("content-type", "text/html"),
    _say(b"<html><body><h1>404 Not Found</h1></body></html>"),
    when=_ROUTING,
    gateway="ofox",
)

# Its members.
error_without_message = chat(
    "errors.message", "The error object has no message.", in_error(drop(_MESSAGE)), when=_MISTAKE
)
error_message_empty = chat(
    "errors.message errors.message-names-field",
    "The message of an error is empty, and no field is named.",
    in_error(put(_MESSAGE, "") | put(_PARAM, None)),
    when=_MISTAKE,
)
error_message_says_nothing = chat(
    "errors.message-names-field",
    "All errors have the same message, and no field is named.",
    in_error(put(_MESSAGE, "Bad request.") | put(_PARAM, None)),
    when=_MISTAKE,
)
error_type_is_a_number = chat("errors.type", "`type` of an error is the status.", _number(_TYPE), when=_MISTAKE)
error_without_type = chat(
    "errors.type errors.documented-type",
    "The documented `type` of an error is missing.",
    in_error(drop(_TYPE)),
    when=_MISTAKE,
    gateway="ofox",
)
upstream_type_differs = chat(
    "errors.documented-type",
    "The error for a provider's failure has another type than the documented one.",
    in_error(put(_TYPE, "api_error")),
    when=UPSTREAM,
    gateway="ofox",
)
error_code_is_a_number = chat("errors.code", "`code` is the status, as a number.", _number(_CODE), when=_MISTAKE)
error_without_code = chat(
    "errors.code errors.documented-code",
    "The documented `code` of an error is missing.",
    in_error(drop(_CODE)),
    when=_MISTAKE,
    gateway="foxora",
)
missing_field_code_differs = chat(
    "errors.documented-code",
    "The error for a missing field has another code than the documented one.",
    in_error(put(_CODE, "bad_request")),
    when=_MISSING,
    gateway="foxora",
)
error_param_is_a_path = chat(
    "errors.param", "`param` of an error is an array of steps.", in_error(change(_PARAM, _steps, str)), when=_MISTAKE
)
error_param_is_none = chat(
    "errors.param-names-field", "`param` of an error is the word None.", in_error(put(_PARAM, "None")), when=_MISTAKE
)
error_param_missing = chat(
    "errors.param-names-field",
    "The documented `param` of an error is null, although one field is at fault.",
    in_error(put(_PARAM, None)),
    when=_MISTAKE,
    gateway="foxora",
)

# What it must not tell.
message_has_a_trace = chat(
    "errors.not-leaking", "A malformed body gets a stack trace.", in_error(put(_MESSAGE, _TRACE)), when=_MALFORMED
)
native_message_has_a_trace = fault(
    "createMessage",
    "A wrong message request yields a stack trace.",
    in_error(put(_MESSAGE, _TRACE)),
    when=refused("invalid_value"),
    breaks={"errors.not-leaking"},
)
gemini_message_has_a_trace = fault(
    "generateContent",
    "A wrong request in the Gemini protocol yields the lines of a stack trace of Java.",
    in_error(put(_MESSAGE, "java.lang.NullPointerException\n\tat com.example.Chat.answer(Chat.java:12)")),
    when=refused("invalid_value"),
    breaks={"errors.not-leaking"},
)
response_error_has_a_path = fault(
    "createResponse",
    "A wrong request for a response shows where the code of the server is.",
    in_error(put(_MESSAGE, "KeyError in /srv/app/routes/responses.py")),
    when=refused("invalid_value"),
    breaks={"errors.not-leaking"},
)
streamed_failure_has_a_trace = fault(
    "createMessage",
    "A failure within a stream yields a stack trace.",
    in_chunks(change(_MESSAGE, lambda _: _TRACE)),
    breaks={"errors.not-leaking"},
    model="midstream-error",
)


@chat("errors.not-leaking", model="upstream-error")
def failure_shows_a_trace(reply: Reply, call: Call) -> None:
    """The error for a provider's failure shows where the server runs."""
    if isinstance(reply.body, dict):
        reply.body["error"]["message"] = f"{call.id}: /usr/lib/python3/site-packages/httpx/_client.py"
