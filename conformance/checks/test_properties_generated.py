"""Requests drawn from the schemas of the contract. A failure is made small, and repeats with its seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import compress
from typing import Any

import pytest

from conformance.properties import conversations, generate
from conformance.properties.bodies import Subject, json_subjects
from conformance.properties.requests import Requests, send_together
from conformance.wire.exchange import Exchange, decoded
from conformance.words.ask import OMIT, Ask
from conformance.words.check import Once, at_once, inconclusive, requirement
from conformance.words.schema import demand_body, demand_events
from gateway_contract import Contract

Judge = Callable[[Callable[[Subject, Exchange], None]], None]


@pytest.fixture
def each_answer(once: Once, contract: Contract, ask: Ask, seed: int, examples: int) -> Judge:
    """Judges the answer to every drawn body of every operation that takes one."""
    subjects = once("taking", lambda: json_subjects(contract, ask))
    requests: Requests = once("drawn", lambda: Requests(subjects, ask, seed, examples))
    requests.send()
    return requests.judge


@requirement("properties.generated.never-5xx")
def test_generated_never_5xx(each_answer: Judge) -> None:
    """No body that the schema allows is answered with a 5xx, on any operation."""

    def demand(_: Subject, answer: Exchange) -> None:
        assert answer.status, f"not answered: {answer.broken}"
        assert answer.status < 500, f"answered {answer.status}: {answer.text:.160}"

    each_answer(demand)


@requirement("properties.generated.conforms")
def test_generated_conforms(each_answer: Judge) -> None:
    """Whatever is answered to a body that the schema allows has a documented status and the documented shape."""

    def demand(subject: Subject, answer: Exchange) -> None:
        operation = subject.operation
        if answer.media_type == "text/event-stream":
            demand_events(operation, (decoded(one.data) for one in answer.stream.events if one.data != "[DONE]"))
        elif answer.status < 500:
            demand_body(operation, answer.json, answer.status)

    each_answer(demand)


@requirement("properties.generated.conversations")
def test_generated_conversations(ask: Ask, contract: Contract, seed: int, examples: int) -> None:
    """Every legal conversation is answered, in text of any plane of Unicode, with parts and with tool rounds."""

    def say(drawn: dict[str, Any]) -> Exchange:
        answer = ask.chat(**{ask.limit: generate.LIMIT, "tools": OMIT, **drawn}).exchange
        if answer.status in {402, 429}:
            inconclusive(f"the target answered {answer.status}: {answer.text:.120}")
        return answer

    def taken(feature: str) -> bool:
        optional = feature in contract.gateway["model_dependent"]
        return not optional or say(conversations.example_of(feature)).status == 200

    def demand(drawn: dict[str, Any]) -> None:
        answer = say(drawn)
        allowed = {200, 400, 422} if conversations.blank(drawn) else {200}
        assert answer.status in allowed, f"answered {answer.status}: {answer.text:.160}"

    features = sorted(conversations.FEATURES & contract.features)
    served = at_once(partial(taken, one) for one in features)
    drawn = conversations.conversations({*compress(features, served)})
    send_together([partial(say, one) for one in generate.drawn(drawn, seed, examples)])
    with ask.recorder.in_place():
        generate.search(drawn, demand, seed, examples, touched=ask.recorder.touched)
