"""No request stops the others: what is made of it is bounded."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.app import Application
from reference_server.model.generation import MOST_TOKENS
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.reply import Reply

MOST_SECONDS = 1.0
"""Of CPU, on a slow machine; most take a tenth of that."""


@pytest.fixture(scope="module")
def application():
    return Application(Service(gateway_contract.load(), fixtures.load(), Store()))


@pytest.fixture
def ask(application):
    def send(content: str = "Hello", path: str = "/v1/chat/completions", **fields: Any) -> Reply:
        body = {"model": "echo", "messages": [{"role": "user", "content": content}], **fields}
        headers = [(b"authorization", b"Bearer sk-ok"), (b"content-type", b"application/json")]
        scope = {"method": "POST", "path": path, "query_string": b"", "headers": headers}
        raw, started = json.dumps(body).encode(), time.process_time()
        reply = application.reply(scope, raw)
        size = len(reply.encoded())
        assert time.process_time() - started < MOST_SECONDS
        assert size < 20_000_000
        return reply

    return send


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}


def _chain(length: int, link: Any) -> dict[str, Any]:
    links = {f"a{number}": link({"$ref": f"#/$defs/a{number + 1}"}) for number in range(length)}
    return {"$defs": {**links, f"a{length}": {"type": "string"}}, "$ref": "#/$defs/a0"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^(a+)+(?<=x)$"},
        {"type": "string", "pattern": r"^(a)\1$"},
        {"type": "string", "pattern": "((a{100}){100}){100}"},
        _chain(40, lambda target: {"oneOf": [target, target]}),
        _chain(40, lambda target: {"allOf": [target, target]}),
        _chain(40, lambda target: {"type": "object", "properties": {"a": target, "b": target}, "required": ["a", "b"]}),
        {"type": "array", "contains": {}, "minContains": 10**9},
        {"allOf": [{"enum": [*range(3000)]}, {"enum": [*range(3000, 6000)]}]},
    ],
)
def test_schema_that_takes_too_long_is_refused_by_its_name(ask, schema):
    reply = ask(response_format=_form(schema))

    assert reply.status == 400
    assert reply.body["error"]["param"] == "response_format.json_schema.schema"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^(a+)+$", "minLength": 5000},
        _chain(40, lambda target: {"type": "object", "properties": {"a": target, "b": target, "c": target}}),
    ],
)
def test_schema_that_only_looks_expensive_is_satisfied(ask, schema):
    assert ask(response_format=_form(schema)).status == 200


def test_long_answers_end_with_the_limit_of_the_model(ask):
    reply = ask(f"Repeat exactly: {'a' * 100_000}", n=128)

    choices = reply.body["choices"]
    assert {choice["finish_reason"] for choice in choices} == {"length"}
    assert reply.body["usage"]["completion_tokens"] <= MOST_TOKENS


def test_long_stream_ends_with_the_limit_of_the_model(ask, events):
    reply = ask(f"Repeat exactly: {'a' * 3_000_000}", stream=True)

    *chunks, _ = events(reply.encoded())
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert len(chunks) == MOST_TOKENS + 2


def test_prompt_beyond_the_context_is_refused(ask):
    reply = ask(f"Repeat exactly: {'a' * 8_000_000}", stream=True)

    assert reply.status == 400
    assert reply.body["error"]["param"] == "messages"
    assert reply.body["error"]["code"] == "context_length_exceeded"


@pytest.mark.parametrize("piece", ["what ", "'a', ", '"a" ', "f(", "    "])
def test_long_texts_are_read_in_linear_time(ask, piece):
    tool = {"type": "function", "function": {"name": "f", "parameters": {"properties": {"a": {"type": "string"}}}}}

    assert ask(piece * 500_000, tools=[tool], response_format={"type": "json_object"}).status == 200


def test_body_of_too_many_values_is_refused(ask):
    assert ask(messages=[{"role": "user", "content": ""}] * 100_000).status == 413


def test_logprobs_of_long_answers_are_bounded(ask):
    assert ask(f"Repeat exactly: {'word ' * 20_000}", logprobs=True, top_logprobs=20, n=8).status == 200


@pytest.mark.parametrize("text", ["1" * 5000, "f(" + "[" * 5000 + ")", "-0.5", "f(" + "9" * 400 + ")"])
def test_number_of_any_length_may_be_said(ask, text):
    parameters = {"properties": {"a": {"type": "number"}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters}}

    assert ask(text, tools=[tool], tool_choice="required").status == 200
