"""A world: a reference server without a fault, or with one, and the verdicts of checks there, one after another.

The checks of a world run in one pytest session, so what was asked once is not asked again.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from conformance.register import select
from conformance.run import runner
from conformance.run.carried import FINDING
from conformance.run.session import RECORDER
from conformance.target import reference
from reference_server.faults import Fault

Verdicts = dict[str, str]
"""The verdicts of the cases of one requirement."""


class Overtime(BaseException):
    """A check does not come to its end."""


@dataclass
class World:
    """One server that is judged. `watched` are the files whose functions are noted when they run."""

    gateway: str | None
    fault: Fault | None
    watched: frozenset[str]
    work: Callable[[World], None]
    plain: dict[str, Verdicts] = field(default_factory=dict)
    """The verdicts without a mutant, by requirement."""
    ran: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """The functions (file, qualified name) that the checks of a requirement ran."""
    _items: dict[str, list[pytest.Function]] = field(default_factory=lambda: defaultdict(list))
    _took: dict[str, float] = field(default_factory=dict)

    def enter(self, root: str, requirements: Collection[str]) -> None:
        """Judges the requirements without a mutant, and works."""
        kind = "variation" if self.fault and self.fault.legal else "fault"
        runner.judge(
            base_url=f"{root}/{kind}/{self.fault.name}/v1" if self.fault else f"{root}/v1",
            gateway=self.gateway,
            target=reference.FIXTURES,
            requirement=sorted(requirements),
            include=sorted(select.EXPENSIVE),
            concurrency=1,
            plugins=[self],
        )

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Takes the place of pytest's own loop."""
        for item in session.items:
            if isinstance(item, pytest.Function):
                self._items[vars(item.function)["requirement_id"]].append(item)
        for name in self._items:
            self._look(name)
        self.work(self)
        self.start_again()
        return True

    def _look(self, name: str) -> None:
        start = time.perf_counter()
        self._forget_streams(name)
        with _noting(self.watched, self.ran[name]):
            self.plain[name] = self.verdicts(name, patience=120)
        self._took[name] = time.perf_counter() - start

    def verdicts(self, name: str, patience: float | None = None) -> Verdicts:
        """The verdicts of one requirement, now. A check that takes much longer than before is `errored`."""
        patience = patience or 2 + 4 * self._took[name]
        items = self._items[name]
        return {item.name: _verdict(item, None if _keeps(item) else _Any(item.session), patience) for item in items}

    def start_again(self) -> None:
        """Forgets what was asked."""
        item = next(iter(self._items.values()))[0]
        item.session._setupstate.teardown_exact(None)

    def forget_streams(self) -> None:
        """Event streams are read anew."""
        for name in self._items:
            self._forget_streams(name)

    def _forget_streams(self, name: str) -> None:
        recorder = self._items[name][0].config.stash.get(RECORDER, None)
        for exchange in recorder._known.values() if recorder else ():
            vars(exchange).pop("stream", None)


class _Any:
    """Stands for any check that may come next: what the session shares is kept, and nothing else."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def listchain(self) -> list[pytest.Session]:
        """What the next check needs of what is set up."""
        return [self._session]


def _keeps(item: pytest.Function) -> bool:
    """The check shares a fixture of its own module with others, which would not run again."""
    definitions: dict[str, Any] = item._fixtureinfo.name2fixturedefs
    last = (found[-1] for found in definitions.values())
    return any(one.scope == "session" and one.func.__module__.startswith("conformance.checks.") for one in last)


def _verdict(item: pytest.Item, following: _Any | None, patience: float) -> str:
    try:
        with _limited(patience):
            reports = runtestprotocol(item, log=False, nextitem=following)  # type: ignore[arg-type]
    except Overtime:
        item.session._setupstate.teardown_exact(None)
        return "errored"
    findings = [value for report in reports for name, value in report.user_properties if name == FINDING]
    return str(findings[-1]["verdict"]) if findings else "errored"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    signal.signal(signal.SIGALRM, _end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end(number: int, frame: FrameType | None) -> None:
    raise Overtime


@contextmanager
def _noting(files: Collection[str], ran: set[tuple[str, str]]) -> Iterator[None]:
    """Notes which functions of the files run; what stands within a function is part of it."""

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            ran.add((frame.f_code.co_filename, frame.f_code.co_qualname.partition(".<")[0]))

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
