"""The model is not the gateway: a right gateway is not accused of what the model behind it is like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pytest

import gateway_contract
from conformance import register
from conformance.model import Finding, Level, Verdict
from reference_server import fixtures
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.fixtures import Model
from reference_server.model import generation
from reference_server.model.generation import Speaker
from reference_server.model.prompt import Answer, Prompt
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.faults.bench import Bench, Case
from tests.faults.clock import CLOCK
from tests.faults.inside import ADDRESS, Inside

from .models import MODELS, SLOW, Ids

ASKING = {
    *("createChatCompletion", "createMessage", "createResponse", "countMessageTokens", "countResponseTokens"),
    *("generateContent", "streamGenerateContent", "countGeminiTokens"),
}
"""The operations that a model answers."""
JUDGED = {
    name
    for name, one in register.load().requirements.items()
    if one.area != "sdk_node" and ASKING & set(one.operations) and one.area != "properties"
}
LATE = 20.0
"""Seconds before the slow model begins."""


MOST = 55
"""How many MUST a weak model may leave without a verdict, of some 460."""
USUAL = {"chatty"}
"""The models that are judged whenever the project is tested; the others take long."""
UNJUDGED = {"thinking": 10, "without-tools": 70}
"""The same of those models for which something else is expected."""


class Weak(Service):
    """A right gateway, in front of a model that is not."""

    def __init__(self, name: str) -> None:
        super().__init__(gateway_contract.load(None), fixtures.load(), Store(CLOCK.time))
        self.speak = partial(_speak, MODELS[name])
        self._late = LATE if name in SLOW else 0.0

    def respond(self, call: Call, faults: Sequence[Fault] = ()) -> Reply:
        """The reply, late where the model is slow."""
        reply = super().respond(call, faults)
        if call.operation and call.operation.id in ASKING and reply.status == 200:
            reply.delay += self._late
        return reply


def _speak(speaker: Speaker, prompt: Prompt, ids: Ids, model: Model) -> list[Answer]:
    """What the weak model says; one that fails midway first says enough to fail."""
    return (generation.answers if model.after else speaker)(prompt, ids, model)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Judges the models of all tests of this process."""
    bench = Bench()
    yield bench
    bench.close()


@pytest.mark.parametrize(
    "name", [name if name in USUAL else pytest.param(name, marks=pytest.mark.slow) for name in MODELS]
)
def test_model_is_not_the_gateway(name: str, bench: Bench) -> None:
    """Whatever the model says, no MUST fails."""
    application = Application(Weak(name))
    judged = bench.judge(Case(ADDRESS + application.base, None, Inside(application)), JUDGED)

    found = judged.findings
    accused = [one for one in found if one.verdict is Verdict.FAILED]
    assert not [_line(one) for one in accused if one.level is Level.MUST], [_line(one) for one in accused]
    assert not [_line(one) for one in found if one.verdict is Verdict.ERRORED]
    unjudged = [_line(one) for one in found if one.verdict is Verdict.INCONCLUSIVE and one.level is Level.MUST]
    assert len(unjudged) <= UNJUDGED.get(name, MOST), unjudged


def _line(finding: Finding) -> str:
    return f"{finding.requirement} [{finding.case}] {finding.message}"
