"""Histories along links tolerate what is legal: a list that goes on, odd names, and what is there only in a moment."""

from __future__ import annotations

from typing import Any

import pytest

import gateway_contract
from conformance.errors import Inconclusive, Unsupported
from conformance.properties import linked
from conformance.properties.history import Asking, Broken, Step
from conformance.properties.link_history import GONE, LISTED, SERVED, LinkHistory
from conformance.properties.linked import Kind
from conformance.words.ask import Ask

from .canned import Canned, answer

CONTRACT = gateway_contract.load()
HERE, NOWHERE = answer({"id": "resp_1", "output": []}), answer({"error": {"message": "No such thing."}}, 404)


def kind(name: str) -> Kind:
    """The kind of things that an operation names."""
    return next(one for one in linked.documented(CONTRACT) if one.operation.id == name)


def history(name: str, *answers: dict[str, Any]) -> LinkHistory:
    """A history of such things, with a target that answers this."""
    recorder = Canned(*answers)
    recorder.bases.update(CONTRACT.bases)
    return LinkHistory(Asking(Ask(recorder, "m")), CONTRACT, kind(name))


def models(*names: str) -> dict[str, Any]:
    """The list of models."""
    return answer({"object": "list", "data": [{"id": name} for name in names]})


def files(*names: str, **more: str) -> dict[str, Any]:
    """A list of files in the Gemini protocol."""
    return answer({"files": [{"name": f"files/{name}"} for name in names], **more})


def upload(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two answers to an upload."""
    url = {"x-goog-upload-url": "http://gateway.test/upload?upload_id=7"}
    return answer({}, headers=url), answer({"file": {"name": f"files/{name}", "uri": "u", "mimeType": "text/plain"}})


def test_names_that_need_care_are_not_asked_for() -> None:
    """A wildcard, or a name with a slash, is passed over."""
    some = history("listModels", models("*", "a/b", "heron"), NOWHERE)
    some.perform(Step("make", 1))

    with pytest.raises(Broken, match="'model': 'heron'") as broken:
        some.perform(Step("follow", 1))
    assert broken.value.requirement == LISTED
    with pytest.raises(Inconclusive, match="names nothing"):
        history("listModels", models("*")).perform(Step("make", 1))


def test_slash_is_encoded_where_every_name_has_one() -> None:
    """A gateway may name its models by their providers."""
    some = history("listModels", models("*", "a/b"), HERE)
    some.perform(Step("make", 1))
    some.perform(Step("follow", 1))

    recorder = some.asking.ask.recorder
    assert isinstance(recorder, Canned)
    assert recorder.sent[-1].path == "/models/a%2Fb"


def test_list_that_goes_on_may_lack_what_was_made() -> None:
    """What is not on the first page may be on the next."""
    some = history("uploadGeminiFile", *upload("one"), files("two", nextPageToken="2"))
    some.perform(Step("make", 1))
    some.perform(Step("list", 1))

    other = history("uploadGeminiFile", *upload("one"), files("two"))
    other.perform(Step("make", 1))
    with pytest.raises(Broken, match="number 1: missing in the list") as broken:
        other.perform(Step("list", 1))
    assert broken.value.requirement == SERVED


def test_what_is_deleted_may_take_a_moment_to_go() -> None:
    """A look that still sees it is repeated."""
    some = history("createResponse", HERE, HERE, HERE, NOWHERE)
    for step in (Step("make", 1), Step("delete", 1), Step("follow", 1)):
        some.perform(step)

    other = history("createResponse", HERE)
    other.perform(Step("make", 1))
    other.perform(Step("delete", 1))
    with pytest.raises(Broken, match="number 1 was deleted") as broken:
        other.perform(Step("follow", 1))
    assert broken.value.requirement == GONE


def test_response_that_is_not_stored_is_no_thing() -> None:
    """A gateway may say that it stores nothing."""
    with pytest.raises(Inconclusive, match="does not store"):
        history("createResponse", answer({"id": "resp_1", "store": False})).perform(Step("make", 1))


def test_what_is_refused_from_the_start_is_not_offered() -> None:
    """A target may not make such things; once it has made one, a refusal is something else."""
    refusal = answer({"error": {"message": "Not here."}}, 400)
    with pytest.raises(Unsupported, match="Not here"):
        history("createResponse", refusal).perform(Step("make", 1))

    some = history("createResponse", HERE, refusal)
    some.perform(Step("make", 1))
    with pytest.raises(Inconclusive, match="Not here"):
        some.perform(Step("make", 2))


def test_model_that_takes_no_earlier_response_is_not_accused() -> None:
    """Only a request that takes one response and refuses another is odd."""
    some = history("createResponse", HERE, answer({"error": {"message": "Not supported."}}, 400))
    some.perform(Step("make", 1))
    some.perform(Step("follow", 1, 0, 2))

    assert some.refused
    assert not some.used
