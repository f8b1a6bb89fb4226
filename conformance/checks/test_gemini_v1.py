"""Counting and models below v1, where recent clients of the Gemini protocol ask."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_count, demand_kind, demand_status
from conformance.words.check import Unsupported, inconclusive, pick, requirement
from conformance.words.gemini.contents import Gemini, turn
from conformance.words.gemini.demands import SAY


@requirement("gemini.v1.count-tokens")
def test_count_tokens(gemini: Gemini) -> None:
    """Tokens can be counted below `v1`, the default of the client."""
    answer = gemini.post("countTokens", {"contents": [turn(SAY)]}, version="v1")

    demand_status(answer, {200})
    demand_count(pick(answer.json, kind=dict).get("totalTokens"), "totalTokens", 1)


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
    """The list of models below `v1` holds objects with a `name` that begins with `models/`."""
    answer = _listed(gemini)

    demand_status(answer, {200})
    for model in demand_kind(pick(answer.json, kind=dict).get("models"), "models", list):
        name = model.get("name") if isinstance(model, dict) else None
        assert str(name).startswith("models/"), f"the name of a model is {name!r:.80}"


@requirement("gemini.v1.models.retrieve")
def test_models_retrieve(gemini: Gemini) -> None:
    """A listed model is answered below `v1` under its name, with that name."""
    names = [name for name in _names(_listed(gemini)) if name.startswith("models/")]
    names = sorted(names, key=lambda name: name.count("/")) or inconclusive("no listed model has a name")
    answer = gemini.get(f"/v1/{quote(names[0])}")

    demand_status(answer, {200})
    name = pick(answer.json, kind=dict).get("name")
    assert name == names[0], f"{names[0]} was asked for, name is {name!r:.80}"
