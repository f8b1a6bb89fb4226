"""Prepares a JSON Schema for a value to be built: resolves references, merges parts, finds the type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from reference_server.errors import UnsatisfiableSchema

Schema = dict[str, Any]

_LARGEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SMALLEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_ANY = ("string", "integer", "object", "array", "boolean", "null")
_HINTS = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "contains"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def kind(schema: Schema, turn: int = 0) -> str:
    """The type of the value to build; `turn` picks among several."""
    types = schema.get("type")
    if isinstance(types, str):
        return types
    if types:
        return str(types[turn % len(types)])
    hinted = [name for name, hints in _HINTS.items() if any(hint in schema for hint in hints)]
    return (hinted or _ANY)[turn % len(hinted or _ANY)]


def resolved(root: Schema, reference: str) -> Schema:
    """The schema a local reference points to, by JSON Pointer or by anchor."""
    if not reference.startswith("#"):
        raise UnsatisfiableSchema(f"the reference {reference!r} leaves the schema", "use `#/$defs/...`")
    find = _pointed if reference == "#" or reference.startswith("#/") else _anchored
    target = find(root, reference[1:])
    if target is True:
        return {}
    if not isinstance(target, dict):
        raise UnsatisfiableSchema(f"{reference!r} is not a schema")
    return target


def _pointed(root: Schema, pointer: str) -> Any:
    target: Any = root
    for step in pointer.split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        target = target[int(name)] if isinstance(target, list) else target.get(name)
    return target


def _anchored(node: Any, name: str) -> Any:
    if isinstance(node, dict):
        if node.get("$anchor") == name:
            return node
        node = list(node.values())
    targets = [_anchored(part, name) for part in node] if isinstance(node, list) else []
    return next((part for part in targets if part is not None), None)


def merged(first: Any, second: Any) -> Schema:
    """One schema that demands what both demand. Raises UnsatisfiableSchema when they plainly contradict each other."""
    if first is False or second is False:
        raise UnsatisfiableSchema("nothing satisfies the schema `false`")
    whole: Schema = dict(first) if isinstance(first, dict) else {}
    for key, value in (second if isinstance(second, dict) else {}).items():
        whole[key] = _joined(key, whole[key], value) if key in whole else value
    return whole


def _joined(key: str, first: Any, second: Any) -> Any:
    if key in _LARGEST:
        return max(first, second)
    if key in _SMALLEST:
        return min(first, second)
    return _JOINERS.get(key, _second)(first, second)


def _second(_first: Any, second: Any) -> Any:
    return second


def _both_types(first: Any, second: Any) -> Any:
    ours, theirs = ([types] if isinstance(types, str) else types for types in (first, second))
    both = [name for name in ours if name in theirs or (name == "integer" and "number" in theirs)]
    both = both or [name for name in theirs if name == "integer" and "number" in ours]
    if not both:
        raise UnsatisfiableSchema(f"a value cannot be {first} and {second}")
    return both


def _both_enums(first: list[Any], second: list[Any]) -> list[Any]:
    theirs = {msgspec.json.encode(value) for value in second}
    both = [value for value in first if msgspec.json.encode(value) in theirs]
    if not both:
        raise UnsatisfiableSchema("two enumerations have no common value")
    return both


def _both_properties(first: Mapping[str, Any], second: Mapping[str, Any]) -> Schema:
    return {**first, **{key: merged(first[key], value) if key in first else value for key, value in second.items()}}


def _same(first: Any, second: Any) -> Any:
    if first != second:
        raise UnsatisfiableSchema(f"a value cannot be {first!r} and {second!r}")
    return first


def _both_required(first: list[str], second: list[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))


def _both_choices(first: list[Any], second: list[Any]) -> list[Any]:
    return [{"allOf": [ours, theirs]} for ours in first for theirs in second][:64]


def _least_common(first: float, second: float) -> float:
    whole = isinstance(first, int) and isinstance(second, int)
    return math.lcm(int(first), int(second)) if whole else max(first, second)


def _either_true(first: bool, second: bool) -> bool:
    return first or second


_JOINERS: dict[str, Any] = {
    "type": _both_types,
    "enum": _both_enums,
    "const": _same,
    "required": _both_required,
    "properties": _both_properties,
    "patternProperties": _both_properties,
    "$defs": _both_properties,
    "items": merged,
    "additionalProperties": merged,
    "allOf": lambda first, second: [*first, *second],
    "anyOf": _both_choices,
    "oneOf": _both_choices,
    "multipleOf": _least_common,
    "uniqueItems": _either_true,
}
