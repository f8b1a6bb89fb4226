"""One pytest session that has collected every check, and judges one server after another.

To collect the checks takes longer than to run those that a fault concerns.
"""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from contextlib import ExitStack, closing, nullcontext
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
import pytest

from conformance.errors import TargetError, UsageError
from conformance.model import Finding
from conformance.register import select
from conformance.run import outcome, runner, schedule
from conformance.run.session import RECORDER, TRANSPORT
from conformance.target import reference
from conformance.wire.exchange import Exchange
from tests.faults.clock import CLOCK
from tests.faults.fixtures import Fixtures
from tests.faults.known import Known


class Case(NamedTuple):
    """Whom to judge: the base URL, the gateway, and what takes the place of the network, if anything does.

    `known` holds what need not be asked, by request; `answers` is given what was asked.
    """

    base_url: str
    gateway: str | None
    transport: httpx.BaseTransport | None
    known: Mapping[Hashable, Exchange] = MappingProxyType({})
    answers: dict[Hashable, Any] | None = None


class Judged(NamedTuple):
    """The findings, and the exchanges that they rest on."""

    findings: list[Finding]
    exchanges: list[Exchange]


class Bench:
    """Judges as often as it is asked. Its pytest session runs in a thread: pytest calls and is not called."""

    def __init__(self) -> None:
        self._cases: queue.Queue[tuple[Case, Collection[str]] | None] = queue.Queue()
        self._answers: queue.Queue[Judged | BaseException] = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def judge(self, case: Case, requirements: Collection[str]) -> Judged:
        """What the checks of the requirements say of a server. Raises what ends a run."""
        self._cases.put((case, requirements))
        answer = self._answers.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

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
                concurrency=1,
                plugins=[self],
            )
        except BaseException as error:
            self._answers.put(error)

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
                    answer: Judged | BaseException = _judged(session, chosen)
            except BaseException as error:
                answer = error
            self._answers.put(answer)
        return True


def _prepare(config: pytest.Config, case: Case) -> None:
    config.option.base_url = case.base_url
    config.option.conformance_gateway = case.gateway
    config.stash[TRANSPORT] = case.transport
    config.stash[schedule.AHEAD] = Known(config, case.known, case.answers)


def _judged(session: pytest.Session, items: list[pytest.Function]) -> Judged:
    with closing(Fixtures()) as fixtures:
        findings = [_finding(item, fixtures) for item in items]
        recorder = session.config.stash.get(RECORDER, None)
        return Judged(findings, list(recorder.recorded) if recorder else [])


def _finding(item: pytest.Function, fixtures: Fixtures) -> Finding:
    """The finding of one check.

    pytest's own protocol makes three reports, with the traceback and with every exchange, which nobody would read here.
    """
    outcome.begin(item.config)
    with ExitStack() as ends:
        call = pytest.CallInfo.from_call(
            lambda: fixtures.run(item, ends), "call", reraise=(pytest.exit.Exception, KeyboardInterrupt)
        )
        if call.excinfo and call.excinfo.errisinstance((TargetError, UsageError)):
            raise RuntimeError("the run would have ended") from call.excinfo.value
        return outcome.finding(item, call, vars(item.function)["requirement_id"])
