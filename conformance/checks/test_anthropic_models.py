"""The models of the Anthropic protocol: what is listed, how pages are turned, and one model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from conformance.words.answer import JsonAnswer, demand_kind, demand_served, demand_text
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import Ask
from conformance.words.check import Unsupported, inconclusive, pick, requirement

PATH = "/v1/models"
Look = Callable[[str], JsonAnswer]


@pytest.fixture
def look(ask: Ask, gateway: dict[str, Any]) -> Look:
    """`GET` of the list of models, or of what follows its path."""
    asking = Anthropic(ask, gateway["protocols"]["anthropic"]["credentials"][0])
    return lambda rest: JsonAnswer(asking.get(PATH + rest))


@pytest.fixture
def listed(look: Look) -> JsonAnswer:
    """The first page; unsupported when it is the list of another protocol, which is not claimed to be this one."""
    answer = look("")
    if isinstance(answer.exchange.json, dict) and answer.exchange.json.get("object") == "list":
        raise Unsupported(f"GET {PATH} is answered in the OpenAI dialect")
    return answer


def models(answer: JsonAnswer) -> list[dict[str, Any]]:
    """The models of a page; inconclusive when there are none."""
    return [pick(one, kind=dict) for one in pick(answer.body, "data", kind=list)] or inconclusive("no model is listed")


def first(answer: JsonAnswer) -> str:
    """The id of the first model of a page."""
    return str(pick(models(answer)[0], "id", kind=str))


@requirement("anthropic.models")
def test_models(listed: JsonAnswer) -> None:
    """The list of models holds objects of the type `model`, each with an `id`, a `display_name`, and `created_at`."""
    for model in demand_kind(demand_served(listed).body.get("data"), "data", list):
        demand_kind(model, "a model", dict)
        assert model.get("type") == "model", f"type is {model.get('type')!r:.80}"
        name = demand_text(model.get("id"), "id")
        demand_kind(model.get("display_name"), f"display_name of {name:.80}", str)
        created = demand_kind(model.get("created_at"), f"created_at of {name:.80}", str)
        assert _is_time(created), f"created_at of {name:.80} is {created!r:.80}"


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


@requirement("anthropic.models.page")
def test_page(listed: JsonAnswer) -> None:
    """A page of models has `has_more`, and in `first_id` and `last_id` the ids of its first and its last model."""
    names = [pick(model, "id", kind=str) for model in models(listed)]

    assert isinstance(listed.body.get("has_more"), bool), f"has_more is {listed.body.get('has_more')!r:.80}"
    ends = [listed.body.get(name) for name in ("first_id", "last_id")]
    assert ends == [names[0], names[-1]], f"first_id and last_id are {ends!r:.160}, the models {names!r:.160}"


@requirement("anthropic.models.limit")
def test_limit(look: Look, listed: JsonAnswer) -> None:
    """With a `limit` of 1 a page has one model, and `has_more` is true when there are others."""
    total = len(models(listed))
    page = demand_served(look("?limit=1"))

    count = len(pick(page.body, "data", kind=list))
    assert count == 1, f"a page of 1 has {count} models"
    assert total == 1 or page.body.get("has_more") is not False, f"has_more is false, and there are {total} models"


@requirement("anthropic.models.after")
def test_after(look: Look, listed: JsonAnswer) -> None:
    """The page after a model does not hold that model."""
    if len(models(listed)) < 2:
        inconclusive("there is one model only")
    name = first(look("?limit=1"))
    page = demand_served(look(f"?limit=1&after_id={quote(name, safe='')}"))

    assert name not in [pick(model, "id") for model in models(page)], f"{name} stands after itself"


@requirement("anthropic.models.retrieve")
def test_retrieve(ask: Ask, look: Look, listed: JsonAnswer) -> None:
    """A listed model is answered under its id, with that id."""
    names = [pick(model, "id", kind=str) for model in models(listed)]
    usual = ask.model_for("anthropic", sought=True)
    name = usual if usual in names else names[0]
    model = demand_served(look(f"/{quote(name, safe='/:@')}"))

    assert model.body.get("id") == name, f"{name} is answered as {model.body.get('id')!r:.80}"
