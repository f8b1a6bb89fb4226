"""Ways to break the form of an answer."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_OBJECT = {"chat.json-object.parses", "chat.json-object.stream"}
_SCHEMA = {"chat.json-schema.valid", "chat.json-schema.stream"}


@fault(_CHAT, breaks={"chat.response-format.text"}, gateway="foxapi")
def text_format_refused(reply: Reply, call: Call) -> Reply:
    """The response format `text` is refused."""
    error = {"message": "Unsupported.", "type": "invalid_request_error", "param": "response_format", "code": None}
    return Reply.json({"error": error}, 400) if _form(call) == "text" else reply


@request_fault(_CHAT, breaks={"chat.response-format.unknown"}, before="validation")
def unknown_format_dropped(call: Call) -> None:
    """A response format of an unknown type is taken as text."""
    known = _form(call) in ("text", "json_object", "json_schema")
    if isinstance(call.body, dict) and isinstance(call.body.get("response_format"), dict) and not known:
        call.body.pop("response_format")


@request_fault(_CHAT, breaks=_OBJECT | _SCHEMA | {"chat.json-schema.no-schema"})
def response_format_dropped(call: Call) -> None:
    """`response_format` does not reach the model."""
    call.body.pop("response_format", None)


@request_fault(_CHAT, breaks=_OBJECT)
def json_object_dropped(call: Call) -> None:
    """The response format `json_object` does not reach the model."""
    if _form(call) == "json_object":
        call.body.pop("response_format")


@request_fault(_CHAT, breaks={"chat.json-object.stream"})
def json_object_dropped_in_streams(call: Call) -> None:
    """The response format `json_object` does not reach the model when the answer is streamed."""
    if _form(call) == "json_object" and call.body.get("stream"):
        call.body.pop("response_format")


@fault(_CHAT, breaks={"chat.json-object.parses"})
def json_fenced(reply: Reply, call: Call) -> Reply:
    """The JSON object of a whole answer stands in a code fence."""
    return _rewritten(reply, lambda text: f"```json\n{text}\n```") if _form(call) == "json_object" else reply


@fault(_CHAT, breaks={"chat.json-object.parses"})
def json_array(reply: Reply, call: Call) -> Reply:
    """JSON mode gives an array."""
    return _rewritten(reply, lambda text: f"[{text}]") if _form(call) == "json_object" else reply


@fault(_CHAT, breaks={"chat.json-object.stream"})
def json_array_in_streams(reply: Reply, call: Call) -> None:
    """JSON mode gives an array in a stream."""
    deltas = [choice["delta"] for chunk in reply.chunks for choice in chunk.get("choices") or ()]
    texts = [delta for delta in deltas if delta.get("content")]
    if _form(call) == "json_object" and texts:
        texts[0]["content"] = "[" + texts[0]["content"]
        texts[-1]["content"] += "]"


@request_fault(_CHAT, breaks=_SCHEMA)
def json_schema_taken_as_json_object(call: Call) -> None:
    """Of a schema only that JSON is wanted reaches the model."""
    if _form(call) == "json_schema" and _is_plain_schema(call):
        call.body["response_format"] = {"type": "json_object"}


@fault(_CHAT, breaks={"chat.json-schema.valid"})
def enum_of_schema_broken(reply: Reply, call: Call) -> Reply:
    """A property has a value that its enum does not list."""
    return _with(reply, state="lost") if _form(call) == "json_schema" and "worn" in str(call.body) else reply


@fault(_CHAT, breaks={"chat.json-schema.valid"})
def property_of_schema_invented(reply: Reply, call: Call) -> Reply:
    """An object has a property that its schema forbids."""
    return _with(reply, note="none") if _form(call) == "json_schema" else reply


@request_fault(_CHAT, breaks={"chat.json-schema.stream"})
def json_schema_dropped_in_streams(call: Call) -> None:
    """A schema does not reach the model when the answer is streamed."""
    if _form(call) == "json_schema" and call.body.get("stream"):
        call.body.pop("response_format")


@request_fault(_CHAT, breaks={"chat.json-schema.name"}, before="validation")
def schema_named_by_the_gateway(call: Call) -> None:
    """A schema without a legal name is given one."""
    if _form(call) == "json_schema":
        call.body["response_format"]["json_schema"]["name"] = "schema"


@request_fault(_CHAT, breaks={"chat.json-schema.no-schema"})
def broken_schema_dropped(call: Call) -> None:
    """A schema that is none is dropped."""
    if _form(call) == "json_schema" and not _is_plain_schema(call):
        call.body.pop("response_format")


def _form(call: Call) -> Any:
    """The type of the response format."""
    form = call.body.get("response_format") if isinstance(call.body, dict) else None
    return form.get("type") if isinstance(form, dict) else None


def _is_plain_schema(call: Call) -> bool:
    return call.body["response_format"]["json_schema"].get("schema", {}).get("type") == "object"


def _rewritten(reply: Reply, change: Any) -> Reply:
    """The content of every choice of a whole answer, changed."""

    def rewrite(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            choice["message"]["content"] = change(choice["message"]["content"])

    return reply.edit(rewrite)


def _with(reply: Reply, **fields: Any) -> Reply:
    """The JSON object that is the content, with further properties."""
    return _rewritten(reply, lambda text: json.dumps({**json.loads(text), **fields}))
