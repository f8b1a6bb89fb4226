"""Values of a field: those that its schema allows, at its bounds, and those that it refuses, each in one way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.properties.fields import Schema, properties_of, required_of, resolved
from gateway_contract import Operation

Kinds = Iterator[tuple[str, Any]]
DEEP = 4
"""How far into a schema values are looked for: some schemas hold themselves."""
LONGEST = 600
"""A text is not made longer than this to reach its limit."""
WORD = "zebra"
ODD: tuple[Any, ...] = (7, "perhaps", True, [], {"odd": 1})
"""One of each type of JSON."""
PLAIN, MOST, LEAST, NULL = "a plain value", "the most entries", "the least members", "null"
MINIMUM, MAXIMUM = "its minimum", "its maximum"


def right(operation: Operation, schema: Schema, depth: int = DEEP) -> Kinds:
    """Values that the schema may allow, the plainest first, each with what it is."""
    whole = resolved(operation, schema)
    for branch in (*whole.get("anyOf", ()), *whole.get("oneOf", ())):
        yield from right(operation, branch, depth)
    if "const" in whole:
        yield "its constant", whole["const"]
    elif "enum" in whole:
        yield from ((f"the word {word}", word) for word in whole["enum"] if word is not None)
    else:
        for kind in _types(whole):
            yield from _RIGHT.get(kind, _nothing)(operation, whole, depth)
    if "null" in _types(whole):
        yield NULL, None


def wrong(operation: Operation, schema: Schema, depth: int = DEEP) -> Kinds:
    """Values that the schema may refuse: each breaks one of its keywords, or is of another type."""
    whole = resolved(operation, schema)
    for branch in (*whole.get("anyOf", ()), *whole.get("oneOf", ())):
        yield from wrong(operation, branch, depth)
    if "enum" in whole or "const" in whole:
        yield "an unknown word", "no-such-word"
    yield from _beyond(whole)
    if depth:
        yield from _wrong_within(operation, whole, depth - 1)
    yield from (("of a wrong type", value) for value in ODD)


def sample(operation: Operation, schema: Schema, depth: int = DEEP) -> Any:
    """The plainest value that the schema allows; None where none is known."""
    return next((value for _, value in right(operation, schema, depth)), None)


def _types(schema: Schema) -> list[str]:
    named = schema.get("type", "object" if "properties" in schema or "allOf" in schema else ())
    return [named] if isinstance(named, str) else list(named)


def _nothing(*_: Any) -> Kinds:
    yield from ()


def _booleans(*_: Any) -> Kinds:
    yield "true", True
    yield "false", False


def _integers(_: Operation, schema: Schema, __: int) -> Kinds:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None and most is None:
        yield from ((PLAIN, value) for value in (7, 0, -1))
    yield from _bounds(schema)
    if least is not None and most is None:
        yield PLAIN, least + 1


def _numbers(_: Operation, schema: Schema, __: int) -> Kinds:
    least, most = schema.get("minimum"), schema.get("maximum")
    yield PLAIN, 0.5 if least is None or most is None else least + (most - least) / 4
    yield from _bounds(schema)


def _bounds(schema: Schema) -> Kinds:
    if "minimum" in schema:
        yield MINIMUM, schema["minimum"]
    if "maximum" in schema:
        yield MAXIMUM, schema["maximum"]


def _texts(_: Operation, schema: Schema, __: int) -> Kinds:
    text = next(iter(schema.get("examples", ())), WORD)
    yield PLAIN, text if len(text) >= schema.get("minLength", 0) else text * schema["minLength"]
    if schema.get("maxLength", LONGEST) < LONGEST:
        yield "its longest", "z" * schema["maxLength"]


def _arrays(operation: Operation, schema: Schema, depth: int) -> Kinds:
    if not depth:
        return
    items = list(right(operation, schema.get("items", {}), depth - 1))
    yield from ((kind, [value]) for kind, value in items if value is not None)
    if items and "maxItems" in schema:
        yield MOST, [_varied(items[0][1], number) for number in range(schema["maxItems"])]
    if not schema.get("minItems"):
        yield "no entry", []


def _varied(value: Any, number: int) -> Any:
    return f"{value}{number}" if isinstance(value, str) else value


def _objects(operation: Operation, schema: Schema, depth: int) -> Kinds:
    members, required = properties_of(operation, schema), required_of(operation, schema)
    least = {name: sample(operation, members.get(name, {}), depth - 1) for name in sorted(required)} if depth else {}
    if None in least.values():
        return
    yield LEAST, least
    for name, member in members.items() if depth else ():
        for kind, value in right(operation, member, depth - 1):
            yield f"{name}: {kind}", {**least, name: value}
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and depth:
        yield from _pairs(schema, list(right(operation, more, depth - 1)))


def _pairs(schema: Schema, some: list[tuple[str, Any]]) -> Kinds:
    """Entries of an object whose names are free. Digits are names that any such object takes."""
    yield from ((PLAIN if kind == PLAIN else f"an entry that is {kind}", {"1734": value}) for kind, value in some)
    if some:
        yield PLAIN, {"1734": some[0][1], "2435": some[0][1]}
        if "maxProperties" in schema:
            yield MOST, {str(1000 + number): some[0][1] for number in range(schema["maxProperties"])}


_RIGHT = {
    "boolean": _booleans,
    "integer": _integers,
    "number": _numbers,
    "string": _texts,
    "array": _arrays,
    "object": _objects,
}


def _beyond(schema: Schema) -> Kinds:
    """Beyond the bounds of a number, or of a text."""
    step = 1 if "integer" in _types(schema) else 0.1
    if "minimum" in schema:
        yield "below its minimum", schema["minimum"] - step
    if "maximum" in schema:
        yield "above its maximum", schema["maximum"] + step
    if schema.get("minLength"):
        yield "empty", ""
    if "maxLength" in schema:
        yield "too long", "z" * (schema["maxLength"] + 1)


def _wrong_within(operation: Operation, schema: Schema, depth: int) -> Kinds:
    """A list or an object of the wrong size, or with something wrong in it."""
    if "array" in _types(schema):
        item = sample(operation, schema.get("items", {}), depth)
        if schema.get("minItems"):
            yield "empty", []
        if "maxItems" in schema:
            yield "too many", [_varied(item, number) for number in range(schema["maxItems"] + 1)]
        yield from ((f"[0] {kind}", [value]) for kind, value in wrong(operation, schema.get("items", {}), depth))
    members = properties_of(operation, schema)
    least = {name: sample(operation, members.get(name, {}), depth) for name in sorted(required_of(operation, schema))}
    for name in least:
        yield f".{name} missing", {other: value for other, value in least.items() if other != name}
    for name, member in members.items():
        yield from ((f".{name} {kind}", {**least, name: value}) for kind, value in wrong(operation, member, depth))
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        yield from ((f".* {kind}", {"1734": value}) for kind, value in wrong(operation, more, depth))
        if "maxProperties" in schema:
            most = schema["maxProperties"] + 1
            yield "too many", {str(1000 + number): sample(operation, more, depth) for number in range(most)}
