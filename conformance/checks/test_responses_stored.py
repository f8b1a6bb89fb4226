"""Stored responses: they are retrieved, deleted and cancelled by their id, by their own account."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest

from conformance.words.answer import demand_kind, demand_refused, demand_served, demand_text, leave_at_limit
from conformance.words.check import Failed, alone, inconclusive, member, pick, requirement
from conformance.words.openai.responses import PATH, Response, Responses
from conformance.words.schema import demand_schema
from gateway_contract import Contract

QUESTION = "Say hello, please."
CANCELLED = "cancelled"
LOOKS = 3
PAUSE = 0.3
"""Seconds between two looks: what is stored may take a moment to be there, or to be gone."""


@pytest.fixture
def stored(responses: Responses) -> Response:
    """A response that is stored; inconclusive when it says that it is not."""
    return _made(responses)


@requirement("responses.stored")
@alone
def test_stored(responses: Responses, stored: Response) -> None:
    """A response that was made with `store` is retrieved by its id, with the same text."""
    answer = _look(responses, stored.id, wanted=True)

    body = demand_served(answer).body
    if body.get("id") != stored.id:
        alias = _retrieved(responses, demand_text(body.get("id"), "id"))
        if not alias.served:
            raise Failed(
                f"the id is {body.get('id')!r:.80}, not {stored.id:.80}, and no other name of it", [answer.exchange]
            )
    assert answer.words == stored.text, f"the text is {answer.words!r:.80}, not {stored.text!r:.80}"


@requirement("responses.stored.schema")
@alone
def test_stored_schema(contract: Contract, responses: Responses, stored: Response) -> None:
    """A response that is retrieved has the shape of one that was just made."""
    answer = _look(responses, stored.id, wanted=True)
    if not answer.served:
        inconclusive("the response is not retrieved")

    demand_schema(contract.operations["retrieveResponse"], answer)


@requirement("responses.stored.unknown")
def test_stored_unknown(responses: Responses, gateway: dict[str, Any]) -> None:
    """An id that no response has is refused."""
    answer = _retrieved(responses, responses.nobodys)

    demand_refused(answer, gateway, "unknown_object", "invalid_value")


@requirement("responses.stored.off")
def test_stored_off(responses: Responses) -> None:
    """A response that was made with `store` false cannot be retrieved."""
    name = responses.create(QUESTION, store=False).id

    answer = _retrieved(responses, name)
    assert not answer.served, f"a response that was not to be stored is retrieved: {answer.exchange.text:.120}"


@requirement("responses.stored.isolation")
def test_stored_isolation(responses: Responses, stored: Response) -> None:
    """Another account cannot retrieve a response."""
    answer = _retrieved(responses, stored.id, key="stranger-account")
    leave_at_limit(answer.exchange)
    if answer.status == 401:
        inconclusive("the key of the other account is refused")

    assert not answer.served, f"another account can retrieve the response: {answer.exchange.text:.120}"


@requirement("responses.stored.delete")
@alone
def test_stored_delete(responses: Responses, gateway: dict[str, Any]) -> None:
    """A response can be deleted, and cannot be retrieved afterwards."""
    name = _made(responses, take=2).id
    deleted = responses.ask.send("DELETE", _path(name))
    assert 200 <= deleted.status < 300, f"deleting is answered {deleted.status}: {deleted.text:.120}"

    demand_refused(_look(responses, name, wanted=False), gateway, "unknown_object")


@requirement("responses.stored.items")
def test_stored_items(responses: Responses, stored: Response) -> None:
    """The input items of a response are a list of typed items, which holds the question."""
    body = demand_served(Response(responses.ask.get(f"{_path(stored.id)}/input_items"))).body

    assert body.get("object") == "list", f"object is {body.get('object')!r:.80}"
    for item in demand_kind(body.get("data"), "data", list):
        demand_text(demand_kind(item, "an item", dict).get("type"), "type of an item")
    assert QUESTION in str(body["data"]), f"no item holds {QUESTION!r}"


@requirement("responses.cancel.ended")
@alone
def test_cancel_ended(responses: Responses) -> None:
    """A response that has ended stays as it is, whether the request to cancel it is refused or answered."""
    made = _made(responses, take=3)
    if made.state == CANCELLED:
        inconclusive("the response is cancelled before anybody asks for it")
    answer = _cancelled(responses, made.id)
    leave_at_limit(answer.exchange)

    if answer.served:
        assert member(answer.body, "status") != CANCELLED, "a response that has ended is cancelled"
    kept = _look(responses, made.id, wanted=True)
    assert member(kept.body, "status") != CANCELLED, "a response that had ended is cancelled now"


@requirement("responses.cancel.unknown")
def test_cancel_unknown(responses: Responses, gateway: dict[str, Any]) -> None:
    """An id that no response has cannot be cancelled."""
    demand_refused(_cancelled(responses, responses.nobodys), gateway, "unknown_object", "invalid_value")


def _made(responses: Responses, take: int = 0) -> Response:
    """A response that is to be stored; inconclusive when it says that it is not, as where nothing may be retained."""
    response = responses.create(QUESTION, store=True, take=take)
    if pick(response.body, "id") and response.body.get("store") is False:
        inconclusive("the gateway says that it does not store the response")
    if response.id == responses.create().id:
        inconclusive("cannot be judged: two responses have the same id")
    return response


def _path(name: str) -> str:
    return f"{PATH}/{quote(name, safe='')}"


def _cancelled(responses: Responses, name: str) -> Response:
    return Response(responses.ask.send("POST", f"{_path(name)}/cancel", None))


def _retrieved(responses: Responses, name: str, **options: Any) -> Response:
    return Response(responses.ask.get(_path(name), **options))


def _look(responses: Responses, name: str, *, wanted: bool) -> Response:
    """What a few looks see, until the response is there, or no longer."""
    for take in range(1, LOOKS):
        answer = _retrieved(responses, name, take=take)
        if answer.served == wanted:
            return answer
        time.sleep(PAUSE)
    return _retrieved(responses, name, take=LOOKS)
