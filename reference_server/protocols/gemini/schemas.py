"""Translates the schemas of the protocol, OpenAPI 3.0 with types in capitals, into JSON Schemas."""

from __future__ import annotations

from typing import Any

from reference_server.errors import Refusal

_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}
_SAME = ("title", "description", "enum", "required", "minimum", "maximum", "pattern")
_COUNTS = ("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength")
_FORMATS = {"date-time", "date", "time", "email", "uri", "uuid"}


def json_schema(schema: dict[str, Any], at: str) -> dict[str, Any]:
    """The equivalent JSON Schema. Raises Refusal, naming the place, for an unknown type."""
    result: dict[str, Any] = {}
    kind = schema.get("type", "TYPE_UNSPECIFIED").lower()
    if kind != "type_unspecified":
        if kind not in _TYPES:
            raise Refusal("invalid_value", f"There is no type {schema['type']!r}.", f"{at}.type")
        result["type"] = [kind, "null"] if schema.get("nullable") else kind
    result |= {name: schema[name] for name in _SAME if name in schema}
    result |= {name: _count(schema[name], f"{at}.{name}") for name in _COUNTS if name in schema}
    if schema.get("format") in _FORMATS:
        result["format"] = schema["format"]
    return result | _parts(schema, at)


def _parts(schema: dict[str, Any], at: str) -> dict[str, Any]:
    """The members that hold schemas themselves."""
    result: dict[str, Any] = {}
    if "items" in schema:
        result["items"] = json_schema(schema["items"], f"{at}.items")
    if "properties" in schema:
        result["properties"] = {
            name: json_schema(part, f"{at}.properties.{name}") for name, part in schema["properties"].items()
        }
    for name in ("anyOf", "prefixItems"):
        if name in schema:
            result[name] = [json_schema(part, f"{at}.{name}[{place}]") for place, part in enumerate(schema[name])]
    return result


def _count(value: int | str, at: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise Refusal("invalid_value", f"{value!r} is not a whole number.", at) from None
