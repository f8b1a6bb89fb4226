"""Counting and models below v1, where recent clients of the Gemini protocol ask."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from conformance.check import Unsupported, inconclusive, pick, requirement
from conformance.checks.test_gemini import SAY
from conformance.exchange import Exchange
from conformance.gemini import Gemini, turn


def _demand_served(answer: Exchange, place: str) -> None:
    if answer.status in {402, 429}:
        inconclusive(f"{place} is answered {answer.status}")
    assert answer.status == 200, f"{place} is answered {answer.status}: {answer.text:.120}"


@requirement("gemini.v1.count-tokens")
def test_count_tokens(gemini: Gemini) -> None:
    """A prompt can be counted where the client asks unless it is told otherwise."""
    answer = gemini.post("countTokens", {"contents": [turn(SAY)]}, version="v1")

    _demand_served(answer, ":countTokens below v1")
    total = pick(answer.json, kind=dict).get("totalTokens")
    assert type(total) is int, f"totalTokens is {total!r:.60}"
    assert total >= 1, f"totalTokens is {total}"


def _names(answer: Exchange) -> list[str]:
    models: list[Any] = pick(answer.json, "models", kind=list)
    return [model["name"] for model in models if isinstance(model, dict) and isinstance(model.get("name"), str)]


def _listed(gemini: Gemini) -> Exchange:
    """The list below v1. Where both protocols have one base URL, that address is the OpenAI dialect's."""
    answer = gemini.get("/v1/models")
    if isinstance(answer.json, dict) and "data" in answer.json and "models" not in answer.json:
        raise Unsupported("GET /v1/models is the list of the OpenAI dialect")
    return answer


@requirement("gemini.v1.models")
def test_models(gemini: Gemini) -> None:
    """Models are named as the paths name them."""
    answer = _listed(gemini)

    _demand_served(answer, "GET /v1/models")
    models = pick(answer.json, kind=dict).get("models")
    assert isinstance(models, list), f"models is {models!r:.80}"
    for model in models:
        name = model.get("name") if isinstance(model, dict) else None
        assert str(name).startswith("models/"), f"the name of a model is {name!r:.80}"


@requirement("gemini.v1.models.retrieve")
def test_models_retrieve(gemini: Gemini) -> None:
    """A model listed below v1 can be asked for there."""
    names = [name for name in _names(_listed(gemini)) if name.startswith("models/")]
    names = sorted(names, key=lambda name: name.count("/")) or inconclusive("no listed model has a name")
    answer = gemini.get(f"/v1/{quote(names[0])}")

    _demand_served(answer, f"the listed model {names[0]}")
    name = pick(answer.json, kind=dict).get("name")
    assert name == names[0], f"{names[0]} was asked for, name is {name!r:.80}"
