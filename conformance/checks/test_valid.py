"""What no valid request may be answered with, judged on all answers of the run. These checks come last."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.properties.whole_run import WholeRun
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, every, requirement
from conformance.words.plain import ask_plainly
from conformance.words.valid import ASKED_AGAIN, demand_answer, failure, failures, marked, says_unsupported
from gateway_contract import Contract


@pytest.fixture
def failed(ask: Ask, contract: Contract, whole_run: WholeRun) -> Callable[..., dict[str, Exchange]]:
    """The failures of valid requests in some protocols, by what was asked for."""
    if not any(one.marks for one in whole_run.exchanges):
        ask_plainly(ask, contract)

    def of(*protocols: str) -> dict[str, Exchange]:
        valid = marked(ask.recorder, protocols)
        if not valid:
            raise NotApplicable("the run asked nothing of this")
        return failures(valid, contract)

    return of


def _demand_answers(ask: Ask, kinds: dict[str, Exchange]) -> None:
    """Demands that none of these requests fails again, unless the failure says that it is a refusal."""
    unexplained = [kind for kind, exchange in kinds.items() if not says_unsupported(exchange)][:ASKED_AGAIN]
    if unexplained:
        every(unexplained, lambda kind: demand_answer(ask.recorder, kinds[kind]), ask.recorder.touched)


@requirement("valid.openai")
def test_openai(ask: Ask, failed: Callable[..., dict[str, Exchange]]) -> None:
    """No valid request in the OpenAI dialect is answered with 500 or a failing stream, each time."""
    _demand_answers(ask, failed("openai"))


@requirement("valid.anthropic")
def test_anthropic(ask: Ask, failed: Callable[..., dict[str, Exchange]]) -> None:
    """No valid request in the Anthropic protocol is answered with 500 or a failing stream, each time."""
    _demand_answers(ask, failed("anthropic"))


@requirement("valid.gemini")
def test_gemini(ask: Ask, failed: Callable[..., dict[str, Exchange]]) -> None:
    """No valid request in the Gemini protocol is answered with 500 or a failing stream, each time."""
    _demand_answers(ask, failed("gemini"))


@requirement("valid.refusal")
def test_refusal(ask: Ask, failed: Callable[..., dict[str, Exchange]]) -> None:
    """What is not supported is refused as the caller's matter, not as the gateway's failure."""
    refusals = {kind: one for kind, one in failed("openai", "anthropic", "gemini").items() if says_unsupported(one)}

    ask.recorder.touched.extend(refusals.values())
    reasons = [f"[{kind}] answered {failure(exchange)}" for kind, exchange in refusals.items()]
    assert not reasons, f"a refusal is told as a failure: {'; '.join(reasons[:3])}"
