"""The list of models, and one model by its name."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_json, demand_kind, demand_refused, demand_status, demand_text
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, inconclusive, pick, requirement
from conformance.words.openai.bad_requests import RETRIEVED

MILLISECONDS = 100_000_000_000
"""No Unix time in seconds is as large as this."""
KINDS: dict[str, tuple[type, ...]] = {"id": (str,), "object": (str,), "created": (int, float), "owned_by": (str,)}
"""The fields of a model in the original dialect."""


@pytest.fixture
def listing(ask: Ask) -> Exchange:
    """The answer to `GET /models`."""
    return ask.get("/models")


@pytest.fixture
def models(listing: Exchange) -> list[dict[str, Any]]:
    """The listed models; inconclusive when there is no list, or an empty one."""
    entries = [entry for entry in pick(listing.json, "data", kind=list) if isinstance(entry, dict)]
    return entries or inconclusive("the list of models is empty")


def _names(models: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in models if isinstance(entry.get("id"), str)]


def _retrieve(ask: Ask, name: str, safe: str = "") -> Exchange:
    return ask.get(f"/models/{quote(name, safe=safe)}")


@requirement("models.answers")
def test_answers(listing: Exchange) -> None:
    """`GET /models` below the base URL answers 200 with a JSON object."""
    demand_status(listing, {200})
    demand_json(listing)


@requirement("models.list")
def test_list(listing: Exchange) -> None:
    """The list has `object` `list` and an array `data` of objects."""
    body = pick(listing.json, kind=dict)
    if listing.status != 200:
        inconclusive(f"GET /models is answered {listing.status}")

    assert body.get("object") == "list", f"object is {body.get('object')!r:.80}"
    for entry in demand_kind(body.get("data"), "data", list):
        demand_kind(entry, "an entry", dict)


@requirement("models.id")
def test_id(models: list[dict[str, Any]]) -> None:
    """The `id` of every listed model is a non-empty string."""
    for entry in models:
        demand_text(entry.get("id"), "id")


@requirement("models.unique")
def test_unique(models: list[dict[str, Any]]) -> None:
    """No model is listed twice."""
    names = _names(models)
    twice = sorted({name for name in names if names.count(name) > 1})

    assert not twice, f"listed more than once: {', '.join(twice)[:160]}"


@requirement("models.fields")
def test_fields(models: list[dict[str, Any]], gateway: dict[str, Any]) -> None:
    """Every listed model has the documented fields, with values of their kind."""
    _demand_fields(models, [name for name in gateway["models"]["fields"] if name != "id"])


@requirement("models.common-fields")
def test_common_fields(models: list[dict[str, Any]], gateway: dict[str, Any]) -> None:
    """Every model has the fields of the original dialect, documented or not."""
    missing = [name for name in KINDS if name not in gateway["models"]["fields"]]
    if gateway["timestamps"] != "unix":
        missing.remove("created")
    if not missing:
        raise NotApplicable("all of these fields are documented, and judged as such")

    _demand_fields(models, missing)


def _demand_fields(models: list[dict[str, Any]], names: list[str]) -> None:
    for entry in models:
        for name in names:
            value = entry.get(name)
            fits = isinstance(value, KINDS.get(name, (object,))) and not isinstance(value, bool)
            assert fits, f"{name} of {entry.get('id')!r:.60} is {value!r:.60}"
        if "created" in names:
            assert entry["created"] < MILLISECONDS, f"created of {entry.get('id')!r:.60} is {entry['created']}"
        if "object" in names:
            assert entry["object"] == "model", f"object of {entry.get('id')!r:.60} is {entry['object']!r:.60}"


@requirement("models.judged-model")
def test_judged_model(ask: Ask, models: list[dict[str, Any]]) -> None:
    """A model that answers is listed: under its name, with its provider before it, or with the date of its version."""
    own = re.compile(re.escape(ask.model.rpartition("/")[2]) + r"(-\d[\d-]*|-latest)?")

    if ask.chat().status != 200:
        inconclusive("the model does not answer")
    listed = any(own.fullmatch(name.rpartition("/")[2]) for name in _names(models))
    assert listed, f"{ask.model} answers, but is not listed"


@requirement("models.naming")
def test_naming(models: list[dict[str, Any]], gateway: dict[str, Any]) -> None:
    """Every model is listed as provider/model where the documents name them so."""
    if gateway["models"].get("naming") != "provider/model":
        raise NotApplicable("no form of names is documented")
    bare = [name for name in _names(models) if not all(name.partition("/"))]

    assert not bare, f"{len(bare)} of {len(models)} names are not provider/model: {', '.join(bare[:5])}"


@requirement("models.retrieve")
def test_retrieve(ask: Ask, models: list[dict[str, Any]]) -> None:
    """A listed model is answered under its name, with that name as `id`."""
    name = _plain_name(ask, models)
    answer = _retrieve(ask, name)

    demand_status(answer, {200})
    assert pick(answer.json, kind=dict).get("id") == name, f"{name} was asked for, id is {answer.json.get('id')!r:.80}"


@requirement("models.retrieve.same")
def test_retrieve_same(ask: Ask, models: list[dict[str, Any]]) -> None:
    """`object` and `owned_by` of a model are the same alone and in the list."""
    name = _plain_name(ask, models)
    alone = pick(_retrieve(ask, name).json, kind=dict)
    listed = next(entry for entry in models if entry.get("id") == name)

    for field in ("object", "owned_by"):
        one, other = pick(alone, field), pick(listed, field)
        assert one == other, f"{field} of {name} is {one!r:.60} alone and {other!r:.60} in the list"


def _plain_name(ask: Ask, models: list[dict[str, Any]]) -> str:
    """The judged model if it is listed, else a listed one, if possible without a slash."""
    names = sorted(_names(models), key=lambda name: (name != ask.model, "/" in name))
    return names[0] if names else inconclusive("no listed model has a name")


@requirement("models.retrieve.encoded-slash")
def test_encoded_slash(ask: Ask, models: list[dict[str, Any]]) -> None:
    """A name with a slash is found when the slash is percent-encoded, as the official clients send it."""
    _demand_model(_retrieve(ask, _name_with_slash(models)), _name_with_slash(models))


@requirement("models.retrieve.raw-slash")
def test_raw_slash(ask: Ask, models: list[dict[str, Any]]) -> None:
    """A name with a slash is found when the slash is sent as it is."""
    _demand_model(_retrieve(ask, _name_with_slash(models), safe="/"), _name_with_slash(models))


def _name_with_slash(models: list[dict[str, Any]]) -> str:
    name_with_slash = next((name for name in _names(models) if "/" in name), None)
    if name_with_slash is None:
        raise NotApplicable("no listed name has a slash")
    return name_with_slash


def _demand_model(answer: Exchange, name: str) -> None:
    demand_status(answer, {200})
    if isinstance(answer.json, dict) and "id" in answer.json:
        assert answer.json["id"] == name, f"id of GET {answer.request.path} is {answer.json['id']!r:.80}"


@requirement("models.unknown")
def test_unknown(ask: Ask, gateway: dict[str, Any]) -> None:
    """A model that does not exist is refused with its documented status."""
    demand_refused(RETRIEVED.send(ask), gateway, *RETRIEVED.causes)


@requirement("models.not-empty")
def test_not_empty(ask: Ask, listing: Exchange) -> None:
    """The list of models is not empty while a model answers."""
    data = pick(listing.json, "data", kind=list)
    if ask.chat().status != 200:
        inconclusive("the model does not answer")

    assert data, f"{ask.model} answers, and the list of models is empty"
