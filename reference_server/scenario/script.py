"""Plays a scenario: which rule a request matches, which of its answers is due, and in what state that leaves it."""

from __future__ import annotations

from http import HTTPStatus
from random import Random
from typing import Any

import msgspec

from reference_server import faults
from reference_server.errors import Refusal
from reference_server.faults import Fault
from reference_server.fixtures import Model
from reference_server.model.prompt import Answer as Spoken
from reference_server.model.prompt import Prompt, Usage
from reference_server.scenario import speech
from reference_server.scenario.matching import SPEAKING, Asked, named, tests
from reference_server.scenario.time import combined, from_header, paced
from reference_server.scenario.words import START, Answer, Error, Rule, Scenario, Time
from reference_server.state.store import Store
from reference_server.wire.call import Call
from reference_server.wire.envelope import Envelope
from reference_server.wire.reply import Delivery, Reply


class Play:
    """What is played for one request: an answer, faults, a time. `spent` are the tokens of the answer."""

    def __init__(self, answer: Answer, time: Time | None, random: Random) -> None:
        self.answer = answer
        self.time = time
        self.random = random
        self.spent = 0
        self.faults: tuple[Fault, ...] = tuple(faults.find(name) for name in answer.faults)

    @classmethod
    def timed(cls, text: str, random: Random) -> Play:
        """The model's own answer, at the time that a header gives. Raises Refusal."""
        return cls(Answer(), from_header(text), random)

    @property
    def speaks(self) -> bool:
        """Whether the model says something else than it would."""
        return self.answer.speaks

    def speak(self, prompt: Prompt, store: Store, model: Model) -> list[Spoken]:
        """What the model says instead."""
        return speech.answers(self.answer, prompt, store.ids, model)

    def count(self, usage: Usage) -> Usage:
        """The usage that is reported."""
        counts = speech.usage(self.answer, usage)
        self.spent = counts.completion
        return counts

    def reply(self, envelope: Envelope, handled: bool) -> Reply | None:
        """The reply that the scenario gives instead of the server; what is not `handled` gets an empty one at least."""
        answer = self.answer
        if answer.body is not msgspec.UNSET:
            return _with_body(answer)
        if answer.status is None:
            return None if handled else Reply.json({})
        error = answer.error or Error()
        message = error.message or f"{_phrase(answer.status)}."
        refusal = Refusal(_cause(answer.status), message, error.param, error.code)
        return envelope.scripted(refusal, answer.status, error.type)

    def finish(self, reply: Reply, call: Call) -> Reply:
        """Play the faults, add headers, and say when the reply is sent and how it ends."""
        for fault in self.faults:
            reply = fault.change_reply(reply, call)
        reply.headers.update(self.answer.headers)
        if self.time:
            paced(reply, self.time, self.spent, self.random)
        if self.answer.connection == "wrong-length":
            reply.cut = True
        elif self.answer.connection:
            delivery = reply.delivery = reply.delivery or Delivery()
            delivery.ending, delivery.after = self.answer.connection, self.answer.after
        return reply


_CAUSES = {
    401: "invalid_credential",
    402: "spend_limit",
    403: "forbidden",
    404: "unknown_object",
    405: "wrong_method",
    413: "body_too_large",
    415: "wrong_media_type",
    429: "rate_limited",
    500: "internal",
    503: "maintenance",
    529: "maintenance",
}


def _cause(status: int) -> str:
    return _CAUSES.get(status) or ("invalid_value" if status < 500 else "upstream")


def _phrase(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return known.get(status, "The request failed")


def _with_body(answer: Answer) -> Reply:
    status = answer.status or 200
    if not isinstance(answer.body, str):
        return Reply.json(answer.body, status)
    return Reply(status, {"content-type": "text/plain; charset=utf-8"}, answer.body.encode())


class _Rule:
    """A rule, how often it was asked for, and how often it has been played."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.tests = tests(rule.when)
        self.requests = 0
        self.plays = 0
        nth = rule.when.nth
        self.nth = [nth] if isinstance(nth, int) else nth
        self.speaks = any(answer.speaks for answer in rule.answers)

    def concerns(self, asked: Asked, state: str) -> bool:
        """Whether the rule is about this request, count and chance apart."""
        if self.rule.when.state not in (None, state) or (self.speaks and asked.operation not in SPEAKING):
            return False
        return (bool(asked.operation) or self._direct) and all(test(asked) for test in self.tests)

    @property
    def _direct(self) -> bool:
        """Whether it answers what no operation does."""
        answer = self._due()
        return answer is not None and (answer.direct or answer.connection is not None)

    def answer(self, random: Random) -> Answer | None:
        """The answer that is due to a request which the rule concerns; None when it is not played this time."""
        self.requests += 1
        probability = self.rule.when.probability
        if self.nth and self.requests not in self.nth:
            return None
        if probability is not None and random.random() >= probability:
            return None
        answer = self._due()
        self.plays += answer is not None
        return answer

    def _due(self) -> Answer | None:
        answers = self.rule.answers
        before = 0
        for answer in answers:
            before += answer.times or 1
            if self.plays < before:
                return answer
        return answers[-1] if answers[-1].times is None else None


class Script:
    """A scenario that is played, and how far it has come."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.state = START
        self._rules = [_Rule(rule) for rule in scenario.rules]
        self._times = [(named(glob), time) for glob, time in scenario.models.items()]
        self._random = Random(scenario.seed)

    @property
    def progress(self) -> dict[str, Any]:
        """The state, and how often each rule was played."""
        return {"state": self.state, "plays": [rule.plays for rule in self._rules]}

    def play(self, call: Call, model: str) -> Play | None:
        """What is played for a request for this model; None when nothing is."""
        asked = Asked(call, model)
        own = call.play.time if call.play else None
        time = next((time for holds, time in self._times if holds(model)), None)
        for rule in self._rules:
            answer = rule.answer(self._random) if rule.concerns(asked, self.state) else None
            if answer is not None:
                if rule.rule.then and answer is rule.rule.answers[-1]:
                    self.state = rule.rule.then
                return Play(answer, combined(own, answer.time, time), self._random)
        return Play(Answer(), combined(own, time), self._random) if time else None
