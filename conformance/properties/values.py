"""Values of one place in a request: those that its schema allows, at its bounds, and those that break one keyword."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.properties.fields import Schema, properties_of, required_of, resolved
from gateway_contract import Operation

Kinds = Iterator[tuple[str, Any]]
DEEP = 6
"""How far into a schema a plain value is looked for: some schemas hold themselves."""
LONGEST = 600
"""A text is not made longer than this to reach its limit."""
MANY = 200
"""A list is not made longer than this to reach its limit: some answers grow with it."""
WORD = "zebra"
BASE64 = "emVicmE="
ODD: tuple[Any, ...] = (7, "perhaps", True, [], {"odd": 1})
"""One of each type of JSON."""
KINDS: dict[type, str] = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
UNLIKE = "~ no such word ~"
"""A text that no list of words and no pattern of a name, a size or an address has."""
PLAIN, MOST, LEAST, NULL = "a plain value", "the most entries", "the least members", "null"
MINIMUM, MAXIMUM = "its minimum", "its maximum"
FREE_NAMES = ("1734", "2435")
"""Names that an object takes whose names are free: where they are those of tokens, too."""


def sample(operation: Operation, schema: Schema, depth: int = DEEP) -> Any:
    """The plainest value that the schema allows; None where none is known."""
    whole = resolved(operation, schema)
    if branches := [*whole.get("anyOf", ()), *whole.get("oneOf", ())]:
        some = (sample(operation, joined(operation, whole, branch), depth) for branch in branches)
        return next((value for value in some if value is not None), None)
    if "examples" in whole:
        return whole["examples"][0]
    if "const" in whole:
        return whole["const"]
    if "enum" in whole:
        return next((word for word in whole["enum"] if word is not None), None)
    kinds = types(whole)
    return _SAMPLES[kinds[0]](operation, whole, depth) if kinds and kinds[0] in _SAMPLES else None


def joined(operation: Operation, schema: Schema, branch: Schema) -> Schema:
    """One branch of a schema, with what the schema demands of every branch."""
    common = {name: one for name, one in schema.items() if name not in {"anyOf", "oneOf", "$ref"}}
    own = resolved(operation, branch)
    of_all, of_one = common.get("properties", {}), own.get("properties", {})
    members = {name: {**of_all.get(name, {}), **of_one.get(name, {})} for name in (*of_all, *of_one)}
    required = [*common.get("required", ()), *own.get("required", ())]
    return {**common, **own, **({"properties": members} if members else {}), "required": required}


def types(schema: Schema) -> list[str]:
    """The types of JSON that a schema names, itself or by other keywords."""
    named = schema.get("type", "object" if "properties" in schema or "allOf" in schema else ())
    return [named] if isinstance(named, str) else list(named)


def one_of(schema: Schema) -> list[str]:
    """The members of which an object has exactly one."""
    names: list[str] = schema.get("x-one-of", [])
    return names


def is_map(schema: Schema) -> bool:
    """Whether the names of an object's members are free, and their values are not."""
    return isinstance(schema.get("additionalProperties"), dict)


def is_of_type(value: Any, schema: Schema) -> bool:
    """Whether an odd value is of a type that the schema names."""
    kind, named = KINDS[type(value)], types(schema)
    return kind in named or (kind == "integer" and "number" in named)


def _object(operation: Operation, schema: Schema, depth: int) -> Any:
    members, required = properties_of(operation, schema), required_of(operation, schema).union(one_of(schema)[:1])
    if not depth:
        return None if required else {}
    least = {name: sample(operation, members.get(name, {}), depth - 1) for name in sorted(required)}
    if is_map(schema) and (entry := sample(operation, schema["additionalProperties"], depth - 1)) is not None:
        least[FREE_NAMES[0]] = entry
    return None if None in least.values() else least


def _array(operation: Operation, schema: Schema, depth: int) -> Any:
    item = sample(operation, schema.get("items", {}), depth - 1) if depth else None
    return None if item is None else [item] * max(1, schema.get("minItems", 1))


def _text(_: Operation, schema: Schema, __: int) -> str:
    text = BASE64 if schema.get("contentEncoding") == "base64" else WORD
    return text if len(text) >= schema.get("minLength", 0) else text * int(schema["minLength"])


def _number(_: Operation, schema: Schema, __: int) -> float:
    least, most = schema.get("minimum"), schema.get("maximum")
    if "integer" in types(schema):
        return int(least + (most is None) if least is not None else min(7, most if most is not None else 7))
    return float(0.5 if least is None or most is None else least + (most - least) / 4)


_SAMPLES = {
    "object": _object,
    "array": _array,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: True,
}


def kind_of(schema: Schema, value: Any) -> str:
    """What a plain value is, for whom it may matter: a word of a list and a form are chosen, a number is any number."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    if "const" in schema or "enum" in schema:
        return f"the word {value}"
    if isinstance(value, dict) and not is_map(schema):
        return f"the form {value['type']}" if isinstance(value.get("type"), str) else LEAST
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return kind_of({}, value[0])
    return PLAIN


def right(schema: Schema, value: Any) -> Kinds:
    """Further values that the schema may allow where the value stands, at its bounds and of each word."""
    if "enum" in schema:
        yield from ((kind_of(schema, word), word) for word in schema["enum"])
        return
    for kind in types(schema):
        yield from _RIGHT.get(kind, _nothing)(schema, value)


def _nothing(*_: Any) -> Kinds:
    yield from ()


def _nulls(*_: Any) -> Kinds:
    yield NULL, None


def _booleans(*_: Any) -> Kinds:
    yield "true", True
    yield "false", False


def _numbers(schema: Schema, _: Any) -> Kinds:
    if "integer" in types(schema) and "minimum" not in schema and "maximum" not in schema:
        yield from ((PLAIN, number) for number in (7, 0, -1))
    if "minimum" in schema:
        yield MINIMUM, schema["minimum"]
    if "maximum" in schema:
        yield MAXIMUM, schema["maximum"]


def _texts(schema: Schema, value: Any) -> Kinds:
    text = value if isinstance(value, str) and value else WORD
    if schema.get("minLength"):
        yield "its shortest", text[: schema["minLength"]]
    if schema.get("maxLength", LONGEST) < LONGEST:
        yield "its longest", "z" * schema["maxLength"]


def _arrays(schema: Schema, value: Any) -> Kinds:
    items, least = value if isinstance(value, list) else [], schema.get("minItems", 0)
    if items:
        yield kind_of({}, items), items[: max(least, 1)]
    if items and schema.get("maxItems", MANY) < MANY:
        yield MOST, [_varied(items[0], number) for number in range(schema["maxItems"])]
    if not least:
        yield "no entry", []


def _varied(value: Any, number: int) -> Any:
    return f"{value}{number}" if isinstance(value, str) else value


def _objects(schema: Schema, value: Any) -> Kinds:
    members = value if isinstance(value, dict) else {}
    optional = schema.get("properties", {}).keys() - set(schema.get("required", ()))
    if optional:
        yield kind_of(schema, {}), {name: one for name, one in members.items() if name not in optional}
    if is_map(schema) and FREE_NAMES[0] in members:
        one = members[FREE_NAMES[0]]
        yield PLAIN, dict.fromkeys(FREE_NAMES, one)
        if "maxProperties" in schema:
            yield MOST, {str(1000 + number): one for number in range(schema["maxProperties"])}


_RIGHT = {
    "boolean": _booleans,
    "integer": _numbers,
    "number": _numbers,
    "string": _texts,
    "array": _arrays,
    "object": _objects,
    "null": _nulls,
}


def wrong(schema: Schema, value: Any) -> Kinds:
    """Values that the schema may refuse where the value stands: each breaks one of its keywords."""
    if schema.keys() & {"enum", "const", "pattern"}:
        yield "an unknown word", UNLIKE
    yield from _beyond(schema)
    yield from _of_wrong_size(schema, value)
    if isinstance(value, dict):
        if schema.keys() & {"anyOf", "oneOf"}:
            yield "without members", {}
        for name in schema.get("required", ()):
            yield f"{name} missing", {other: one for other, one in value.items() if other != name}
    if "integer" in types(schema):
        yield "a fraction", schema.get("minimum", 1) + 0.5


def _beyond(schema: Schema) -> Kinds:
    """Beyond the bounds of a number, or of a text."""
    step = 1 if "integer" in types(schema) else 0.1
    if "minimum" in schema:
        yield "below its minimum", schema["minimum"] - step
    if "exclusiveMinimum" in schema:
        yield "at its lower bound", schema["exclusiveMinimum"]
    if "maximum" in schema:
        yield "above its maximum", schema["maximum"] + step
    if schema.get("minLength"):
        yield "too short", "z" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "too long", "z" * (schema["maxLength"] + 1)


def _of_wrong_size(schema: Schema, value: Any) -> Kinds:
    """A list or an object with one entry too few or too many."""
    if isinstance(value, list) and value:
        if schema.get("minItems"):
            yield "too few", value[: schema["minItems"] - 1]
        if "maxItems" in schema:
            yield "too many", [_varied(value[0], number) for number in range(schema["maxItems"] + 1)]
    if isinstance(value, dict) and "maxProperties" in schema and FREE_NAMES[0] in value:
        most = schema["maxProperties"] + 1
        yield "too many", {str(1000 + number): value[FREE_NAMES[0]] for number in range(most)}
