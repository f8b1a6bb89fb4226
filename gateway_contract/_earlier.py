"""The contract in OpenAPI 3.1, for tools that do not read 3.2.

What 3.2 added is said in the words of 3.1: a stream is a string whose content is an array of events, as 3.2 reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway_contract._operation import EVENT_STREAM

Document = dict[str, Any]
VERSION = "3.1.0"
ABOUT = frozenset({"title", "description", "default", "deprecated", "examples"})


def earlier(document: Document) -> Document:
    """The same contract as an OpenAPI 3.1 document. `document` stays as it is."""
    converted: Document = _converted(document)
    return {**converted, "openapi": VERSION}


def _converted(node: Any) -> Any:
    if isinstance(node, list):
        return [_converted(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {name: _converted(one) for name, one in node.items()}
    for member, convert in CONVERSIONS.items():
        if member in node:
            node |= convert(node.pop(member))
    return _within_all_of(_with_items(_alternatives(node)))


def _stream(item_schema: Document) -> Document:
    events = {"type": "array", "items": item_schema}
    return {"schema": {"type": "string", "contentMediaType": EVENT_STREAM, "contentSchema": events}}


def _event_stream(events: list[dict[str, Any]]) -> Document:
    """An example of a stream as the text that is sent."""
    blocks = ("".join(f"{name}: {value}\n" for name, value in event.items()) for event in events)
    return {"value": "".join(f"{block}\n" for block in blocks)}


def _with_items(node: Document) -> Document:
    """Generators refuse an array that does not say of what it is."""
    is_array = node.get("type") == "array"
    return {**node, "items": {}} if is_array and not {"items", "prefixItems"} & node.keys() else node


def _alternatives(node: Document) -> Document:
    """Generators refuse an object or an array that may be something else, unless each type has a schema of its own."""
    types = node.get("type")
    if not isinstance(types, list) or not {"object", "array"} & set(types):
        return node
    about = {name: value for name, value in node.items() if name in ABOUT or name.startswith("x-")}
    rest = {name: value for name, value in node.items() if name not in about}
    return {**about, "anyOf": [_with_items({**rest, "type": one}) if one != "null" else {"type": one} for one in types]}


def _within_all_of(node: Document) -> Document:
    """Generators take an `allOf` of one schema for that schema, and miss the members beside it."""
    if "allOf" not in node or "properties" not in node:
        return node
    own = {name: node.pop(name) for name in ("type", "required", "properties") if name in node}
    return {**node, "allOf": [*node["allOf"], own]}


CONVERSIONS: dict[str, Callable[[Any], Document]] = {
    "itemSchema": _stream,
    "dataValue": _event_stream,
    "serializedValue": lambda text: {"value": text},
}
"""By the name of a member, what stands in its place."""
