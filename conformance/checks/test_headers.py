"""Headers that every answer carries."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_credits
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, inconclusive, requirement
from conformance.words.openai import bad_requests
from gateway_contract import Contract

REQUEST_ID = "x-request-id"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@pytest.fixture
def answers(ask: Ask, contract: Contract) -> dict[str, Exchange]:
    """One answer of each kind."""
    kinds = {
        "a whole answer": ask.chat().exchange,
        "a stream": ask.stream().exchange,
        "a refusal": bad_requests.NO_MESSAGES.send(ask),
        "an unknown model": bad_requests.UNKNOWN_MODEL[0].send(ask),
        "the list of models": ask.get("/models"),
    }
    return {kind: answer for kind, answer in kinds.items() if "listModels" in contract.operations or "list" not in kind}


def _ids(answers: dict[str, Exchange]) -> dict[str, str]:
    ids = {kind: answer.headers[REQUEST_ID] for kind, answer in answers.items() if REQUEST_ID in answer.headers}
    return ids or inconclusive("no answer has x-request-id")


@requirement("headers.request-id")
def test_request_id(answers: dict[str, Exchange], promised: bool) -> None:
    """Every answer has a request id, errors and streams included."""
    lacking = {kind: answer for kind, answer in answers.items() if not answer.headers.get(REQUEST_ID)}

    if len(lacking) == len(answers) and not promised:
        raise NotApplicable("the target sends no x-request-id, and its documents name none")
    assert not lacking, f"x-request-id is missing from {', '.join(lacking)}"


@requirement("headers.request-id.unique")
def test_request_id_unique(answers: dict[str, Exchange]) -> None:
    """No two answers have the same `x-request-id`."""
    ids = _ids(answers)
    first: dict[str, str] = {}

    for kind, name in ids.items():
        assert name not in first, f"{first[name]} and {kind} both have the id {name!r:.80}"
        first[name] = kind


@requirement("headers.request-id.uuid")
def test_request_id_uuid(answers: dict[str, Exchange], gateway: dict[str, Any]) -> None:
    """`x-request-id` is a UUID where that is documented."""
    if not gateway["headers"]["uuid"]:
        raise NotApplicable("no form of x-request-id is documented")

    for kind, name in _ids(answers).items():
        assert UUID.fullmatch(name), f"x-request-id of {kind} is {name!r:.80}"


@requirement("headers.credits")
def test_credits(ask: Ask, gateway: dict[str, Any]) -> None:
    """An answer that costs something has its cost in credits in the documented header, as a number of 0 or more."""
    demand_credits(ask.chat().taken, gateway)
