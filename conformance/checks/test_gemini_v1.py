"""Counting and models below v1, where recent clients of the Gemini protocol ask."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from conformance.check import Unsupported, inconclusive, pick, requirement
from conformance.checks.test_gemini import SAY
from conformance.exchange import Exchange
from conformance.gemini import Gemini, turn


def _count(gemini: Gemini, version: str) -> Exchange:
    return gemini.post("countTokens", {"contents": [turn(SAY)]}, version=version)


def _demand_served(answer: Exchange, place: str) -> None:
    if answer.status in {402, 429}:
        inconclusive(f"{place} is answered {answer.status}")
    assert answer.status == 200, f"{place} is answered {answer.status}: {answer.text:.120}"


@requirement("gemini.v1.count-tokens")
def test_count_tokens(gemini: Gemini) -> None:
    """The version of a path does not change a count."""
    expected = pick(_count(gemini, "v1beta").json, "totalTokens", kind=int)
    answer = _count(gemini, "v1")

    _demand_served(answer, ":countTokens below v1")
    total = pick(answer.json, kind=dict).get("totalTokens")
    assert total == expected, f"totalTokens is {total!r:.60} below v1, {expected} below v1beta"


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
    """Whoever lists models below v1 finds some that are known below v1beta."""
    earlier = _names(gemini.get("/v1beta/models")) or inconclusive("no listed model has a name")
    answer = _listed(gemini)

    _demand_served(answer, "GET /v1/models")
    models = answer.json.get("models") if isinstance(answer.json, dict) else None
    assert isinstance(models, list), f"models is {models!r:.80}"
    names = _names(answer)
    assert set(names) & set(earlier), f"no model is listed below v1 as below v1beta: {names!r:.120}"


@requirement("gemini.v1.models.retrieve")
def test_models_retrieve(gemini: Gemini) -> None:
    """A model listed below v1 can be asked for there."""
    names = [name for name in _names(_listed(gemini)) if name.startswith("models/")]
    names = sorted(names, key=lambda name: name.count("/")) or inconclusive("no listed model has a name")
    answer = gemini.get(f"/v1/{quote(names[0])}")

    _demand_served(answer, f"the listed model {names[0]}")
    name = pick(answer.json, kind=dict).get("name")
    assert name == names[0], f"{names[0]} was asked for, name is {name!r:.80}"
