"""Ways to spoil the body of an error."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_OURS = frozenset({"malformed_body", "missing_field", "invalid_value", "unknown_model", "wrong_media_type"})
"""Causes that are the caller's mistakes in one request."""
_ROUTING = frozenset({"unknown_route", "wrong_method"})
_TRACE = "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 12, in chat\nKeyError: 'model'"


def _mistaken(reply: Reply) -> bool:
    return reply.cause in _OURS


def _edit(reply: Reply, **fields: Any) -> None:
    """Changes fields of the error object of a caller's mistake."""
    if _mistaken(reply):
        reply.body["error"].update(fields)


def _drop(reply: Reply, name: str) -> None:
    if _mistaken(reply):
        del reply.body["error"][name]


@fault(_CHAT, breaks={"errors.json"})
def error_as_text(reply: Reply) -> None:
    """A body that is not JSON is refused in plain text."""
    if reply.cause == "malformed_body":
        reply.headers["content-type"] = "text/plain; charset=utf-8"
        reply.body = b"Bad Request"


@fault(_CHAT, breaks={"errors.json"})
def error_labelled_as_html(reply: Reply) -> None:
    """An error is labelled as HTML."""
    if reply.cause == "missing_field":
        reply.headers["content-type"] = "text/html"


@fault(_CHAT, breaks={"errors.envelope"})
def error_as_detail(reply: Reply) -> None:
    """The error stands under `detail`."""
    if _mistaken(reply):
        reply.body = {"detail": reply.body["error"]["message"]}


@fault("retrieveModel", breaks={"errors.envelope"})
def unknown_model_as_detail(reply: Reply) -> None:
    """A model that is not found is a `detail`, while other errors have the usual form."""
    if reply.cause == "unknown_model":
        reply.body = {"detail": "Not Found"}


@fault(_CHAT, breaks={"errors.envelope"})
def error_is_a_string(reply: Reply) -> None:
    """`error` is the message itself."""
    if _mistaken(reply):
        reply.body = {"error": reply.body["error"]["message"]}


@fault(_CHAT, breaks={"errors.envelope"})
def error_fields_at_the_top(reply: Reply) -> None:
    """The fields of the error stand at the top of the body."""
    if _mistaken(reply):
        reply.body = {"object": "error", **reply.body["error"]}


@fault(_CHAT, breaks={"errors.message"})
def error_without_message(reply: Reply) -> None:
    """The error object has no message."""
    _drop(reply, "message")


@fault(_CHAT, breaks={"errors.message", "errors.message-names-field"})
def error_message_empty(reply: Reply) -> None:
    """The message is empty, and no field is named."""
    _edit(reply, message="", param=None)


@fault(_CHAT, breaks={"errors.type"})
def error_type_is_a_number(reply: Reply) -> None:
    """`type` is the status."""
    _edit(reply, type=reply.status)


@fault(_CHAT, breaks={"errors.type", "errors.documented-type"}, gateway="ofox")
def error_without_type(reply: Reply) -> None:
    """The documented `type` is missing."""
    _drop(reply, "type")


@fault(_CHAT, breaks={"errors.code"})
def error_code_is_a_number(reply: Reply) -> None:
    """`code` is the status, as a number."""
    _edit(reply, code=reply.status)


@fault(_CHAT, breaks={"errors.code", "errors.documented-code"}, gateway="foxora")
def error_without_code(reply: Reply) -> None:
    """The documented `code` is missing."""
    _drop(reply, "code")


@fault(_CHAT, breaks={"errors.param"})
def error_param_is_a_path(reply: Reply) -> None:
    """`param` is an array of steps."""
    if _mistaken(reply) and reply.body["error"]["param"]:
        _edit(reply, param=["body", reply.body["error"]["param"]])


@fault(_CHAT, breaks={"errors.param-names-field"})
def error_param_is_none(reply: Reply) -> None:
    """`param` is the word None."""
    _edit(reply, param="None")


@fault(_CHAT, breaks={"errors.param-names-field"}, gateway="foxora")
def error_param_missing(reply: Reply) -> None:
    """The documented `param` is null, although one field is at fault."""
    _edit(reply, param=None)


@fault(_CHAT, breaks={"errors.message-names-field"})
def error_message_says_nothing(reply: Reply) -> None:
    """Every mistake has the same message, and no field is named."""
    _edit(reply, message="Bad request.", param=None)


@fault("*", breaks={"errors.routing-envelope"})
def unknown_route_as_detail(reply: Reply) -> None:
    """A route that does not exist is a `detail`."""
    if reply.cause in _ROUTING:
        reply.body = {"detail": "Not Found"}


@fault("*", breaks={"errors.routing-envelope"})
def unknown_route_as_page(reply: Reply) -> None:
    """A route that does not exist is a page in HTML."""
    if reply.cause in _ROUTING:
        reply.headers["content-type"] = "text/html"
        reply.body = b"<html><body><h1>404 Not Found</h1></body></html>"


@fault(_CHAT, breaks={"errors.documented-code"}, gateway="foxora")
def missing_field_code_differs(reply: Reply) -> None:
    """A missing field has another code than the documented one."""
    if reply.cause == "missing_field":
        reply.body["error"]["code"] = "bad_request"


@fault(_CHAT, breaks={"errors.documented-type"}, gateway="ofox")
def upstream_type_differs(reply: Reply) -> None:
    """A provider's failure has another type than the documented one."""
    if reply.cause == "upstream":
        reply.body["error"]["type"] = "api_error"


@fault(_CHAT, breaks={"errors.not-leaking"})
def message_has_a_trace(reply: Reply) -> None:
    """The message of a malformed body is a stack trace."""
    if reply.cause == "malformed_body":
        reply.body["error"]["message"] = _TRACE


@fault(_CHAT, breaks={"errors.not-leaking"}, model="upstream-error")
def failure_shows_a_trace(reply: Reply, call: Call) -> None:
    """A provider's failure shows where the server runs."""
    if isinstance(reply.body, dict):
        reply.body["error"]["message"] = f"{call.id}: /usr/lib/python3/site-packages/httpx/_client.py"
