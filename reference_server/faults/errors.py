"""Ways to answer wrong requests with a wrong status, or not at all."""

from __future__ import annotations

from typing import Any

from reference_server.faults import Fault, fault, request_fault
from reference_server.faults.words.edits import Edit, Members, change, fill, put, refuse, status, swap
from reference_server.faults.words.openai import CHAT, DONE
from reference_server.faults.words.prompts import HELLO_ONCE_MORE, NO_MODEL, ODD_PART
from reference_server.faults.words.situations import asked, asks, both, refused, sent, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_HELLO = [{"role": "user", "content": "Hello."}]
_MEDIA = refused("wrong_media_type")
_CRASH = refuse(500, "Bad request.", code="invalid_request")


def _lenient(doc: str, edit: Members, **options: Any) -> Fault:
    """A fault that lets a wrong request pass the validation."""
    return request_fault(CHAT, doc, edit, before="validation", **options)


def _send(code: int, media_type: str, body: bytes) -> Edit:
    """Answer with these bytes."""
    return lambda *_: Reply(code, {"content-type": media_type}, body)


def _serve(reply: Reply, call: Call) -> Reply:
    """Answer with a completion, as if nothing were wrong."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": f"chatcmpl-{call.id}", "object": "chat.completion", "created": 1, "model": "echo"}
    completion = Reply.json({**body, "choices": [choice], "usage": usage})
    completion.headers["x-request-id"] = reply.headers["x-request-id"]
    return completion


def _in_array(_: Reply, call: Call) -> bool:
    return (call.raw or b"").startswith(b"[")


def _half(reply: Reply, call: Call) -> bool:
    return reply.cause == "malformed_body" and (call.raw or b"").startswith(b"{") and not wrote(b"\xff")(call)


def _message(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def _plain(content: Any) -> Any:
    return "Hello." if ODD_PART in str(content) else content


def _long_model(_: Reply, call: Call) -> bool:
    return len(str(sent(call).get("model"))) > 1000


def _no_such(_: Reply, call: Call) -> bool:
    return sent(call).get("model") == NO_MODEL


def _no_text(name: str, word: str = "") -> Members:
    """Leave a member out that is a text, or one word."""
    return Members(lambda body: isinstance(body.get(name), str) and word in body[name] and body.pop(name))


# Bodies that are no request.
nesting_overflows = fault(
    CHAT, "A deeply nested body is a 500.", _CRASH, when=asked(wrote(b"[[[[")), breaks={"errors.never-5xx"}
)
surrogate_cannot_be_encoded = fault(
    CHAT, "A lone surrogate is a 500.", _CRASH, when=asked(wrote(b"\\ud800")), breaks={"errors.never-5xx"}
)
bytes_are_a_crash = fault(
    CHAT,
    "Bytes that are not UTF-8 are a 500 in plain text.",
    _send(500, "text/plain", b"Internal Server Error"),
    when=asked(wrote(b"\xff")),
    breaks={"errors.never-5xx"},
)
truncated_json_is_not_found = fault(
    CHAT, "Half a JSON text is a 404.", status(404), when=_half, breaks={"errors.malformed-json"}
)
empty_body_served = fault(
    CHAT, "An empty body is answered.", _serve, when=asked(lambda call: call.raw == b""), breaks={"errors.empty-body"}
)
first_of_array_served = fault(
    CHAT, "A request in an array is answered.", _serve, when=_in_array, breaks={"errors.not-an-object"}
)
array_is_a_crash = fault(
    CHAT,
    "A JSON array is a 500 in plain text.",
    _send(500, "text/plain; charset=utf-8", b"Internal Server Error"),
    when=_in_array,
    breaks={"errors.not-an-object", "errors.json"},
)
text_is_not_found = fault(
    CHAT, "A body in plain text is a 404.", status(404), when=_MEDIA, breaks={"errors.wrong-media-type"}
)

# The model.
missing_model_is_not_found = fault(
    CHAT,
    "A request without a model is a 404.",
    status(404),
    when=both(refused("missing_field"), asked(lambda call: "model" not in sent(call))),
    breaks={"errors.missing-model"},
)
default_model = _lenient(
    "A request without a model is answered.", fill("model", "echo"), breaks={"errors.missing-model"}, gateway="foxora"
)
model_number_taken = _lenient(
    "A number is taken for some model.",
    put("model", "echo"),
    when=lambda call: isinstance(sent(call).get("model"), int),
    breaks={"errors.model-type"},
)
long_model_cut = fault(CHAT, "A very long model name is cut.", _serve, when=_long_model, breaks={"errors.never-2xx"})
unknown_model_served = fault(
    CHAT, "Another model answers for an unknown one.", _serve, when=_no_such, breaks={"errors.unknown-model"}
)
unknown_model_is_a_failure = fault(
    CHAT, "An unknown model is a 500.", status(500), when=_no_such, breaks={"errors.unknown-model"}
)
unknown_model_streamed = fault(
    CHAT,
    "The stream of a model that does not exist is a 200 with the error as an event.",
    lambda reply, _: Reply.stream([reply.body, DONE]),
    when=both(_no_such, asked(lambda call: sent(call).get("stream") is True)),
    breaks={"errors.unknown-model"},
)

# The messages.
no_messages_served = _lenient(
    "A request without messages is answered.", fill("messages", _HELLO), breaks={"errors.missing-messages"}
)
empty_messages_served = _lenient(
    "A conversation without messages is answered.", swap("messages", [], _HELLO), breaks={"errors.empty-messages"}
)
messages_text_taken = _lenient(
    "A text counts as the only message.", change("messages", _message, str), breaks={"errors.wrong-type"}
)
missing_role_is_user = _lenient(
    "A message without a role counts as the user's.", fill("messages[].role", "user"), breaks={"errors.missing-role"}
)
unknown_part_ignored = _lenient(
    "A part of an unknown type is left out.", change("messages[].content", _plain), breaks={"errors.wrong-option"}
)
mistakes_exhaust = fault(
    CHAT, "After many wrong requests a right one fails.", _CRASH, when=asks(HELLO_ONCE_MORE), breaks={"errors.stable"}
)

# Options.
wrong_limit_ignored = _lenient(
    "A `max_tokens` that is no number is ignored.", _no_text("max_tokens"), breaks={"errors.wrong-option"}
)
documented_limit_ignored = _lenient(
    "A documented `max_tokens` that is no number is ignored.",
    _no_text("max_tokens"),
    breaks={"errors.wrong-type", "errors.wrong-option"},
    gateway="ofox",
)
wrong_format_ignored = _lenient(
    "A `response_format` that is no object is ignored.", _no_text("response_format"), breaks={"errors.wrong-option"}
)
wrong_tool_choice_ignored = _lenient(
    "An unknown word for `tool_choice` is ignored.", _no_text("tool_choice", "perhaps"), breaks={"errors.wrong-option"}
)

# Routes.
unknown_route_is_a_page = fault(
    "*",
    "Every unknown path is the front page.",
    _send(200, "text/html", b"<!doctype html><title>Welcome</title>"),
    when=refused("unknown_route"),
    breaks={"errors.unknown-route"},
)
wrong_method_is_bad = fault(
    "*",
    "A wrong method is a 400.",
    status(400),
    when=both(refused("wrong_method"), asked(lambda call: call.method != "GET")),
    breaks={"errors.wrong-method"},
)
