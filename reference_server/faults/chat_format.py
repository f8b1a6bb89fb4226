"""Ways to break the form of an answer."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Members, drop, put, refuse
from reference_server.faults.words.openai import CHAT, choices, reword, streams
from reference_server.faults.words.situations import asked, asks, both, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_FORM = "response_format"
_OBJECT = {"chat.json-object.parses", "chat.json-object.stream"}
_SCHEMA = {"chat.json-schema.valid", "chat.json-schema.stream"}


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


text_format_refused = fault(
    CHAT,
    "The response format `text` is refused.",
    refuse(400, "Unsupported.", param=_FORM),
    when=asked(lambda call: _form(call) == "text"),
    breaks={"chat.response-format.text"},
    gateway="foxapi",
)
unknown_format_dropped = request_fault(
    CHAT,
    "A response format of an unknown type is taken as text.",
    drop(_FORM),
    when=_unknown,
    breaks={"chat.response-format.unknown"},
    before="validation",
)
response_format_dropped = request_fault(
    CHAT, "`response_format` is dropped.", drop(_FORM), breaks=_OBJECT | _SCHEMA | {"chat.json-schema.no-schema"}
)
json_object_dropped = request_fault(
    CHAT, "The response format `json_object` does not reach the model.", drop(_FORM), when=_json_object, breaks=_OBJECT
)
json_object_dropped_in_streams = request_fault(
    CHAT,
    "The response format `json_object` does not reach the model when the answer is streamed.",
    drop(_FORM),
    when=lambda call: _json_object(call) and streams(call),
    breaks={"chat.json-object.stream"},
)
json_fenced = fault(
    CHAT,
    "The JSON object of a whole answer stands in a code fence.",
    reword(lambda text: f"```json\n{text}\n```"),
    when=_in_json,
    breaks={"chat.json-object.parses"},
)
json_array = fault(
    CHAT, "JSON mode gives an array.", reword(lambda one: f"[{one}]"), when=_in_json, breaks={"chat.json-object.parses"}
)


@fault(CHAT, breaks={"chat.json-object.stream"})
def json_array_in_streams(reply: Reply, call: Call) -> None:
    """JSON mode gives an array in a stream."""
    texts = [choice["delta"] for choice in choices(reply) if choice["delta"].get("content")]
    if _json_object(call) and texts:
        texts[0]["content"] = "[" + texts[0]["content"]
        texts[-1]["content"] += "]"


json_schema_taken_as_json_object = request_fault(
    CHAT, "A schema is taken as JSON mode.", put(_FORM, {"type": "json_object"}), when=_is_plain_schema, breaks=_SCHEMA
)
enum_of_schema_broken = fault(
    CHAT,
    "A property has a value that its enum does not list.",
    _with(state="lost"),
    when=both(_in_schema, asks("worn")),
    breaks={"chat.json-schema.valid"},
)
property_of_schema_invented = fault(
    CHAT,
    "A property is forbidden by the schema.",
    _with(note="none"),
    when=_in_schema,
    breaks={"chat.json-schema.valid"},
)
json_schema_dropped_in_streams = request_fault(
    CHAT,
    "A schema does not reach the model when the answer is streamed.",
    drop(_FORM),
    when=lambda call: _json_schema(call) and streams(call),
    breaks={"chat.json-schema.stream"},
)
schema_named_by_the_gateway = request_fault(
    CHAT,
    "A schema without a legal name is given one.",
    put("response_format.json_schema.name", "schema"),
    when=_json_schema,
    breaks={"chat.json-schema.name"},
    before="validation",
)
broken_schema_dropped = request_fault(
    CHAT,
    "A schema that is none is dropped.",
    drop(_FORM),
    when=lambda call: _json_schema(call) and not _is_plain_schema(call),
    breaks={"chat.json-schema.no-schema"},
)
