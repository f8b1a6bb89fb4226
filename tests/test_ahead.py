"""Requests that are sent while checks go on: how many at a time, when they are there, and what they raise."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from conformance.errors import BudgetSpent
from conformance.wire.ahead import GROWTH, Ahead, Pending, when_done

LONGEST = 10.0
"""Seconds after which a test has failed."""


class Gate:
    """Work that lasts until it is told to end, and knows how much of it goes on at a time."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.active = self.peak = 0
        self._lock = threading.Lock()

    def work(self) -> str:
        """Waits at the gate."""
        with self._lock:
            self.active += 1
            self.peak = max(self.peak, self.active)
        self.open.wait(LONGEST)
        with self._lock:
            self.active -= 1
        return "done"


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


@pytest.fixture
def ahead(gate: Gate) -> Iterator[Ahead]:
    ahead = Ahead(4)
    yield ahead
    gate.open.set()
    ahead.close()


def wait_until(reached: threading.Event) -> None:
    assert reached.wait(LONGEST), "it never came"


def begin(ahead: Ahead, gate: Gate, number: int) -> Pending:
    """Begins work that is not done yet."""
    with pytest.raises(Pending) as caught:
        ahead.answer(number, gate.work)
    return caught.value


def test_answer_is_there_after_it_was_pending(ahead: Ahead, gate: Gate) -> None:
    pending, there = begin(ahead, gate, 1), threading.Event()
    when_done(pending.answers, there.set)
    assert not there.is_set()

    gate.open.set()
    wait_until(there)

    assert ahead.answer(1, gate.work) == "done"
    assert gate.peak == 1


def test_all_answers_are_awaited(ahead: Ahead, gate: Gate) -> None:
    answers, there = [one for number in range(3) for one in begin(ahead, gate, number).answers], threading.Event()
    when_done(answers, there.set)

    gate.open.set()

    wait_until(there)
    assert all(one.done() for one in answers)


def test_what_sending_raises_is_raised_where_it_is_asked(ahead: Ahead) -> None:
    def fail() -> None:
        raise ValueError("no budget")

    with ahead.in_place(), pytest.raises(ValueError, match="no budget"):
        ahead.answer(1, fail)


def test_spent_budget_is_told_after_what_was_paid_for(ahead: Ahead, gate: Gate) -> None:
    def spend() -> None:
        raise BudgetSpent("9 requests were sent, which is the limit")

    paid = begin(ahead, gate, 1).answers
    with pytest.raises(Pending) as caught:
        ahead.answer(2, spend)
    time.sleep(0.05)
    assert not caught.value.answers[0].done()

    gate.open.set()
    told = threading.Event()
    when_done([*paid, *caught.value.answers], told.set)

    wait_until(told)
    assert ahead.answer(1, gate.work) == "done"
    with pytest.raises(BudgetSpent):
        ahead.answer(2, spend)


def test_in_place_waits(ahead: Ahead) -> None:
    with ahead.in_place():
        assert ahead.answer(1, lambda: "done", after=0.01) == "done"


def test_no_more_at_a_time_than_allowed(ahead: Ahead, gate: Gate) -> None:
    for number in range(9):
        begin(ahead, gate, number)
    assert ahead.busy

    gate.open.set()
    with ahead.in_place():
        for number in range(9):
            ahead.answer(number, gate.work)

    assert gate.peak <= 4
    assert not ahead.busy


def test_limit_lets_fewer_through_and_service_more_again(ahead: Ahead, gate: Gate) -> None:
    ahead.slow_down()
    ahead.slow_down()
    for number in range(4):
        begin(ahead, gate, number)
    time.sleep(0.05)
    assert gate.peak == 1

    gate.open.set()
    with ahead.in_place():
        for number in range(3 * GROWTH):
            ahead.answer(number, gate.work)
    gate.open.clear()
    gate.peak = 0
    for number in range(100, 104):
        begin(ahead, gate, number)

    time.sleep(0.05)
    assert gate.peak > 1


@pytest.mark.parametrize("pauses", [[0.001], [0.001, 0.05]], ids=["kept up", "slowed down"])
def test_more_go_through_while_the_target_keeps_up(gate: Gate, pauses: list[float]) -> None:
    """One more after ten answers, and no further one when the next ten take much longer."""
    ahead = Ahead(4, 2)
    with ahead.in_place():
        for number in range(len(pauses) * GROWTH):
            ahead.answer(number, partial(time.sleep, pauses[number // GROWTH]))

    for number in range(100, 104):
        begin(ahead, gate, number)
    time.sleep(0.05)

    assert gate.peak == 3
    gate.open.set()
    ahead.close()
