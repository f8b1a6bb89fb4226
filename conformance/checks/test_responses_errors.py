"""Responses: wrong requests, failures behind the gateway, and how both are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import pytest

from conformance.target import KEY_VARIABLE, Secret, Target
from conformance.wire.exchange import Exchange, decoded
from conformance.words.answer import allowed_for, demand_kind, demand_status, demand_text
from conformance.words.ask import OMIT, STRANGER
from conformance.words.check import Unsupported, each, inconclusive, requirement
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.responses import Responses, said
from conformance.words.openai.responses_stream import ResponseStream


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong request: the plainest one with `fields` changed, or with another key."""

    name: str
    cause: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str | Secret | None = "default"

    def send(self, responses: Responses) -> Exchange:
        """The answer to the mistake."""
        return responses.post(responses.body(**self.fields), key=self.key)


MISSING = [
    Mistake("model-missing", "missing_field", {"model": OMIT}),
    Mistake("input-missing", "missing_field", {"input": OMIT}),
]
INVALID = [
    Mistake("input-a-number", "invalid_value", {"input": 7}),
    Mistake("role-unknown", "invalid_value", {"input": [said("stranger", "Hello.")]}),
]
UNKNOWN_MODEL = [
    Mistake("whole", "unknown_model", {"model": NOWHERE}),
    Mistake("streamed", "unknown_model", {"model": NOWHERE, "stream": True}),
]
KEYS = [
    Mistake("key-missing", "missing_credential", key=None),
    Mistake("key-unknown", "invalid_credential", key=STRANGER),
]
BY_NAME = attrgetter("name")


@requirement("responses.errors.missing-field")
@each("mistake", MISSING, BY_NAME)
def test_missing_field(responses: Responses, gateway: dict[str, Any], mistake: Mistake) -> None:
    """What is required is required; a model may have a default."""
    answer = mistake.send(responses)
    if answer.status == 200 and "model" in mistake.fields:
        inconclusive("the target has a default for the model")

    demand_status(answer, allowed_for(gateway, mistake.cause))


@requirement("responses.errors.invalid-value")
@each("mistake", INVALID, BY_NAME)
def test_invalid_value(responses: Responses, gateway: dict[str, Any], mistake: Mistake) -> None:
    """A value that cannot be read is refused."""
    demand_status(mistake.send(responses), allowed_for(gateway, mistake.cause))


@requirement("responses.errors.unknown-model")
@each("mistake", UNKNOWN_MODEL, BY_NAME)
def test_unknown_model(responses: Responses, gateway: dict[str, Any], mistake: Mistake) -> None:
    """Who does not exist does not answer."""
    demand_status(mistake.send(responses), allowed_for(gateway, mistake.cause))


@requirement("responses.errors.credential")
@each("mistake", KEYS, BY_NAME)
def test_credential(responses: Responses, gateway: dict[str, Any], target: Target, mistake: Mistake) -> None:
    """Without a key that was issued nothing is generated."""
    if not target.fixture("key:default"):
        raise Unsupported(f"the target is asked without a key: give one in {KEY_VARIABLE} if it takes any")

    demand_status(mistake.send(responses), allowed_for(gateway, mistake.cause))


@requirement("responses.errors.object")
@each("mistake", [*MISSING, *INVALID, *UNKNOWN_MODEL], BY_NAME)
def test_object(responses: Responses, mistake: Mistake) -> None:
    """An error says what is wrong."""
    answer = mistake.send(responses)
    if not 400 <= answer.status < 500:
        inconclusive(f"the request was answered {answer.status}")

    body = demand_kind(answer.json, f"the body of a {answer.status}", dict)
    error = demand_kind(body.get("error"), f"error of a {answer.status}", dict)
    demand_text(error.get("message"), f"message of a {answer.status}")


@requirement("responses.errors.upstream")
@each("streamed", [False, True])
def test_upstream(responses: Responses, gateway: dict[str, Any], target: Target, streamed: bool) -> None:
    """A provider that fails is not the caller's mistake."""
    model = target.models["upstream-error"]
    answer = responses.create(model=model, stream=streamed, patient=False).exchange

    demand_status(answer, allowed_for(gateway, "upstream"))


@pytest.fixture
def failing(responses: Responses, target: Target) -> ResponseStream:
    """A stream that fails half-way."""
    return responses.stream(model=target.models["midstream-error"], patient=False)


@requirement("responses.errors.midstream")
def test_midstream(failing: ResponseStream) -> None:
    """What fails says so."""
    messages = [_message(decoded(event.data)) for event in failing.events]
    kinds = [data["type"] for data in failing.data]

    assert any(messages), f"no event tells the failure: {kinds}"
    assert "response.completed" not in kinds, "a response that failed ends as completed"


def _message(data: Any) -> Any:
    """What an event says of a failure: as `response.failed`, as `error`, or as any error of this dialect."""
    if not isinstance(data, dict):
        return None
    holder = data.get("response") if data.get("type") == "response.failed" else data
    error = holder.get("error") if isinstance(holder, dict) else None
    if isinstance(error, dict):
        return error.get("message")
    return data.get("message") if data.get("type") == "error" else None
