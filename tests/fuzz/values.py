"""Odd values, and values drawn from a schema."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

Schema = dict[str, Any]
_DEEPEST = 6


def _nested(depth: int) -> list[Any]:
    return [_nested(depth - 1)] if depth else []


ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 1.0, 0.5, -0.0, 1e308, 1e-308, float("nan"), float("inf"), 10**30, -(2**63)),
    *(2**31, 128, 100_000, 1e15, 4_000_000_000),
    *("", " ", "a", "auto", "none", "1", "1.0", "-1", "true", "null", "[]", "{}", "\0", "\n", "\ud800", "é", "日本語"),
    *("x" * 300, "data:", "data:image/png;base64,", "data:text/plain;base64,aGk=", "aGk=", "https://", "https://[::1"),
    *(
        "https://example.com/a.png",
        "files/x",
        "file-reference",
        "2026-02-30",
        "9999-12-31",
        "0001-01-01T00:00:00-14:00",
    ),
    *(
        "%00",
        "../../etc",
        "^(a+)+$",
        "(?<=x)",
        "[",
        "object",
        "string",
        "$ref",
        "#/$defs/a",
        "function",
        "user",
        "tool",
    ),
    *("Repeat exactly: ", "Count from 1 to 999999999", "JSON with the keys 'a' and 'b'", "get_weather(", "1" * 5000),
    *([], [None], [[]], [{}], [0], [""], ["a"], ["a", "a"], [1.0, 2.0], [1e300], [True], ["a", 1], list(range(50))),
    *({}, {"type": None}, {"type": "object"}, {"type": []}, {"type": "text"}, {"type": "function"}, {"": ""}),
    *({"type": "text", "text": None}, {"name": "a"}, {"id": "a", "type": "function", "function": {}}, {"a": {"a": {}}}),
    *(
        {"$ref": "#"},
        {"$ref": "#/$defs/a"},
        {"$ref": "http://a/"},
        {"enum": []},
        {"pattern": "("},
        {"pattern": "^(?=a)"},
    ),
    *({"type": "string", "pattern": "^(a+)+(?<=x)$"}, {"type": "array", "minItems": 2**40}, {"allOf": [{"$ref": "#"}]}),
    *({"type": "string", "minLength": 2**40}, {"multipleOf": 0}, {"type": "number", "multipleOf": 1e-300}),
    *({"properties": {"a": None}}, {"properties": []}, {"required": 1}, {"type": "integer", "minimum": 1e400}),
    _nested(60),
]
"""Values of every JSON type that are wrong, extreme or merely unusual."""


def odd(random: Random) -> Any:
    """One of them, which the caller may change."""
    value = random.choice(ODD)
    return deepcopy(value) if isinstance(value, (dict, list)) else value


def drawn(schema: Any, resolve: Callable[[Schema], Schema], random: Random, depth: int = 0) -> Any:
    """A value that is mostly of the schema: with some of its options, and now and then an odd part."""
    if not isinstance(schema, dict) or depth > _DEEPEST or random.random() < 0.02:
        return odd(random)
    schema = resolve(schema)
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            return _of_choice(schema, choice, resolve, random, depth)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return random.choice(schema["enum"])
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return _of_kind(random.choice(kind) if isinstance(kind, list) else kind, schema, resolve, random, depth)


def _of_choice(schema: Schema, choice: str, resolve: Callable[[Schema], Schema], random: Random, depth: int) -> Any:
    value = drawn(random.choice(schema[choice]), resolve, random, depth + 1)
    if isinstance(value, dict) and "properties" in schema:
        return _of_kind("object", schema, resolve, random, depth) | value
    return value


def _of_kind(kind: str, schema: Schema, resolve: Callable[[Schema], Schema], random: Random, depth: int) -> Any:
    if kind == "object":
        return _members(schema, resolve, random, depth)
    if kind == "array":
        most = random.choice((0, 1, 1, 2, 3))
        return [drawn(schema.get("items", True), resolve, random, depth + 1) for _ in range(most)]
    if kind == "string":
        return random.choice(_TEXTS)
    if kind in ("integer", "number"):
        return random.choice((schema.get("minimum", 0), schema.get("maximum", 1), 1, 2.0, 0.5))
    return random.random() < 0.5 if kind == "boolean" else None


def _members(schema: Schema, resolve: Callable[[Schema], Schema], random: Random, depth: int) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: drawn(part, resolve, random, depth + 1)
        for name, part in schema.get("properties", {}).items()
        if name in required or random.random() < 0.4 / (depth + 1)
    }


_TEXTS = [value for value in ODD if isinstance(value, str)]
