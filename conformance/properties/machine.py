"""The state machine of hypothesis that draws histories."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from conformance.properties.history import History, Step
from conformance.properties.search import Search

NUMBERS = st.integers(0, 59)


class Machine(RuleBasedStateMachine):
    """Draws the steps of one history and performs them. What has lost its verdict does nothing more.

    All acts are one rule, because hypothesis leaves some rules out of each example, and there are few examples.
    """

    things = Bundle("things")

    def __init__(self, search: Search, history: History) -> None:
        super().__init__()
        search.begin()
        self.search = search
        self.history = history
        self.made = self.steps = 0

    @initialize(target=things, number=NUMBERS)
    def begin(self, number: int) -> MultipleResults[int]:
        """There is something."""
        return multiple(*(self._make(number) for _ in range(1 + number % self.history.most_first)))

    @rule(target=things, act=NUMBERS, thing=things, first=NUMBERS, second=NUMBERS)
    def act(self, act: int, thing: int, first: int, second: int) -> MultipleResults[int]:
        """Something happens, and something else the next time, whether or not hypothesis draws the same again."""
        self.steps += 1
        name = self.history.acts[(act + self.steps) % len(self.history.acts)]
        if name == self.history.make:
            return multiple(self._make(first))
        self._perform(Step(name, thing, first + self.steps, second))
        return multiple()

    def _make(self, first: int) -> int:
        self.made += 1
        self._perform(Step(self.history.make, self.made, first))
        return self.made

    def _perform(self, step: Step) -> None:
        self.search.step(lambda: self.history.perform(step))

    def teardown(self) -> None:
        """Looks at everything once more, and leaves nothing behind."""
        try:
            for step in [] if self.search.failed else self.history.closing():
                self._perform(step)
        finally:
            self.history.end()


def run(search: Search, begin: Callable[[], History], steps: int, begun: list[History]) -> None:
    """Runs a search through histories of so many steps. The last of those that have `begun` is that of a failure."""

    def start() -> Machine:
        begun.append(begin())
        return Machine(search, begun[-1])

    seeded(search.seed)(start)
    settings = search.settings(stateful_step_count=steps)
    search.run(lambda: run_state_machine_as_test(start, settings=settings))  # type: ignore[arg-type]
