"""One pytest session that has collected every check, and judges one server after another.

To collect the checks takes longer than to run those that a fault concerns.
"""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import nullcontext
from typing import Any, NamedTuple

import httpx
import pytest
from _pytest.runner import runtestprotocol

from conformance.model import Finding
from conformance.register import select
from conformance.run import runner
from conformance.run.carried import FATAL, FINDING
from conformance.run.session import RECORDER, TRANSPORT
from conformance.target import reference
from conformance.wire.exchange import Exchange
from tests.faults.clock import CLOCK


class Case(NamedTuple):
    """Whom to judge: the base URL, the gateway, and what takes the place of the network, if anything does."""

    base_url: str
    gateway: str | None
    transport: httpx.BaseTransport | None


class Judged(NamedTuple):
    """The findings, and the exchanges that they rest on."""

    findings: list[Finding]
    exchanges: list[Exchange]


class Bench:
    """Judges as often as it is asked. Its pytest session runs in a thread: pytest calls and is not called."""

    def __init__(self) -> None:
        self._cases: queue.Queue[tuple[Case, Collection[str]] | None] = queue.Queue()
        self._outcomes: queue.Queue[Judged | BaseException] = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def judge(self, case: Case, requirements: Collection[str]) -> Judged:
        """What the checks of the requirements say of a server. Raises what ends a run."""
        self._cases.put((case, requirements))
        outcome = self._outcomes.get()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def close(self) -> None:
        """Ends the session."""
        self._cases.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            runner.judge(
                base_url="http://127.0.0.1:1/v1",
                target=reference.FIXTURES,
                include=sorted(select.EXPENSIVE),
                plugins=[self],
            )
        except BaseException as error:
            self._outcomes.put(error)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Takes the place of pytest's own loop."""
        items: dict[str, list[pytest.Function]] = defaultdict(list)
        for item in session.items:
            if isinstance(item, pytest.Function):
                items[vars(item.function)["requirement_id"]].append(item)
        while work := self._cases.get():
            case, requirements = work
            _prepare(session.config, case)
            chosen = [item for name, found in items.items() if name in requirements for item in found]
            try:
                with CLOCK.rules() if case.transport else nullcontext():
                    outcome: Judged | BaseException = _judged(session, chosen)
            except BaseException as error:
                outcome = error
            self._outcomes.put(outcome)
        return True


def _prepare(config: pytest.Config, case: Case) -> None:
    config.option.base_url = case.base_url
    config.option.conformance_gateway = case.gateway
    config.stash[TRANSPORT] = case.transport


def _judged(session: pytest.Session, items: list[pytest.Function]) -> Judged:
    findings = []
    try:
        for item, following in zip(items, [*items[1:], None], strict=True):
            findings += _findings(runtestprotocol(item, log=False, nextitem=following))
        recorder = session.config.stash.get(RECORDER, None)
        return Judged(findings, list(recorder.recorded) if recorder else [])
    finally:
        session._setupstate.teardown_exact(None)


def _findings(reports: Iterable[pytest.TestReport]) -> list[Finding]:
    carried: list[tuple[str, Any]] = [pair for report in reports for pair in report.user_properties]
    if fatal := [value for name, value in carried if name == FATAL]:
        raise RuntimeError(f"the run would have ended: {fatal[0]}")
    found = [value for name, value in carried if name == FINDING]
    if not found:
        raise RuntimeError(f"a check gave no finding: {[report.longrepr for report in reports]}")
    return [Finding.from_plain(value) for value in found]
