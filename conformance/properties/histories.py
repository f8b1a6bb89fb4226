"""Searches for a history that breaks a promise, and makes the one that it finds short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from conformance.errors import Inconclusive, Unsupported
from conformance.properties.history import Asking, Broken, History, Step
from conformance.properties.machine import run
from conformance.properties.search import Patience, Search
from conformance.wire.exchange import Exchange

SHORTER = 60
"""The most histories with which one that fails is made shorter."""


@dataclass
class Findings:
    """What histories have shown of each requirement, and the exchanges that show it."""

    touched: list[Exchange]
    looked_at: list[Exchange] = field(default_factory=list)
    broken: dict[str, tuple[Broken, list[Exchange]]] = field(default_factory=dict)
    ended: Exception | None = None

    def demand(self, requirement: str) -> None:
        """Raises `Broken` when the requirement is; else what ended the search too early, if something did."""
        broken, shown = self.broken.get(requirement, (None, self.looked_at))
        self.touched += shown
        if broken is not None:
            raise broken
        if self.ended is not None:
            raise self.ended


@dataclass
class Trial:
    """Histories of one kind against one target."""

    asking: Asking
    start: Callable[[], History]
    seed: int
    examples: int
    steps: int
    shorter: int = SHORTER
    """The most histories with which a failure is made shorter."""

    def findings(self, requirements: Iterable[str]) -> Findings:
        """Searches until no further requirement breaks. One that is broken is not judged again."""
        touched, patience = self.asking.ask.recorder.touched, Patience()
        findings, start = Findings(touched), len(touched)
        for _ in (*requirements, None):
            try:
                self._search(patience, touched)
            except Broken as broken:
                findings.broken[broken.requirement] = (broken, touched[start:])
                self.asking.muted.add(broken.requirement)
            except Exception as ended:
                findings.ended = ended
                break
            else:
                break
            del touched[start:]
        findings.looked_at = touched[start:]
        del touched[start:]
        return findings

    def _search(self, patience: Patience, touched: list[Exchange]) -> None:
        """Raises the first failure, made short; the exchanges of that are what is left of those touched."""
        start = len(touched)
        search = Search(self.seed, self.examples, touched=touched, patience=patience, shrinks=False)
        failed: list[History] = []
        try:
            run(search, self.start, self.steps, failed)
        except Broken as broken:
            shortest = _Shortest(self, broken, touched, start).of(failed[-1].done, failed[-1].make)
            touched[start:] = shortest.evidence
            raise shortest.broken from None


class _Shortest:
    """Leaves steps out of a history for as long as it breaks the same promise."""

    def __init__(self, trial: Trial, broken: Broken, touched: list[Exchange], start: int) -> None:
        self.trial = trial
        self.broken = broken
        self.touched = touched
        self.start = start
        self.evidence: list[Exchange] = []
        self._left = trial.shorter

    def of(self, steps: Sequence[Step], make: str) -> _Shortest:
        """Of these steps. Raises `Inconclusive` when the history does not fail again as a whole."""
        if not self._breaks(list(steps)):
            raise Inconclusive(f"seen once, and not again: {self.broken}")
        history, size = list(steps), len(steps) // 2
        while size:
            place = 0
            while place < len(history):
                shorter = _whole(history[:place] + history[place + size :], make)
                if shorter and self._breaks(shorter):
                    history = shorter
                else:
                    place += size
            size //= 2
        return self

    def _breaks(self, steps: list[Step]) -> bool:
        """Whether these steps break the promise, as far as the tries go."""
        if self._left <= 0:
            return False
        self._left -= 1
        history, first = self.trial.start(), len(self.touched)
        try:
            for step in steps:
                history.perform(step)
        except Broken as broken:
            if broken.requirement != self.broken.requirement:
                return False
            self.broken, self.evidence = broken, self.touched[first:]
            return True
        except (Inconclusive, Unsupported):
            return False
        finally:
            history.end()
        return False


def _whole(steps: list[Step], make: str) -> list[Step]:
    """The steps without those on what is no longer made."""
    made = {step.thing for step in steps if step.act == make}
    return [step for step in steps if step.thing in made]
