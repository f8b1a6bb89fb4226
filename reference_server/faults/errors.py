"""Ways to answer wrong requests with a wrong status, or not at all."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Edit, Members, change, fill, put, refuse, status, swap
from reference_server.faults.words.openai import CHAT, DONE
from reference_server.faults.words.prompts import HELLO_ONCE_MORE, NO_MODEL, ODD_PART
from reference_server.faults.words.situations import asked, asks, both, refused, sent, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)
anywhere = rows("*")
unjudged = rows(CHAT, request_fault, before="validation")

_HELLO = [{"role": "user", "content": "Hello."}]
_MEDIA = refused("wrong_media_type")
_CRASH = refuse(500, "Bad request.", code="invalid_request")


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


def _long_model(_: Reply, call: Call) -> bool:
    return len(str(sent(call).get("model"))) > 1000


def _no_such(_: Reply, call: Call) -> bool:
    return sent(call).get("model") == NO_MODEL


def _no_text(name: str, word: str = "") -> Members:
    """Leave a member out that is a text, or one word."""
    return Members(lambda body: isinstance(body.get(name), str) and word in body[name] and body.pop(name))


# Bodies that are no request.
nesting_overflows = chat("errors.never-5xx", "A deeply nested body gets a 500.", _CRASH, when=asked(wrote(b"[[[[")))
surrogate_cannot_be_encoded = chat(
    "errors.never-5xx", "A lone surrogate in the prompt is answered with 500.", _CRASH, when=asked(wrote(b"\\ud800"))
)
bytes_are_a_crash = chat(
    "errors.never-5xx",
    "A body that is not UTF-8 is answered with 500 in plain text.",
    _send(500, "text/plain", b"Internal Server Error"),
    when=asked(wrote(b"\xff")),
)
truncated_json_is_not_found = chat("errors.malformed-json", "Truncated JSON gets a 404.", status(404), when=_half)
empty_body_served = chat(
    "errors.empty-body", "An empty body is answered.", _serve, when=asked(lambda call: call.raw == b"")
)
first_of_array_served = chat(
    "errors.not-an-object", "A request inside an array is answered like the request alone.", _serve, when=_in_array
)
array_is_a_crash = chat(
    "errors.not-an-object errors.json",
    "A body that is a JSON array is answered with 500 in plain text.",
    _send(500, "text/plain; charset=utf-8", b"Internal Server Error"),
    when=_in_array,
)
text_is_not_found = chat(
    "errors.wrong-media-type", "A body that is not declared as JSON is answered with 404.", status(404), when=_MEDIA
)

# The model.
missing_model_is_not_found = chat(
    "errors.missing-model",
    "A request without a model is answered with 404.",
    status(404),
    when=both(refused("missing_field"), asked(lambda call: "model" not in sent(call))),
)
default_model = unjudged(
    "errors.missing-model",
    "A request without a model is answered by some default model, although the model is documented as required.",
    fill("model", "echo"),
    gateway="foxora",
)
model_number_taken = unjudged(
    "errors.model-type",
    "A number in place of the model is answered by some model.",
    put("model", "echo"),
    when=lambda call: isinstance(sent(call).get("model"), int),
)
long_model_cut = chat(
    "errors.never-2xx", "A very long model name is cut, and some model answers.", _serve, when=_long_model
)
unknown_model_served = chat(
    "errors.unknown-model", "A request for an unknown model is answered by another one.", _serve, when=_no_such
)
unknown_model_is_a_failure = chat("errors.unknown-model", "An unknown model gets a 500.", status(500), when=_no_such)
unknown_model_streamed = chat(
    "errors.unknown-model",
    "A stream of an unknown model is answered with 200 and the error as an event.",
    lambda reply, _: Reply.stream([reply.body, DONE]),
    when=both(_no_such, asked(lambda call: sent(call).get("stream") is True)),
)

# The messages.
no_messages_served = unjudged(
    "errors.missing-messages", "A request without messages is answered with a completion.", fill("messages", _HELLO)
)
empty_messages_served = unjudged(
    "errors.empty-messages", "An empty list of messages is answered.", swap("messages", [], _HELLO)
)
messages_text_taken = unjudged(
    "errors.wrong-type",
    "A string in place of the messages is taken as the only message.",
    change("messages", lambda text: [{"role": "user", "content": text}], str),
)
missing_role_is_user = unjudged(
    "errors.missing-role", "A message without a role is taken as the user's.", fill("messages[].role", "user")
)
unknown_part_ignored = unjudged(
    "errors.wrong-option",
    "A content part of an unknown type is dropped.",
    change("messages[].content", lambda content: "Hello." if ODD_PART in str(content) else content),
)
mistakes_exhaust = chat(
    "errors.stable", "After many wrong requests a correct one is answered with 500.", _CRASH, when=asks(HELLO_ONCE_MORE)
)

# Options.
wrong_limit_ignored = unjudged(
    "errors.wrong-option", "A `max_tokens` that is not a number is ignored.", _no_text("max_tokens")
)
documented_limit_ignored = unjudged(
    "errors.wrong-type errors.wrong-option",
    "A `max_tokens` that is not a number is ignored, although the documents promise a refusal.",
    _no_text("max_tokens"),
    gateway="ofox",
)
wrong_format_ignored = unjudged(
    "errors.wrong-option", "A `response_format` that is not an object is ignored.", _no_text("response_format")
)
wrong_tool_choice_ignored = unjudged(
    "errors.wrong-option", "A `tool_choice` that is an unknown word is ignored.", _no_text("tool_choice", "perhaps")
)

# Routes.
unknown_route_is_a_page = anywhere(
    "errors.unknown-route",
    "Every unknown path is answered with the front page.",
    _send(200, "text/html", b"<!doctype html><title>Welcome</title>"),
    when=refused("unknown_route"),
)
wrong_method_is_bad = anywhere(
    "errors.wrong-method",
    "A wrong method is answered with 400.",
    status(400),
    when=both(refused("wrong_method"), asked(lambda call: call.method != "GET")),
)
