"""The form of an answer: text, a JSON object, or a value of a schema.

The prompts do not say how the schema looks: an answer that satisfies it cannot be luck.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from conformance.words.answer import demand_refused
from conformance.words.ask import OMIT, Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.chat import Completion, CompletionStream
from conformance.words.samples.formats import FLAT, JSON_OBJECT, SCHEMAS, json_schema
from conformance.words.samples.prompts import BOOK

CAPITAL = "What is the capital of France? Answer in JSON."
ENOUGH = 400
"""Tokens for the longest of the values asked for."""


def _decoded(text: str, reason: Any) -> Any:
    """The JSON value of a text that ended normally."""
    if reason != "stop" or not text:
        inconclusive(f"the answer ended with {reason!r}")
    try:
        return json.loads(text)
    except ValueError:
        raise AssertionError(f"the content is not JSON: {text!r:.120}") from None


def _value(answer: Completion) -> Any:
    if answer.message.get("refusal"):
        inconclusive("the model refused to answer")
    return _decoded(answer.text, answer.finish_reason)


def _streamed_value(stream: CompletionStream) -> Any:
    if any(delta.get("refusal") for delta in stream.deltas()):
        inconclusive("the model refused to answer")
    return _decoded(stream.text(), next(iter(stream.finish_reasons()), None))


def _demand_valid(value: Any, schema: dict[str, Any]) -> None:
    problem = next(jsonschema.Draft202012Validator(schema).iter_errors(value), None)
    assert problem is None, f"{json.dumps(value)[:120]} breaks the schema: {problem.message:.120}"


def _schema_of(ask: Ask, **described: Any) -> Completion:
    """The answer to a response format whose `json_schema` has these fields instead of the usual ones."""
    usual = json_schema(FLAT)["json_schema"] | described
    fields = {name: value for name, value in usual.items() if value is not OMIT}
    return ask.chat(BOOK, response_format={"type": "json_schema", "json_schema": fields}, **ask.room(ENOUGH))


@requirement("chat.response-format.text")
def test_text(demand_option: Callable[..., None]) -> None:
    """`response_format` of the type `text` is accepted and gives text."""
    demand_option("response_format", {"type": "text"})


@requirement("chat.response-format.unknown")
@pytest.mark.parametrize("form", [{"type": "no_such_format"}, {}], ids=["unknown", "absent"])
def test_unknown(ask: Ask, gateway: dict[str, Any], form: dict[str, Any]) -> None:
    """A `response_format` of an unknown type, or without a type, is refused as an invalid value."""
    demand_refused(ask.chat(CAPITAL, response_format=form), gateway, "invalid_value")


@requirement("chat.json-object.parses")
def test_json_object(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """With `response_format` `json_object` the content of an answer that ended normally is a JSON object."""
    answer = demand_supported(ask.chat(CAPITAL, response_format=JSON_OBJECT, **ask.room(ENOUGH)))

    value = _value(answer)

    assert isinstance(value, dict), f"the content is JSON, but no object: {answer.text!r:.120}"


@requirement("chat.json-object.stream")
def test_json_object_stream(ask: Ask) -> None:
    """With `response_format` `json_object` the content of a stream that ended normally adds up to a JSON object."""
    stream = ask.stream(CAPITAL, response_format=JSON_OBJECT, **ask.room(ENOUGH))

    value = _streamed_value(stream)

    assert isinstance(value, dict), f"the content is JSON, but no object: {stream.text()!r:.120}"


@requirement("chat.json-schema.valid")
@pytest.mark.parametrize("name", SCHEMAS)
def test_json_schema(ask: Ask, demand_supported: Callable[..., Any], name: str) -> None:
    """With a strict `json_schema` the content of an answer that ended normally satisfies the schema."""
    schema = SCHEMAS[name]
    answer = demand_supported(ask.chat(BOOK, response_format=json_schema(schema), **ask.room(ENOUGH)))

    _demand_valid(_value(answer), schema)


@requirement("chat.json-schema.stream")
@pytest.mark.parametrize("name", ["flat", "refs"])
def test_json_schema_stream(ask: Ask, name: str) -> None:
    """With a strict `json_schema` the content of a stream that ended normally adds up to a value of the schema."""
    schema = SCHEMAS[name]
    stream = ask.stream(BOOK, response_format=json_schema(schema), **ask.room(ENOUGH))

    _demand_valid(_streamed_value(stream), schema)


@requirement("chat.json-schema.name")
@pytest.mark.parametrize("name", [OMIT, "", "two words", "n" * 65], ids=["absent", "empty", "blank", "long"])
def test_json_schema_name(ask: Ask, gateway: dict[str, Any], name: object) -> None:
    """A `json_schema` without a name, or with one of other characters than a-z, A-Z, 0-9, _ and -, is refused."""
    demand_refused(_schema_of(ask, name=name), gateway, "invalid_value")


@requirement("chat.json-schema.no-schema")
def test_json_schema_no_schema(ask: Ask, gateway: dict[str, Any]) -> None:
    """A schema that is no JSON Schema is refused as an invalid value."""
    demand_refused(_schema_of(ask, schema={"type": "nonsense"}), gateway, "invalid_value")
