"""Responses: wrong requests, failures behind the gateway, and how both are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import pytest

from conformance.target import Secret, Target
from conformance.wire.exchange import Exchange, decoded
from conformance.words.answer import (
    demand_client_error,
    demand_json,
    demand_kind,
    demand_refused,
    demand_text,
    leave_at_default,
)
from conformance.words.ask import OMIT, STRANGER
from conformance.words.check import each, inconclusive, requirement
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.responses import Responses, said
from conformance.words.openai.responses_stream import ResponseStream
from conformance.words.received import leave_open_when_cut


@dataclass(frozen=True, slots=True)
class BadResponseRequest:
    """A wrong request: the plainest one with `fields` changed, or with another key."""

    name: str
    cause: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str | Secret | None = "default"

    def send(self, responses: Responses, **more: Any) -> Exchange:
        """The answer, also with `more` fields."""
        return responses.post(responses.body(**self.fields, **more), key=self.key)


MISSING = [
    BadResponseRequest("model-missing", "missing_field", {"model": OMIT}),
    BadResponseRequest("input-missing", "missing_field", {"input": OMIT}),
]
INVALID = [
    BadResponseRequest("input-a-number", "invalid_value", {"input": 7}),
    BadResponseRequest("role-unknown", "invalid_value", {"input": [said("stranger", "Hello.")]}),
]
UNKNOWN_MODEL = [
    BadResponseRequest("whole", "unknown_model", {"model": NOWHERE}),
    BadResponseRequest("streamed", "unknown_model", {"model": NOWHERE, "stream": True}),
]
BEFORE_A_STREAM = [
    *INVALID,
    BadResponseRequest("temperature-too-low", "invalid_value", {"temperature": -0.1}),
    BadResponseRequest("temperature-too-high", "invalid_value", {"temperature": 2.1}),
]
KEYS = [
    BadResponseRequest("key-missing", "missing_credential", key=None),
    BadResponseRequest("key-unknown", "invalid_credential", key=STRANGER),
]
BY_NAME = attrgetter("name")


@requirement("responses.errors.missing-field")
@each("bad_request", MISSING, BY_NAME)
def test_missing_field(
    responses: Responses, gateway: dict[str, Any], promised: bool, bad_request: BadResponseRequest
) -> None:
    """A required field is required; the model may have a default."""
    answer = bad_request.send(responses)
    if "model" in bad_request.fields:
        leave_at_default(answer, promised)

    demand_refused(answer, gateway, bad_request.cause)


@requirement("responses.errors.invalid-value")
@each("bad_request", INVALID, BY_NAME)
def test_invalid_value(responses: Responses, gateway: dict[str, Any], bad_request: BadResponseRequest) -> None:
    """An `input` of a wrong type, or a message with an unknown role, is refused."""
    demand_refused(bad_request.send(responses), gateway, bad_request.cause)


@requirement("responses.errors.unknown-model")
@each("bad_request", UNKNOWN_MODEL, BY_NAME)
def test_unknown_model(responses: Responses, gateway: dict[str, Any], bad_request: BadResponseRequest) -> None:
    """A model that does not exist is refused by status, whole and streamed."""
    demand_refused(bad_request.send(responses), gateway, bad_request.cause)


@requirement("responses.errors.before-stream")
def test_before_stream(responses: Responses) -> None:
    """What is refused whole is refused by status where a stream is asked for, before any event."""
    wrong = [one for one in BEFORE_A_STREAM if 400 <= one.send(responses).status < 500]
    if not wrong:
        inconclusive("the target refuses none of these requests")

    for bad_request in wrong:
        answer = bad_request.send(responses, stream=True)
        demand_client_error(answer)
        demand_json(answer)


@requirement("responses.errors.credential")
@pytest.mark.usefixtures("guarded")
@each("bad_request", KEYS, BY_NAME)
def test_credential(responses: Responses, gateway: dict[str, Any], bad_request: BadResponseRequest) -> None:
    """A request without a credential, or with one that was never issued, is refused with its documented status."""
    demand_refused(bad_request.send(responses), gateway, bad_request.cause)


@requirement("responses.errors.object")
@each("bad_request", [*MISSING, *INVALID, *UNKNOWN_MODEL], BY_NAME)
def test_object(responses: Responses, bad_request: BadResponseRequest) -> None:
    """An error is a JSON object with an `error` object that has a message."""
    answer = bad_request.send(responses)
    if not 400 <= answer.status < 500:
        inconclusive(f"the request was answered {answer.status}")

    body = demand_kind(answer.json, f"the body of a {answer.status}", dict)
    error = demand_kind(body.get("error"), f"error of a {answer.status}", dict)
    demand_text(error.get("message"), f"message of a {answer.status}")


@requirement("responses.errors.upstream")
@each("streamed", [False, True])
def test_upstream(responses: Responses, gateway: dict[str, Any], target: Target, streamed: bool) -> None:
    """A provider's failure has its documented status, whole and as a stream that cannot begin."""
    model = target.models["upstream-error"]
    answer = responses.create(model=model, stream=streamed, patient=False).exchange

    demand_refused(answer, gateway, "upstream")


@pytest.fixture
def failing(responses: Responses, target: Target) -> ResponseStream:
    """A stream that fails half-way."""
    return responses.stream(model=target.models["midstream-error"], patient=False)


@requirement("responses.errors.midstream")
def test_midstream(failing: ResponseStream) -> None:
    """A failure within a stream is reported, and the response does not end as completed."""
    leave_open_when_cut(failing.exchange)
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
