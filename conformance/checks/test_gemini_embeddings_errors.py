"""Wrong requests for vectors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_status
from conformance.words.ask import STRANGER
from conformance.words.check import inconclusive, requirement
from conformance.words.gemini.contents import Gemini
from conformance.words.gemini.demands import OWN, demand_error_message, demand_error_name
from conformance.words.gemini.embeddings import METHODS, embed, embed_batch, model_of
from conformance.words.openai.bad_requests import NOWHERE


def _allowed(gateway: dict[str, Any], *causes: str) -> set[int]:
    return {status for cause in causes for status in gateway["errors"]["status"][cause]}


def _without_content(gemini: Gemini) -> Exchange:
    return gemini.post(METHODS[0], {"taskType": "RETRIEVAL_QUERY"}, model=model_of(gemini))


def _empty_batch(gemini: Gemini) -> Exchange:
    return gemini.post(METHODS[1], {"requests": []}, model=model_of(gemini))


def _unknown_model(gemini: Gemini) -> Exchange:
    return embed(gemini, model=NOWHERE).exchange


@requirement("gemini.embeddings.missing-content")
def test_missing_content(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A request without `content` is refused with the documented status."""
    demand_status(_without_content(gemini), _allowed(gateway, "missing_field", "invalid_value"))


@requirement("gemini.embeddings.batch.empty")
def test_batch_empty(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A batch without requests is refused with the documented status."""
    demand_status(_empty_batch(gemini), _allowed(gateway, "missing_field", "invalid_value"))


@requirement("gemini.embeddings.batch.model")
def test_batch_model(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A batch whose requests name another model than its path is refused."""
    answer = embed_batch(gemini, named=NOWHERE).exchange

    demand_status(answer, _allowed(gateway, "invalid_value", "unknown_model"))


@requirement("gemini.embeddings.unknown-model")
def test_unknown_model(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """Vectors of a model that does not exist are refused with the documented status."""
    demand_status(_unknown_model(gemini), _allowed(gateway, "unknown_model"))


@requirement("gemini.embeddings.missing-key")
@pytest.mark.usefixtures("guarded")
def test_missing_key(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A request for a vector without a credential is refused."""
    answer = embed(gemini, key=None, headers={}).exchange

    demand_status(answer, _allowed(gateway, "missing_credential") | OWN)


@requirement("gemini.embeddings.unknown-key")
@pytest.mark.usefixtures("guarded")
def test_unknown_key(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A request for a vector with a key that was never issued is refused."""
    answer = embed(gemini, key=STRANGER).exchange

    demand_status(answer, _allowed(gateway, "invalid_credential") | OWN)


def _refusals(gemini: Gemini) -> list[Exchange]:
    """What is refused here anyway."""
    answers = [ask(gemini) for ask in (_without_content, _unknown_model)]
    return [answer for answer in answers if answer.status >= 400] or inconclusive("nothing was refused")


@requirement("gemini.embeddings.error-message")
def test_error_message(gemini: Gemini) -> None:
    """The body of a refusal is a JSON object `error` with a non-empty `message`."""
    for answer in _refusals(gemini):
        demand_error_message(answer.status, answer.json)


@requirement("gemini.embeddings.error-status")
def test_error_status(gemini: Gemini) -> None:
    """An error has the code and the status name that the official clients show."""
    bodies = [(one.status, one.json.get("error")) for one in _refusals(gemini) if isinstance(one.json, dict)]
    errors = [(status, error) for status, error in bodies if isinstance(error, dict)]
    if not errors:
        inconclusive("cannot be judged: no error has an error object")

    for status, error in errors:
        assert error.get("code") == status, f"error.code of a {status} is {error.get('code')!r:.60}"
        demand_error_name(status, error)
