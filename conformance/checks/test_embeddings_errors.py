"""Wrong requests for embeddings: their statuses, and the error they are answered with."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.words.answer import (
    demand_error_body,
    demand_refused,
    leave_at_default,
)
from conformance.words.ask import OMIT, Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.embeddings import TEXTS, embed

WRONG_INPUTS: dict[str, Any] = {"number": 7, "object": {"text": TEXTS[0]}, "null": None, "mixed": [TEXTS[0], 7]}
REFUSED = ("invalid_value", "missing_field", "malformed_body")
BAD_REQUESTS: dict[str, dict[str, Any]] = {
    "no-input": {"text": OMIT},
    "no-model": {"model": OMIT},
    "number": {"text": 7},
    "unknown-model": {"model": NOWHERE},
    "no-key": {"key": None},
}
"""Requests that every gateway refuses."""


@requirement("embeddings.missing-input")
def test_missing_input(ask: Ask, gateway: dict[str, Any]) -> None:
    """A request without `input` is refused with the status of a missing field."""
    demand_refused(embed(ask, OMIT), gateway, "missing_field")


@requirement("embeddings.missing-model")
def test_missing_model(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """A request for embeddings without a model is refused, unless the gateway has a default model."""
    answer = embed(ask, model=OMIT)

    leave_at_default(answer, promised)
    demand_refused(answer, gateway, "missing_field")


@requirement("embeddings.input-type")
@pytest.mark.parametrize("kind", WRONG_INPUTS)
def test_input_type(ask: Ask, gateway: dict[str, Any], kind: str) -> None:
    """An `input` that is neither text nor tokens is refused."""
    demand_refused(embed(ask, WRONG_INPUTS[kind]), gateway, *REFUSED)


@requirement("embeddings.empty-text")
@pytest.mark.parametrize("text", ["", [TEXTS[0], ""]], ids=["alone", "among-others"])
def test_empty_text(ask: Ask, gateway: dict[str, Any], text: str | list[str]) -> None:
    """An empty text is refused, alone and among others."""
    demand_refused(embed(ask, text), gateway, *REFUSED)


@requirement("embeddings.empty-list")
def test_empty_list(ask: Ask, gateway: dict[str, Any]) -> None:
    """An empty array of texts is refused."""
    demand_refused(embed(ask, []), gateway, *REFUSED)


@requirement("embeddings.encoding-format")
def test_encoding_format(ask: Ask, gateway: dict[str, Any]) -> None:
    """An `encoding_format` that does not exist is refused."""
    demand_refused(embed(ask, encoding_format="hexadecimal"), gateway, *REFUSED)


@requirement("embeddings.unknown-model")
def test_unknown_model(ask: Ask, gateway: dict[str, Any]) -> None:
    """Embeddings of a model that does not exist are refused with the documented status."""
    demand_refused(embed(ask, model=NOWHERE), gateway, "unknown_model")


@requirement("embeddings.unauthorized")
@pytest.mark.usefixtures("guarded")
def test_unauthorized(ask: Ask, gateway: dict[str, Any]) -> None:
    """Embeddings without a credential are a 401."""
    demand_refused(embed(ask, key=None), gateway, "missing_credential")


@requirement("embeddings.error-body")
@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_error_body(ask: Ask, name: str) -> None:
    """A refusal of embeddings is a JSON error object with a message."""
    answer = embed(ask, **BAD_REQUESTS[name])
    if answer.status < 400:
        inconclusive(f"the request was answered {answer.status}")

    demand_error_body(answer, labelled=False)
