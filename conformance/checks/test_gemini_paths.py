"""The paths of the Gemini protocol: versions, names with slashes, counting, models."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from conformance.words.answer import demand_count, demand_kind, demand_served, demand_status
from conformance.words.ask import MODELS
from conformance.words.check import NotApplicable, inconclusive, objects, pick, requirement
from conformance.words.gemini.contents import PROTOCOL, Gemini, text_of, turn
from conformance.words.gemini.demands import SAY
from conformance.words.schema import demand_schema
from gateway_contract import Contract


def _name_with_slash(gemini: Gemini) -> str:
    """The model to ask, or a listed one for this protocol, whose name has a slash."""
    names = [gemini.model, *(entry.get("id") for entry in objects(gemini.ask.get("/models").json, "data"))]
    for name in names:
        if isinstance(name, str) and "/" in name and MODELS[PROTOCOL].search(name.lower()):
            return name
    raise NotApplicable("no name of a model for this protocol has a slash")


@requirement("gemini.raw-slash")
def test_raw_slash(gemini: Gemini) -> None:
    """A model's name with a slash is found when the slash is sent as it is."""
    demand_served(gemini.generate(SAY, model=_name_with_slash(gemini)))


@requirement("gemini.encoded-slash")
def test_encoded_slash(gemini: Gemini) -> None:
    """A model's name with a slash is found when the slash is percent-encoded."""
    demand_served(gemini.generate(SAY, model=_name_with_slash(gemini), safe=""))


@requirement("gemini.v1")
def test_v1(gemini: Gemini, contract: Contract) -> None:
    """`:generateContent` below `v1`, where recent clients ask, answers as below `v1beta`."""
    answer = demand_served(gemini.generate(version="v1"))

    demand_schema(contract.operations["generateContentV1"], answer)
    assert text_of(answer.parts) or not text_of(gemini.generate().parts), (
        f"the parts hold no text: {answer.content!r:.160}"
    )


def _count(gemini: Gemini) -> Any:
    return gemini.post("countTokens", {"contents": [turn(SAY)]})


@requirement("gemini.count-tokens")
def test_count_tokens(gemini: Gemini) -> None:
    """`:countTokens` answers 200 with `totalTokens`, at least 1."""
    answer = _count(gemini)

    demand_status(answer, {200})
    demand_count(pick(answer.json, kind=dict).get("totalTokens"), "totalTokens", 1)


@requirement("gemini.count-tokens.agrees")
def test_count_tokens_agrees(gemini: Gemini) -> None:
    """The token count agrees with the usage of the answer, apart from what a template adds."""
    total = pick(_count(gemini).json, "totalTokens", kind=int)
    used = gemini.generate(SAY).tokens("promptTokenCount")

    assert abs(total - used) <= max(8, used / 4), f"countTokens gives {total}, generating counts {used}"


def _models(gemini: Gemini) -> list[dict[str, Any]]:
    return pick(gemini.get("/v1beta/models").json, "models", kind=list)


@requirement("gemini.models")
def test_models(gemini: Gemini) -> None:
    """The list of models holds objects, each with a `name` that begins with `models/`."""
    answer = gemini.get("/v1beta/models")

    demand_status(answer, {200})
    for model in demand_kind(pick(answer.json, kind=dict).get("models"), "models", list):
        name = model.get("name") if isinstance(model, dict) else None
        assert str(name).startswith("models/"), f"the name of a model is {name!r:.80}"


@requirement("gemini.models.retrieve")
def test_models_retrieve(gemini: Gemini) -> None:
    """A listed model is answered under its name, with that name."""
    names = [str(model.get("name")) for model in _models(gemini) if isinstance(model, dict)]
    usable = sorted((name for name in names if name.startswith("models/")), key=lambda name: name.count("/"))
    if not usable:
        inconclusive("no listed model has a name")
    answer = gemini.get(f"/v1beta/{quote(usable[0])}")

    demand_status(answer, {200})
    name = pick(answer.json, kind=dict).get("name")
    assert name == usable[0], f"{usable[0]} was asked for, name is {name!r:.80}"
