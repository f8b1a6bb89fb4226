"""The places of requests: every depth is reached, each in a valid neighbourhood, in JSON and in forms."""

from __future__ import annotations

from typing import Any

import pytest

import gateway_contract
from conformance.properties import bodies, forms, trials
from conformance.properties.places import Place, Places
from conformance.properties.trials import Trial

CONTRACT = gateway_contract.load()
SUBJECTS = {one.name: one for one in bodies.documented(CONTRACT)}
CHAT = CONTRACT.operations["createChatCompletion"]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "list": {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]}},
        "map": {"type": "object", "additionalProperties": {"type": "number"}},
        "part": {
            "type": "object",
            "x-one-of": ["text", "image"],
            "properties": {"text": {"type": "string"}, "image": {"type": "string"}},
        },
        "high": {"type": "boolean", "x-needs": {"low": True}},
        "low": {"type": "boolean"},
    },
}
BODY = {"kind": "a"}


def places(body: dict[str, Any] = BODY, seed: int = 0) -> list[Place]:
    """The places of a schema of every kind."""
    return list(Places(CHAT, SCHEMA, [body], lambda _: True, seed))


def wrong(name: str) -> list[Trial]:
    """The wrong requests of an operation."""
    return trials.wrong(SUBJECTS[name], CONTRACT)


def test_each_schema_has_a_place_in_a_valid_body() -> None:
    """Members, entries, branches and free names."""
    found = {(one.path, repr(one.value)) for one in places()}

    assert {
        (("kind",), "'a'"),
        (("list",), "[2]"),
        (("list", 0), "'zebra'"),
        (("map", "1734"), "0.5"),
    } <= found
    assert all(CHAT.allows(SCHEMA, one.body) for one in places())


def test_what_excludes_each_other_is_never_together() -> None:
    """Of the members of which there is exactly one, another one takes the place of the first."""
    parts = {tuple(one.body["part"]) for one in places() if "part" in one.body}

    assert parts == {("text",), ("image",)}


def test_what_a_field_needs_is_put_beside_it() -> None:
    """The needs of a field are told, so that a refusal may name them."""
    high = next(one for one in places() if one.path == ("high",))

    assert high.body == {"kind": "a", "high": True, "low": True}
    assert high.needs == (("low",),)
    assert high.base == BODY


def test_example_is_the_neighbourhood() -> None:
    """What a body has is taken as it stands there."""
    body = {"kind": "b", "list": ["heron", 7]}
    entries = {one.path: one.body for one in places(body) if one.path[:1] == ("list",)}

    assert entries[("list", 0)] == entries[("list", 1)] == body


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("createChatCompletion", "messages[].content[].image_url.detail"),
        ("createChatCompletion", "messages[].tool_calls[].function.arguments"),
        ("createResponse", "tools[].parameters"),
        ("createMessage", "messages[].content[].source.media_type"),
        ("generateContent", "tools[].functionDeclarations[].parameters.minItems"),
        ("generateContent", "safetySettings[].threshold"),
        ("createImageEdit as a form", "output_compression"),
        ("uploadFile as a form", "expires_after.seconds"),
    ],
)
def test_fields_are_wrong_at_every_depth(operation: str, name: str) -> None:
    """In all protocols and in forms."""
    assert name in {one.name for one in wrong(operation)}


@pytest.mark.parametrize("name", SUBJECTS)
def test_wrong_request_differs_from_a_valid_one_in_one_place(name: str) -> None:
    """What is wrong stands beside what is right."""
    for one in wrong(name):
        assert SUBJECTS[name].accepts(one.base)
        assert trials.put(one.base, one.path, one.value) == one.body


def test_seeds_take_other_neighbourhoods_and_values() -> None:
    """The same places, with other values and in other requests."""
    chat = SUBJECTS["createChatCompletion"]
    first, other = (trials.wrong(chat, CONTRACT, seed=seed) for seed in (0, 1))

    assert {one.name for one in first} == {one.name for one in other}
    assert len({repr(one.body) for one in first} & {repr(one.body) for one in other}) < len(first) / 2


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        (None, {"type": ["string", "null"]}, False),
        (7, {"type": "string"}, False),
        ("perhaps", {"type": "number"}, True),
        ([], {"type": "array"}, False),
        (["word"], {"type": "array", "items": {"type": "string"}}, True),
        ({"seconds": 7}, {"type": "object", "properties": {"seconds": {"type": "integer"}}}, True),
        ({"odd": 1}, {"type": "number"}, False),
    ],
)
def test_form_says_less_than_json(value: Any, schema: dict[str, Any], expected: bool) -> None:
    """It has no null, no list without entries, and no number where any text is right."""
    assert forms.sendable(value, schema) == expected


def test_form_repeats_lists_and_splits_objects() -> None:
    """A file is sent with its name, its type and its bytes."""
    schema = SUBJECTS["uploadFile as a form"].schema
    sent = forms.encoded({"file": "report.pdf", "expires_after": {"anchor": "created_at", "seconds": 3600}}, schema)

    assert b'name="file"; filename="report.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF' in sent
    assert b'name="expires_after[seconds]"\r\n\r\n3600\r\n' in sent
