"""Requests that are sent while the checks go on, several at a time.

A check that needs an answer which is on its way is left with `Pending`, and run again when the answer is there. What it
has asked before is remembered, so that running it again sends nothing twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from statistics import fmean
from typing import Any, TypeVar

from _pytest.outcomes import Skipped

from conformance.errors import BudgetSpent, TimeSpent

Value = TypeVar("Value")
GROWTH = 10
"""How many answers without a limit it takes until one more request may be in flight."""
SLOWER = 2.0
"""How many times as long as the fastest ten answers the last ten may take until no further request is in flight."""
SPARE = 2
"""How many requests may wait for their turn before no further check is begun: follow-up questions come soon, then."""


class Pending(Skipped):
    """Leaves a check, and its fixtures, while `answers` are on their way. It is no error that a client could handle."""

    def __init__(self, answers: Iterable[Future[Any]]) -> None:
        super().__init__("an answer is on its way")
        self.answers = tuple(answers)


class Ahead:
    """How many requests are in flight: `usual` at first, up to `most` while the target keeps up, fewer at a limit."""

    def __init__(self, most: int, usual: int | None = None) -> None:
        self._most = most
        self._allowed = usual or most
        self._took: list[float] = []
        self._fastest = inf
        self._active = 0
        self._change = threading.Condition()
        self._pool = ThreadPoolExecutor(most, "ahead")
        self._answers: dict[Hashable, Future[Any]] = {}
        self._open = 0
        self._late: list[tuple[Future[Any], BudgetSpent]] = []
        self._waits = False

    def stop(self) -> None:
        """Forgets what is not sent yet."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Forgets what is not sent yet, and waits for what is."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def busy(self) -> bool:
        """Whether there is enough to do for now."""
        return sum(not answer.done() for answer in list(self._answers.values())) >= self._allowed + SPARE

    def answer(self, key: Hashable, send: Callable[[], Value], after: float = 0.0) -> Value:
        """What `send` gives, or raises; it is called after so many seconds.

        Raises `Pending` while that lasts, unless this is `in_place`.
        """
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = Future()
            with self._change:
                self._open += 1
            self._submit(answer, send, after)
        if not answer.done() and not self._waits:
            raise Pending([answer])
        try:
            value: Value = self._answers.pop(key).result()
        except CancelledError:
            raise TimeSpent("the run has ended", "what was learned before is in the report") from None
        return value

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Waits for each answer, as long as this lasts."""
        before, self._waits = self._waits, True
        try:
            yield
        finally:
            self._waits = before

    def slow_down(self) -> None:
        """Halves the number of requests in flight, because a limit was met."""
        with self._change:
            self._allowed = max(1, self._allowed // 2)
            self._took.clear()

    def _submit(self, answer: Future[Any], send: Callable[[], Value], after: float) -> None:
        if after:
            timer = threading.Timer(after, self._submit, (answer, send, 0.0))
            timer.daemon = True
            timer.start()
            return
        try:
            self._pool.submit(self._settle, answer, send)
        except RuntimeError:  # the run has ended meanwhile
            answer.cancel()

    def _settle(self, answer: Future[Any], send: Callable[[], Value]) -> None:
        try:
            with self._turn():
                value = send()
        except BudgetSpent as error:
            self._late.append((answer, error))
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result(value)
        self._end_what_is_late()

    def _end_what_is_late(self) -> None:
        """Tells of a spent budget when all that was paid for is there, so that it is judged before the run ends."""
        with self._change:
            self._open -= 1
            late = self._late if not self._open else []
            self._late = [] if not self._open else self._late
        for answer, error in late:
            answer.set_exception(error)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._change:
            self._change.wait_for(lambda: self._active < self._allowed)
            self._active += 1
        start = time.monotonic()
        try:
            yield
        finally:
            with self._change:
                self._active -= 1
                self._took.append(time.monotonic() - start)
                self._grow()
                self._change.notify_all()

    def _grow(self) -> None:
        """Lets one more request through, unless the answers take so much longer that the target is busy with us."""
        if len(self._took) < GROWTH:
            return
        mean = fmean(self._took)
        self._took.clear()
        self._fastest = min(self._fastest, mean)
        if mean <= SLOWER * self._fastest:
            self._allowed = min(self._most, self._allowed + 1)


def when_done(answers: Iterable[Future[Any]], then: Callable[[], None]) -> None:
    """Calls `then` as soon as all are there, in the thread that receives the last one."""
    for answer in answers:
        if not answer.done():
            answer.add_done_callback(lambda _: when_done(answers, then))
            return
    then()
