"""The requests that are drawn for the operations of a target: sent together, and judged by several checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from operator import attrgetter
from typing import Any

from conformance.errors import Inconclusive, Unsupported
from conformance.properties import generate
from conformance.properties.bodies import Subject
from conformance.properties.search import LOST, Patience
from conformance.wire.ahead import Pending
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask, encoded
from conformance.words.check import every

TOGETHER = 48
"""The most requests that are under way at a time: what limits one of them does not limit all."""


class Requests:
    """The drawn bodies of some operations."""

    def __init__(self, subjects: Sequence[Subject], ask: Ask, seed: int, examples: int) -> None:
        self._bodies = {one.name: generate.bodies(one.operation) for one in subjects}
        self._subjects = subjects
        self._ask = ask
        self._seed = seed
        self._examples = examples
        self._sends = [partial(self._answer, one, body) for one in subjects for body in self._drawn(one)]

    def send(self) -> None:
        """Sends all of them, while other checks go on."""
        send_together(self._sends)

    def judge(self, demand: Callable[[Subject, Exchange], None]) -> None:
        """Judges the answers. A failure is made as small as it can be."""
        touched, patience = self._ask.recorder.touched, Patience()

        def judge_one(subject: Subject) -> None:
            def judge_answer(body: Any) -> None:
                demand(subject, self._answer(subject, body))

            bodies = self._bodies[subject.name]
            generate.search(bodies, judge_answer, self._seed, self._examples, touched=touched, patience=patience)

        with self._ask.recorder.in_place():
            every(self._subjects, judge_one, touched, attrgetter("operation.id"))

    def _drawn(self, subject: Subject) -> list[Any]:
        return generate.drawn(self._bodies[subject.name], self._seed, self._examples)

    def _answer(self, subject: Subject, body: Any) -> Exchange:
        model = {name: one for name, one in subject.bodies[0].items() if name == "model"}
        return subject.send(self._ask, encoded(subject.capped(body | model)))


def send_together(sends: Iterable[Callable[[], object]]) -> None:
    """Sends requests, some at a time, until a few of the answers give no verdict."""
    lost, awaited = 0, list[Future[Any]]()
    for send in sends:
        try:
            send()
        except Unsupported:
            continue
        except Inconclusive:
            lost += 1
        except Pending as pending:
            awaited += pending.answers
        if lost >= LOST or len(awaited) >= TOGETHER:
            break
    if awaited:
        raise Pending(awaited)
