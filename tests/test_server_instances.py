"""A schema's instance satisfies the schema."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.errors import UnsatisfiableSchema
from reference_server.model import pattern
from reference_server.model.instance import instance

SCALARS = st.one_of(
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-99, 99),
        st.integers(0, 9),
    ),
    st.builds(
        lambda step, low: {"type": "integer", "multipleOf": step, "exclusiveMinimum": low},
        st.integers(1, 9),
        st.integers(-50, 50),
    ),
    st.builds(
        lambda low, more: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + more},
        st.integers(-9, 9),
        st.integers(1, 3),
    ),
    st.builds(
        lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
        st.integers(0, 40),
        st.integers(0, 9),
    ),
    st.sampled_from(["date-time", "date", "email", "uri", "uuid", "ipv4"]).map(
        lambda name: {"type": "string", "format": name}
    ),
    st.sampled_from(["^[a-z]+$", r"^\d{3}-\d{4}$", "^(red|green)$", "[A-F0-9]{2}", r"^\S+@\S+$"]).map(
        lambda p: {"type": "string", "pattern": p}
    ),
    st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), min_size=1).map(
        lambda values: {"enum": values}
    ),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()).map(lambda value: {"const": value}),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {}, True]),
)
NAMES = st.text("abcdefg_", min_size=1, max_size=5)


def _compound(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(_object, st.dictionaries(NAMES, parts, max_size=4), st.booleans(), st.integers(0, 5)),
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, parts, st.integers(0, 3)),
        st.lists(parts, min_size=1, max_size=3).map(lambda options: {"anyOf": options}),
        st.lists(parts, min_size=1, max_size=3).map(
            lambda first: {"type": "array", "prefixItems": first, "minItems": len(first)}),
        st.builds(lambda one, two: {"allOf": [_object(one, True, 0), _object(two, True, 0)]},
                  st.dictionaries(st.sampled_from("ab"), parts), st.dictionaries(st.sampled_from("cd"), parts)),
    )  # fmt: skip


def _object(properties: dict[str, Any], closed: bool, required: int) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)[:required]}
    return {**schema, "additionalProperties": False} if closed and required < 6 and required else schema


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.recursive(SCALARS, _compound, max_leaves=8).filter(lambda schema: isinstance(schema, dict)))
def test_generated_schemas_are_satisfied(schema):
    value = instance(schema)

    jsonschema.Draft202012Validator(schema).validate(value)
    assert value == instance(schema)


NODE = {
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            },
            "required": ["value", "children", "next"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/Node",
}


@pytest.mark.parametrize(
    "schema",
    [
        NODE,
        {"type": "object", "properties": {"self": {"$ref": "#"}}},
        {"$defs": {"a": {"$anchor": "here", "type": "integer"}}, "$ref": "#here"},
        {"type": "array", "items": {"type": "integer", "minimum": 5, "maximum": 9}, "minItems": 5, "uniqueItems": True},
        {"type": "array", "contains": {"const": 5}, "items": {"type": "integer"}},
        {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]},
        {"oneOf": [{"type": "number"}, {"type": "integer"}]},
        {"not": {"type": "string"}},
        {"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^x"}},
        {
            "type": "object",
            "patternProperties": {"^n_": {"type": "integer"}},
            "minProperties": 1,
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"a": {"const": 1}, "b": {}},
            "if": {"required": ["a"]},
            "then": {"required": ["b"]},
        },
        {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}(x|y)?[^a-z]$"},
    ],
)
def test_hard_schemas_are_satisfied(schema):
    jsonschema.Draft202012Validator(schema).validate(instance(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strng"},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://example.com/schema.json"},
        {
            "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}},
            "$ref": "#/$defs/A",
        },
        {"type": "array", "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "integer", "minimum": 2, "maximum": 1},
    ],
)
def test_hopeless_schemas_are_refused(schema):
    with pytest.raises(UnsatisfiableSchema):
        instance(schema)


@pytest.mark.parametrize("expression", [r"^\w{2,4}$", r"a|b", r"^(\+\d{1,3})? \d+$", r"[^\d]x", r"^.*$", r"^x?$"])
def test_example_matches_its_pattern(expression):
    for least in (0, 1):
        text = pattern.example(expression, least)
        assert text is not None
        assert re.search(expression, text)
        assert len(text) >= least
