"""Ways to answer wrong requests with a wrong status, or not at all."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


def _refused(status: int, message: str = "Bad request.", param: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": "invalid_request"}
    return Reply.json({"error": error}, status)


def _served(reply: Reply, call: Call) -> Reply:
    """A completion, as if nothing were wrong."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": f"chatcmpl-{call.id}", "object": "chat.completion", "created": 1, "model": "echo"}
    served = Reply.json({**body, "choices": [choice], "usage": usage})
    served.headers["x-request-id"] = reply.headers["x-request-id"]
    return served


def _sent(call: Call) -> dict[str, Any]:
    """The body as an object, empty when it is none."""
    return call.body if isinstance(call.body, dict) else {}


@fault(_CHAT, breaks={"errors.never-5xx"})
def nesting_overflows(reply: Reply, call: Call) -> Reply:
    """A deeply nested body exhausts the stack, and the answer is a 500."""
    return _refused(500) if b"[[[[" in (call.raw or b"") else reply


@fault(_CHAT, breaks={"errors.never-5xx"})
def surrogate_cannot_be_encoded(reply: Reply, call: Call) -> Reply:
    """A lone surrogate in the prompt is a 500."""
    return _refused(500) if b"\\ud800" in (call.raw or b"") else reply


@fault(_CHAT, breaks={"errors.never-5xx"})
def bytes_are_a_crash(reply: Reply, call: Call) -> Reply:
    """Bytes that are not UTF-8 are a 500 in plain text."""
    crash = Reply(500, {"content-type": "text/plain"}, b"Internal Server Error")
    return crash if b"\xff" in (call.raw or b"") else reply


@fault(_CHAT, breaks={"errors.never-2xx"})
def long_model_cut(reply: Reply, call: Call) -> Reply:
    """Of a very long model name only the start counts, and some model answers."""
    return _served(reply, call) if len(str(_sent(call).get("model"))) > 1000 else reply


@fault(_CHAT, breaks={"errors.malformed-json"})
def truncated_json_is_not_found(reply: Reply, call: Call) -> Reply:
    """Half a JSON text is a 404."""
    cut = reply.cause == "malformed_body" and (call.raw or b"").startswith(b"{") and b"\xff" not in (call.raw or b"")
    return _with_status(reply, 404) if cut else reply


@fault(_CHAT, breaks={"errors.empty-body"})
def empty_body_served(reply: Reply, call: Call) -> Reply:
    """An empty body is answered."""
    return _served(reply, call) if call.raw == b"" else reply


@fault(_CHAT, breaks={"errors.not-an-object"})
def first_of_array_served(reply: Reply, call: Call) -> Reply:
    """A request in an array is answered like the request alone."""
    return _served(reply, call) if (call.raw or b"").startswith(b"[") else reply


@fault(_CHAT, breaks={"errors.not-an-object", "errors.json"})
def array_is_a_crash(reply: Reply, call: Call) -> Reply:
    """A JSON array is a 500 in plain text."""
    crash = Reply(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")
    return crash if (call.raw or b"").startswith(b"[") else reply


@fault(_CHAT, breaks={"errors.missing-model"})
def missing_model_is_not_found(reply: Reply, call: Call) -> Reply:
    """A request without a model is a 404."""
    missing = reply.cause == "missing_field" and "model" not in _sent(call)
    return _with_status(reply, 404) if missing else reply


@request_fault(_CHAT, breaks={"errors.missing-model"}, before="validation", gateway="foxora")
def default_model(call: Call) -> None:
    """A request without a model is answered by some model, although the documents demand one."""
    call.body.setdefault("model", "echo")


@request_fault(_CHAT, breaks={"errors.missing-messages"}, before="validation")
def no_messages_served(call: Call) -> None:
    """A request without messages is answered."""
    call.body.setdefault("messages", [{"role": "user", "content": "Hello."}])


@request_fault(_CHAT, breaks={"errors.model-type"}, before="validation")
def model_number_taken(call: Call) -> None:
    """A number is taken for some model."""
    if isinstance(call.body.get("model"), int):
        call.body["model"] = "echo"


@request_fault(_CHAT, breaks={"errors.wrong-type"}, before="validation")
def messages_text_taken(call: Call) -> None:
    """A text in place of the messages is taken for the only one."""
    if isinstance(call.body.get("messages"), str):
        call.body["messages"] = [{"role": "user", "content": call.body["messages"]}]


@request_fault(_CHAT, breaks={"errors.wrong-option"}, before="validation")
def wrong_limit_ignored(call: Call) -> None:
    """A `max_tokens` that is no number is ignored."""
    if isinstance(call.body.get("max_tokens"), str):
        del call.body["max_tokens"]


@request_fault(_CHAT, breaks={"errors.wrong-type", "errors.wrong-option"}, before="validation", gateway="ofox")
def documented_limit_ignored(call: Call) -> None:
    """A `max_tokens` that is no number is ignored, although the documents promise a refusal."""
    if isinstance(call.body.get("max_tokens"), str):
        del call.body["max_tokens"]


@request_fault(_CHAT, breaks={"errors.wrong-option"}, before="validation")
def wrong_format_ignored(call: Call) -> None:
    """A `response_format` that is no object is ignored."""
    if isinstance(call.body.get("response_format"), str):
        del call.body["response_format"]


@request_fault(_CHAT, breaks={"errors.wrong-option"}, before="validation")
def wrong_tool_choice_ignored(call: Call) -> None:
    """An unknown word for `tool_choice` is ignored."""
    if call.body.get("tool_choice") == "perhaps":
        del call.body["tool_choice"]


@request_fault(_CHAT, breaks={"errors.wrong-option"}, before="validation")
def unknown_part_ignored(call: Call) -> None:
    """A content part of an unknown type is left out."""
    for message in call.body.get("messages") or ():
        if isinstance(message, dict) and "smell" in str(message.get("content")):
            message["content"] = "Hello."


@request_fault(_CHAT, breaks={"errors.empty-messages"}, before="validation")
def empty_messages_served(call: Call) -> None:
    """A conversation without messages is answered."""
    if call.body.get("messages") == []:
        call.body["messages"] = [{"role": "user", "content": "Hello."}]


@request_fault(_CHAT, breaks={"errors.missing-role"}, before="validation")
def missing_role_is_user(call: Call) -> None:
    """A message without a role counts as the user's."""
    for message in call.body.get("messages") or ():
        if isinstance(message, dict):
            message.setdefault("role", "user")


@fault(_CHAT, breaks={"errors.unknown-model"})
def unknown_model_served(reply: Reply, call: Call) -> Reply:
    """A model that does not exist is answered by another one."""
    return _served(reply, call) if _sent(call).get("model") == "no-such-model-anywhere" else reply


@fault(_CHAT, breaks={"errors.unknown-model"})
def unknown_model_is_a_failure(reply: Reply, call: Call) -> Reply:
    """A model that does not exist is the server's failure, which clients try again."""
    return _with_status(reply, 500) if _sent(call).get("model") == "no-such-model-anywhere" else reply


@fault(_CHAT, breaks={"errors.unknown-model"})
def unknown_model_streamed(reply: Reply, call: Call) -> Reply:
    """The stream of a model that does not exist is a 200 with the error as an event."""
    wanted = _sent(call).get("model") == "no-such-model-anywhere" and _sent(call).get("stream") is True
    return Reply.stream([reply.body, "[DONE]"]) if wanted else reply


@fault("*", breaks={"errors.unknown-route"})
def unknown_route_is_a_page(reply: Reply) -> Reply:
    """Every unknown path is the front page."""
    page = Reply(200, {"content-type": "text/html"}, b"<!doctype html><title>Welcome</title>")
    return page if reply.cause == "unknown_route" else reply


@fault("*", breaks={"errors.wrong-method"})
def wrong_method_is_bad(reply: Reply, call: Call) -> Reply:
    """A wrong method is a 400."""
    return _with_status(reply, 400) if reply.cause == "wrong_method" and call.method != "GET" else reply


@fault(_CHAT, breaks={"errors.wrong-media-type"})
def text_is_not_found(reply: Reply) -> Reply:
    """A body that is not declared as JSON is a 404."""
    return _with_status(reply, 404) if reply.cause == "wrong_media_type" else reply


@fault(_CHAT, breaks={"errors.stable"})
def mistakes_exhaust(reply: Reply, call: Call) -> Reply:
    """After many wrong requests a right one is the server's failure."""
    return _refused(500) if "hello once more" in str(_sent(call).get("messages")) else reply


def _with_status(reply: Reply, status: int) -> Reply:
    reply.status = status
    return reply
