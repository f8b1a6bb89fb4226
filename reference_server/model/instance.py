"""Builds a JSON value for a JSON Schema: always the same one, with optional properties where recursion allows.

Supports what callers use of draft 2020-12: references, combinations, enumerations, formats, patterns and limits. The
keywords `not`, `if` and `oneOf` are not solved: candidates are built and the first valid one is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import msgspec

from reference_server.errors import UnsatisfiableSchema
from reference_server.model.effort import Effort
from reference_server.model.pattern import ENGINE, matcher
from reference_server.model.scalars import number, text
from reference_server.model.schemas import Schema, kind, merged, resolved

_MOST_ITEMS = 1000
_MOST_VALUES, _MOST_LATER = 10_000, 300
"""Values of a candidate: of the first two, and of the others."""
_MOST_OPTIONAL = 2_000
"""Values after which optional properties are left out."""
_MOST_EFFORT = 3_000_000
"""Schemas that the validation of a value may look at."""
_LARGEST = 200_000
"""Bytes of a schema."""
_DEEPEST = 4
"""How often one reference may stand inside itself."""
_SAMPLE = "sample"


def instance(schema: Mapping[str, Any]) -> Any:
    """A value that satisfies the schema.

    Raises UnsatisfiableSchema when the schema is not one, or when no candidate satisfies it.
    """
    return msgspec.json.decode(_instance_json(msgspec.json.encode(schema)))


def satisfies(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value satisfies the schema. Raises UnsatisfiableSchema when it is not one."""
    encoded = msgspec.json.encode(schema)
    _refuse_effort(encoded, value)
    return _validator(encoded).is_valid(value)


def _refuse_effort(encoded: bytes, value: Any) -> None:
    """Raise UnsatisfiableSchema when validation would take too long. Without references it never does."""
    if b"Ref" not in encoded and b"$ref" not in encoded:
        return
    if Effort(msgspec.json.decode(encoded)).of(value) > _MOST_EFFORT:
        raise UnsatisfiableSchema("its references stand for too many schemas", "refer to each definition less often")


@lru_cache(maxsize=512)
def _validator(encoded: bytes) -> jsonschema_rs.Draft202012Validator:
    if len(encoded) > _LARGEST:
        raise UnsatisfiableSchema(f"the schema has more than {_LARGEST} bytes", "send a smaller one")
    try:
        schema = msgspec.json.decode(encoded)
        return jsonschema_rs.Draft202012Validator(schema, retriever=_local_only, pattern_options=ENGINE)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        raise UnsatisfiableSchema(f"not a valid JSON Schema: {error}".splitlines()[0], "check its keywords") from error


@lru_cache(maxsize=512)
def _instance_json(encoded: bytes) -> bytes:
    schema = msgspec.json.decode(encoded)
    validator = _validator(encoded)
    for turn in range(8):
        for full in (True, False):
            candidate = _candidate(schema, turn, full)
            if candidate is _NONE:
                continue
            _refuse_effort(encoded, candidate)
            if validator.is_valid(candidate):
                return msgspec.json.encode(candidate)
    raise UnsatisfiableSchema("no JSON value satisfies this schema", "simplify `not`, `if` or `pattern`")


def _local_only(address: str) -> Any:
    raise ValueError(f"the reference {address!r} leaves the schema")


_NONE = object()
_ODD = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""The errors of a schema that is valid but beyond the builder, such as one with a limit written as 2.0."""


def _candidate(schema: Schema, turn: int, full: bool) -> Any:
    try:
        return _Builder(schema, turn, full).value(schema)
    except (UnsatisfiableSchema, *_ODD):
        return _NONE


class _Builder:
    """Builds one candidate. `turn` rotates the options of a choice, `full` asks for optional properties."""

    def __init__(self, root: Schema, turn: int, full: bool) -> None:
        self._root = root
        self._turn = turn
        self._full = full
        self._inside: list[str] = []
        self._built = 0

    def value(self, schema: Any, salt: int = 0) -> Any:
        """A value of the schema. Different salts give different values where the schema allows."""
        self._count(1)
        if schema is True:
            return _SAMPLE
        if not isinstance(schema, dict):
            raise UnsatisfiableSchema("nothing satisfies the schema `false`")
        if "$ref" in schema:
            return self._referred(schema, salt)
        if "allOf" in schema:
            return self.value(self._conjunction(schema), salt)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self._chosen(schema, choice, salt)
        return self._plain(schema, salt)

    def _count(self, steps: int) -> None:
        """Count what is built and merged. Raises UnsatisfiableSchema when it is too much."""
        self._built += steps
        if self._built > (_MOST_LATER if self._turn else _MOST_VALUES):
            raise UnsatisfiableSchema(f"more than {_MOST_VALUES} values are needed", "simplify it")

    def _referred(self, schema: Schema, salt: int) -> Any:
        target = str(schema["$ref"])
        if self._inside.count(target) >= _DEEPEST:
            raise UnsatisfiableSchema(f"{target} recurs without end")
        others = {key: value for key, value in schema.items() if key != "$ref"}
        self._inside.append(target)
        try:
            return self.value(merged(others, resolved(self._root, target)), salt)
        finally:
            self._inside.pop()

    def _conjunction(self, schema: Schema) -> Schema:
        whole = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            self._count(1 + len(part) if isinstance(part, dict) else 1)
            whole = merged(whole, resolved(self._root, part["$ref"]) if set(part) == {"$ref"} else part)
        return whole

    def _chosen(self, schema: Schema, choice: str, salt: int) -> Any:
        common = {key: value for key, value in schema.items() if key != choice}
        for option in self._in_turn(schema[choice]):
            self._count(1 + len(common))
            try:
                return self.value(merged(common, option), salt)
            except UnsatisfiableSchema:
                continue
        raise UnsatisfiableSchema(f"no option of {choice} can be satisfied")

    def _in_turn(self, options: list[Any]) -> list[Any]:
        """Inside a recursion the options that end it come first."""
        start = self._turn % len(options)
        rotated = options[start:] + options[:start]
        return sorted(rotated, key=_refers) if self._recursive else rotated

    @property
    def _recursive(self) -> bool:
        return len(set(self._inside)) < len(self._inside)

    def _plain(self, schema: Schema, salt: int) -> Any:
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][(self._turn + salt) % len(schema["enum"])]
        match kind(schema, self._turn):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return text(schema, salt)
            case "boolean":
                return (self._turn + salt) % 2 == 0
            case "null":
                return None
            case name:
                return number(schema, name, salt, whole=self._turn // 2 % 2 == 0)

    def _object(self, schema: Schema) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = list(schema.get("required", ()))
        built = {name: self.value(properties.get(name, self._additional(schema, name))) for name in required}
        for name, part in properties.items():
            if name not in built and self._full and self._built < _MOST_OPTIONAL and not self._recursive:
                self._add_optional(built, name, part)
        self._fill(built, schema)
        return {name: built[name] for name in dict.fromkeys([*properties, *built]) if name in built}

    def _add_optional(self, built: dict[str, Any], name: str, schema: Any) -> None:
        try:
            built[name] = self.value(schema)
        except UnsatisfiableSchema:
            return

    def _fill(self, built: dict[str, Any], schema: Schema) -> None:
        """Add invented properties until there are enough."""
        named = [name for name in schema.get("properties", {}) if name not in built]
        for place in range(min(schema.get("minProperties", 0), _MOST_ITEMS)):
            if len(built) >= schema["minProperties"]:
                return
            name = named.pop(0) if named else self._invented_name(schema, place)
            built[name] = self.value(schema.get("properties", {}).get(name, self._additional(schema, name)))

    def _invented_name(self, schema: Schema, place: int) -> str:
        names = schema.get("propertyNames")
        if names not in (None, True):
            return str(self.value(merged({"type": "string"}, names), place))
        patterns = list(schema.get("patternProperties", {}))
        return text({"pattern": patterns[0]}, place) if patterns else f"property{place + 1}"

    def _additional(self, schema: Schema, name: str) -> Any:
        """The schema of a property that is not listed by name."""
        for pattern, part in schema.get("patternProperties", {}).items():
            if matcher(pattern)(name):
                return part
        return schema.get("additionalProperties", True)

    def _array(self, schema: Schema) -> list[Any]:
        least = schema.get("minItems", 0)
        if least > _MOST_ITEMS:
            raise UnsatisfiableSchema(f"more than {_MOST_ITEMS} items are needed")
        prefix = schema.get("prefixItems", [])
        items = [self.value(part) for part in prefix[: schema.get("maxItems", len(prefix))]]
        for _ in range(int(schema.get("minContains", 1)) if "contains" in schema else 0):
            part = schema["contains"]
            items.append(self.value(merged(_known(schema.get("items")), _known(part)), len(items)))
        return self._extend(items, schema, least)

    def _extend(self, items: list[Any], schema: Schema, least: int) -> list[Any]:
        """Add items up to the least number; one item where none is required, unless it would recur."""
        count = max(least, 0 if self._recursive or not self._full or items else min(1, schema.get("maxItems", 1)))
        while len(items) < count:
            try:
                items.append(self.value(schema.get("items", True), len(items)))
            except UnsatisfiableSchema:
                if len(items) < least:
                    raise
                break
        return items


def _known(schema: Any) -> Schema:
    return schema if isinstance(schema, dict) else {}


def _refers(option: Any) -> bool:
    return b'"$ref"' in msgspec.json.encode(option)
