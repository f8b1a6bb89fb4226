"""Accepts fields in snake_case, which the protocol allows beside camelCase."""

from __future__ import annotations

import re
from typing import Any

from gateway_contract import Operation

_AFTER_UNDERSCORE = re.compile(r"_([a-z0-9])")


def spelled(body: Any, operation: Operation) -> Any:
    """The body with every documented field spelled as in the contract; other fields stay as they are."""
    return _value(body, operation.request_schema(), operation)


def _value(value: Any, schema: dict[str, Any], operation: Operation) -> Any:
    schema = operation.resolve(schema)
    if isinstance(value, list) and "items" in schema:
        return [_value(item, schema["items"], operation) for item in value]
    if not isinstance(value, dict):
        return value
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    return {
        (field := _name(name, known)): _value(part, known.get(field, others or {}), operation)
        for name, part in value.items()
    }


def _name(name: str, known: dict[str, Any]) -> str:
    camel = _AFTER_UNDERSCORE.sub(lambda match: match[1].upper(), name)
    return camel if camel in known and name not in known else name
