"""The response formats that the checks ask for, and the schemas among them.

Every schema keeps to what strict mode takes: all properties required, no others allowed, an object at the root.
"""

from __future__ import annotations

from typing import Any

JSON_OBJECT = {"type": "json_object"}


def strict_object(**properties: Any) -> dict[str, Any]:
    """The schema of an object with exactly these properties."""
    closed = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": properties, **closed}


def json_schema(schema: dict[str, Any], name: str = "answer") -> dict[str, Any]:
    """The response format of a strict schema."""
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


KINDS = ["powieść", "baśń"]
"""Kinds of books, with letters outside ASCII: no answer satisfies the schema when they are damaged."""
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
FLAT = strict_object(title=TEXT, pages=WHOLE, lent={"type": "boolean"}, kind={"type": "string", "enum": KINDS})
SCHEMAS: dict[str, dict[str, Any]] = {
    "flat": FLAT,
    "arrays": strict_object(
        rows={"type": "array", "items": {"type": "array", "items": WHOLE}},
        people={"type": "array", "items": strict_object(name=TEXT, age=WHOLE)},
    ),
    "refs": {
        **strict_object(author={"$ref": "#/$defs/person"}, editor={"$ref": "#/$defs/person"}),
        "$defs": {"person": strict_object(name=TEXT, born=WHOLE)},
    },
    "any-of": strict_object(
        shelf={"anyOf": [strict_object(room=TEXT, number=WHOLE), {"type": "null"}]},
        price={"anyOf": [WHOLE, TEXT]},
    ),
    "enum": strict_object(
        state={"type": "string", "enum": ["new", "used", "worn"]},
        kind={"type": "string", "const": "book"},
    ),
    "recursive": {
        **strict_object(root={"$ref": "#/$defs/node"}),
        "$defs": {"node": strict_object(name=TEXT, children={"type": "array", "items": {"$ref": "#/$defs/node"}})},
    },
}
"""By name: what a schema is about."""
