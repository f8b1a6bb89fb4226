"""What no valid request may be answered with, judged on all answers of the run. These checks come last."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.properties.whole_run import WholeRun
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, every, requirement
from conformance.words.plain import ask_plainly
from conformance.words.valid import (
    ASKED_AGAIN,
    demand_answer,
    failure,
    failures,
    leave_reported,
    marked,
    says_unsupported,
)
from gateway_contract import Contract


@pytest.fixture
def valid(ask: Ask, contract: Contract, whole_run: WholeRun) -> Callable[..., list[Exchange]]:
    """The answers to the valid requests of the run in some protocols."""
    if not any(one.marks for one in whole_run.exchanges):
        ask_plainly(ask, contract, whole_run.judged)

    def of(*protocols: str) -> list[Exchange]:
        answers = marked(ask.recorder, protocols)
        if not answers:
            raise NotApplicable("the run asked nothing of this")
        return answers

    return of


@pytest.fixture
def demand_answers(ask: Ask, contract: Contract, valid: Callable[..., list[Exchange]]) -> Callable[[str], None]:
    """Demands that no valid request of a protocol fails each time, unless the failure says that it is a refusal."""

    def demand(protocol: str) -> None:
        answers = valid(protocol)
        kinds = {kind: one for kind, one in failures(answers, contract).items() if not says_unsupported(one)}
        if kinds:
            chosen = list(kinds)[:ASKED_AGAIN]
            every(chosen, lambda kind: demand_answer(ask.recorder, kinds[kind]), ask.recorder.touched)
        leave_reported(answers)

    return demand


@requirement("valid.openai")
def test_openai(demand_answers: Callable[[str], None]) -> None:
    """No valid request in the OpenAI dialect is answered with 500 or a failing stream, each time."""
    demand_answers("openai")


@requirement("valid.anthropic")
def test_anthropic(demand_answers: Callable[[str], None]) -> None:
    """No valid request in the Anthropic protocol is answered with 500 or a failing stream, each time."""
    demand_answers("anthropic")


@requirement("valid.gemini")
def test_gemini(demand_answers: Callable[[str], None]) -> None:
    """No valid request in the Gemini protocol is answered with 500 or a failing stream, each time."""
    demand_answers("gemini")


@requirement("valid.refusal")
def test_refusal(ask: Ask, contract: Contract, valid: Callable[..., list[Exchange]]) -> None:
    """What is not supported is refused as the caller's matter, not as the gateway's failure."""
    answers = failures(valid("openai", "anthropic", "gemini"), contract)
    refusals = {kind: one for kind, one in answers.items() if says_unsupported(one)}

    ask.recorder.touched.extend(refusals.values())
    reasons = [f"[{kind}] answered {failure(exchange)}" for kind, exchange in refusals.items()]
    assert not reasons, f"a refusal is told as a failure: {'; '.join(reasons[:3])}"
