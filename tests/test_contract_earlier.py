"""The contract in OpenAPI 3.1: the same documents, for tools that do not read 3.2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

import gateway_contract
from gateway_contract import earlier
from gateway_contract._build import all_names, read_built
from gateway_contract._bundle import references
from gateway_contract._sources import EARLIER

EVERY = pytest.mark.parametrize("name", all_names())


def document_of(name: str) -> dict[str, Any]:
    """The built document in OpenAPI 3.1."""
    document = read_built(name, EARLIER)
    assert document is not None
    return document


def streams(node: Any) -> Iterator[dict[str, Any]]:
    """Every Media Type Object of a stream of events below `node`."""
    if isinstance(node, list):
        for one in node:
            yield from streams(one)
    elif isinstance(node, dict):
        for name, one in node.items():
            yield from [one] if name == "text/event-stream" else streams(one)


@EVERY
def test_document_is_valid_openapi(name: str) -> None:
    """It satisfies the specification of 3.1, whose objects have no member of 3.2."""
    validation = pytest.importorskip("openapi_spec_validator")

    assert document_of(name)["openapi"].startswith("3.1.")
    validation.OpenAPIV31SpecValidator(document_of(name)).validate()


@EVERY
def test_operations_and_components_are_the_same(name: str) -> None:
    """Nothing is lost: the paths, the components, and what refers to them."""
    document, contract = document_of(name), gateway_contract.load(name).document

    assert document["paths"].keys() == contract["paths"].keys()
    assert {section: named.keys() for section, named in document["components"].items()} == {
        section: named.keys() for section, named in contract["components"].items()
    }
    assert set(references(document)) == set(references(contract))


@EVERY
def test_stream_is_a_string_of_events(name: str) -> None:
    """The content of the string is an array of the events that the contract describes, with text as examples."""
    document, contract = document_of(name), gateway_contract.load(name).document
    examples = document["components"]["examples"]

    for one, source in zip(streams(document), streams(contract), strict=True):
        assert one["schema"]["type"] == "string"
        assert one["schema"]["contentSchema"]["items"] == source["itemSchema"]
        texts = [examples[example["$ref"].rpartition("/")[2]]["value"] for example in one["examples"].values()]
        assert all(text.endswith("\n\n") and "data: " in text for text in texts)


@EVERY
def test_schemas_accept_the_same(name: str) -> None:
    """Every example of the contract satisfies the same component in both documents, or neither."""
    document, contract = document_of(name), gateway_contract.load(name).document
    values = [one["value"] for one in contract["components"]["examples"].values() if "value" in one]

    for schema in contract["components"]["schemas"]:
        judges = [validator(one, schema) for one in (document, contract)]
        for value in [*values, None, [], {}, "text", 1]:
            assert judges[0].is_valid(value) == judges[1].is_valid(value), (schema, value)


def validator(document: dict[str, Any], schema: str) -> jsonschema_rs.Validator:
    """The validator of a component."""
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return jsonschema_rs.validator_for({**reference, "components": document["components"]})


@EVERY
def test_no_property_is_a_boolean(name: str) -> None:
    """Generators refuse `true` and `false` as the schema of a property."""
    schemas: list[Any] = []
    json.loads(json.dumps(document_of(name)), object_hook=lambda node: schemas.append(node.get("properties")) or node)

    properties = [one for schema in schemas if isinstance(schema, dict) for one in schema.values()]
    assert properties
    assert not [one for one in properties if isinstance(one, bool)]


def test_event_of_several_lines_has_its_members() -> None:
    """An event of an example has its name before its data, and ends with an empty line."""
    events = [{"event": "ping", "data": "{}"}, {"data": "[DONE]"}]

    assert earlier({"dataValue": events})["value"] == "event: ping\ndata: {}\n\ndata: [DONE]\n\n"


def test_text_of_an_example_is_its_value() -> None:
    """3.1 has no `serializedValue`."""
    assert earlier({"serializedValue": "The codeword is heron."})["value"] == "The codeword is heron."


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "array", "prefixItems": [{}]}, {"type": "array", "prefixItems": [{}]}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        (
            {"type": ["object", "null"], "required": ["a"], "description": "d", "x-feature": "f"},
            {"description": "d", "x-feature": "f", "anyOf": [{"type": "object", "required": ["a"]}, {"type": "null"}]},
        ),
        (
            {"allOf": [{"$ref": "#/a"}], "type": "object", "properties": {"b": {}}, "description": "d"},
            {"allOf": [{"$ref": "#/a"}, {"type": "object", "properties": {"b": {}}}], "description": "d"},
        ),
        ({"type": ["array", "null"]}, {"anyOf": [{"type": "array", "items": {}}, {"type": "null"}]}),
    ],
)
def test_schema_is_written_as_generators_read_it(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    """An array says of what it is; a type of an object that may be null, and members beside `allOf`, have a schema."""
    converted = earlier({"schema": schema})

    assert converted["schema"] == expected
