"""Ways to break the form of an answer."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Members, drop, put, refuse
from reference_server.faults.words.openai import CHAT, choices, reword, streams
from reference_server.faults.words.prompts import WORN
from reference_server.faults.words.situations import asked, asks, both, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)
unjudged = rows(CHAT, request_fault, before="validation")
request = rows(CHAT, request_fault)

_FORM = "response_format"
_OBJECT = "chat.json-object.parses chat.json-object.stream"
_SCHEMA = "chat.json-schema.valid chat.json-schema.stream"


def _form(call: Call) -> Any:
    """The type of the response format."""
    form = sent(call).get(_FORM)
    return form.get("type") if isinstance(form, dict) else None


def _json_object(call: Call) -> bool:
    return _form(call) == "json_object"


def _json_schema(call: Call) -> bool:
    return _form(call) == "json_schema"


def _is_plain_schema(call: Call) -> bool:
    return _json_schema(call) and call.body[_FORM]["json_schema"].get("schema", {}).get("type") == "object"


def _unknown(call: Call) -> bool:
    return isinstance(sent(call).get(_FORM), dict) and _form(call) not in ("text", "json_object", "json_schema")


_in_json, _in_schema = asked(_json_object), asked(_json_schema)


def _with(**properties: Any) -> Members:
    """The JSON object that is the content, with further properties."""
    return reword(lambda text: json.dumps({**json.loads(text), **properties}))


text_format_refused = chat(
    "chat.response-format.text",
    "The response format `text` is refused.",
    refuse(400, "Unsupported.", param=_FORM),
    when=asked(lambda call: _form(call) == "text"),
    gateway="foxapi",
)
unknown_format_dropped = unjudged(
    "chat.response-format.unknown", "A response format of an unknown type is taken as text.", drop(_FORM), when=_unknown
)
response_format_dropped = request(
    f"{_OBJECT} {_SCHEMA} chat.json-schema.no-schema", "`response_format` does not reach the model.", drop(_FORM)
)
json_object_dropped = request(
    _OBJECT, "The response format `json_object` does not reach the model.", drop(_FORM), when=_json_object
)
json_object_dropped_in_streams = request(
    "chat.json-object.stream",
    "The response format `json_object` does not reach the model when the answer is streamed.",
    drop(_FORM),
    when=lambda call: _json_object(call) and streams(call),
)
json_fenced = chat(
    "chat.json-object.parses",
    "The JSON object of a whole answer stands in a code fence.",
    reword(lambda text: f"```json\n{text}\n```"),
    when=_in_json,
)
json_array = chat("chat.json-object.parses", "JSON mode gets an array.", reword(lambda one: f"[{one}]"), when=_in_json)


@chat("chat.json-object.stream")
def json_array_in_streams(reply: Reply, call: Call) -> None:
    """A request for a JSON object is answered with a stream of a JSON array."""
    texts = [choice["delta"] for choice in choices(reply) if choice["delta"].get("content")]
    if _json_object(call) and texts:
        texts[0]["content"] = "[" + texts[0]["content"]
        texts[-1]["content"] += "]"


json_schema_taken_as_json_object = request(
    _SCHEMA, "A schema is ignored: any JSON object comes.", put(_FORM, {"type": "json_object"}), when=_is_plain_schema
)
enum_of_schema_broken = chat(
    "chat.json-schema.valid",
    "The answer to a schema has a property with a value outside its enum.",
    _with(state="lost"),
    when=both(_in_schema, asks(WORN)),
)
property_of_schema_invented = chat(
    "chat.json-schema.valid", "An object has a property that its schema forbids.", _with(note="none"), when=_in_schema
)
json_schema_dropped_in_streams = request(
    "chat.json-schema.stream",
    "A schema does not reach the model when the answer is streamed.",
    drop(_FORM),
    when=lambda call: _json_schema(call) and streams(call),
)
schema_named_by_the_gateway = unjudged(
    "chat.json-schema.name",
    "A schema without a valid name is accepted.",
    put("response_format.json_schema.name", "schema"),
    when=_json_schema,
)
broken_schema_dropped = request(
    "chat.json-schema.no-schema",
    "A response format whose schema is broken is accepted without it.",
    drop(_FORM),
    when=lambda call: _json_schema(call) and not _is_plain_schema(call),
)
