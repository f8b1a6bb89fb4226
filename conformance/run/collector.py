"""Gathers findings as a run goes, keeps them on disk at once, and writes the reports at the end."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

import gateway_contract
from conformance import register
from conformance.errors import ConformanceError, TargetError, UnwritableReport, UsageError
from conformance.model import Counts, Finding, Report, Verdict
from conformance.register.causes import explained
from conformance.report import har
from conformance.report.folder import clear
from conformance.report.inert import encodable
from conformance.report.journal import Journal
from conformance.run.carried import EXCHANGES, FATAL, FINDING, RUN
from conformance.run.schedule import requirement_of, waiting
from conformance.run.tried import Tried
from conformance.wire.secrets import safe

if TYPE_CHECKING:
    from conformance.report.progress import Progress


class Collector:
    """A pytest plugin of the process that reports: the only one, or the controller of the workers.

    `partial` is why the run ended early, or nothing; `interrupted` is what ended it, when that was a signal. One that
    `clears` leaves no report of an earlier run where this one ends without a report. A recording that is `replayed`
    stays as it is.
    """

    NAME = "conformance-collector"

    def __init__(
        self,
        directory: Path | None = None,
        settings: dict[str, Any] | None = None,
        seed: int = 0,
        replayed: Path | None = None,
    ) -> None:
        self.directory = directory
        self.settings = settings or {}
        self.seed = seed
        self.findings: list[Finding] = []
        self.name = ""
        self._counts = Counts()
        self._begun: list[float] = []
        own = directory and directory / har.FILENAME
        self._har = har.Writer(own) if own and not (replayed and _same(own, replayed)) else None
        self.progress: Progress | None = None
        self.fatal: ConformanceError | None = None
        self.interrupted: KeyboardInterrupt | None = None
        self.partial = ""
        self.clears = False
        self._journal = Journal(directory, [replayed] if replayed else []) if directory else None
        self._session: pytest.Session | None = None
        self._run: dict[str, Any] = {}
        self._routes: dict[str, str] = {}
        self._tried: Tried | None = None
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()

    @classmethod
    def from_config(cls, config: pytest.Config) -> Collector:
        """The collector that `--conformance-report` asks for."""
        replayed = config.getoption("conformance_replay")
        collector = cls(Path(config.getoption("conformance_report")), replayed=Path(replayed) if replayed else None)
        collector.clears = True
        return collector

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keeps the session, to end it when the report cannot be written."""
        self._session = session

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Knows how many checks there are, for the progress bar."""
        if self.progress and session.items:
            names = [name for item in session.items if (name := requirement_of(item))]
            self.progress.waiting = partial(waiting, session.config)
            self.progress.begin(register.load().requirement(name).area for name in names)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check that cannot be collected is the suite's own error."""
        if report.failed:
            self.fatal = ConformanceError(safe(f"a check cannot be collected: {report.longrepr}"))

    def pytest_internalerror(self, excrepr: object) -> None:
        """An error of the suite itself is reported."""
        self.fatal = ConformanceError(safe(f"the suite failed: {str(excrepr).splitlines()[-1]}"))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """What was learned before a signal is reported as a part."""
        error = excinfo.value
        if isinstance(error, KeyboardInterrupt) and not isinstance(error, pytest.Session.Interrupted):
            self.interrupted = error
            self.partial = str(error) or "the run was interrupted"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes what a report carries."""
        carried: dict[str, Any] = dict(report.user_properties)
        if report.when == "teardown":
            return
        self._take_run(carried.get(RUN))
        self._take_exchanges(carried.get(EXCHANGES, []))
        if fatal := carried.get(FATAL):
            kind, message, hint, first = fatal
            self.fatal = (UsageError if kind == "usage" else TargetError)(message, hint)
            self.partial = message
            self.findings = [_before(first, message, one) for one in self.findings]
        if isinstance(plain := carried.get(FINDING), dict):
            self._take(Finding.from_plain(plain))

    def _take_exchanges(self, exchanges: Iterable[dict[str, Any]]) -> None:
        """Counts exchanges, and writes each at once: a run may receive more than memory holds."""
        for record in exchanges:
            if (begun := _first_event(record)) is not None:
                self._begun.append(begun)
            self._counts = _added(self._counts, record)
            if self._tried:
                self._tried.add(record)
            if self.progress:
                self.progress.counts = self._counts
            if writer := self._har:
                self._write(lambda _: writer.add([record]))  # noqa: B023 (called at once)

    def _take_run(self, run: dict[str, Any] | None) -> None:
        """Takes what is known of the run. The journal keeps it, and every finding, even if the run is killed."""
        known = {**run, "routes": dict(run.get("routes", {}))} if run else self._run
        if known != self._run:
            self._run = known
            self._routes |= known["routes"]
            self._tried = self._tried or Tried(gateway_contract.load(known["gateway"]))
            self._write(lambda journal: journal.describe(self._reported(())))

    def _take(self, finding: Finding) -> None:
        self.findings.append(finding)
        self._write(lambda journal: journal.add(finding))
        if self.progress:
            area = register.load().requirement(finding.requirement).area
            self.progress.update(area, finding.status)

    def pytest_sessionfinish(self) -> None:
        """Ends the progress bar and writes the reports."""
        if self.progress:
            self.progress.close()
        if self.findings and not isinstance(self.fatal, UsageError):
            from conformance import report

            target = self._run.get("target")
            if self._har:
                complete = partial(self._har.close, target)
                self._write(lambda _: complete())
            self._write(lambda journal: report.write(self.report(), journal.directory, None))
        elif self.clears and self.directory and (self.interrupted or isinstance(self.fatal, TargetError)):
            clear(self.directory, self._journal.spared if self._journal else ())
        if writer := self._har:
            writer.drop()

    def _write(self, write: Callable[[Journal], None]) -> None:
        """Writes; a folder that takes no more ends the run, with what is there already."""
        if not self._journal or isinstance(self.fatal, UnwritableReport):
            return
        try:
            write(self._journal)
        except OSError as error:
            reason = f"the report cannot be written to {self.directory}: {error.strerror}"
            self.fatal = UnwritableReport(reason, "make room, or name another folder with --report")
            self.partial = reason
            if self._session:
                self._session.shouldstop = reason

    def report(self) -> Report:
        """What has been learned so far."""
        findings = sorted(explained(self.findings), key=lambda one: (one.requirement, one.case or ""))
        return replace(self._reported(tuple(findings)), fields=self._tried.fields() if self._tried else {})

    def _reported(self, findings: tuple[Finding, ...]) -> Report:
        return Report(
            base_url=self._run.get("base_url", ""),
            gateway=self._run.get("gateway", "openai"),
            model=encodable(safe(self._run.get("model", ""))),
            routes={encodable(safe(at)): encodable(safe(problem)) for at, problem in sorted(self._routes.items())},
            started=self._started.isoformat(timespec="seconds").replace("+00:00", "Z"),
            wall_time=round(time.perf_counter() - self._clock, 3),
            seed=self.seed,
            versions={
                "gateway-conformance": version("gateway-conformance"),
                "python": platform.python_version(),
                "pytest": pytest.__version__,
            },
            counts=Counts() if self._run.get("replayed") else self._cost(),
            findings=findings,
            settings=self.settings,
            partial=self.partial,
            name=encodable(safe(self.name)),
        )

    def _cost(self) -> Counts:
        return replace(self._counts, first_event=round(median(self._begun), 4) if self._begun else None)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _before(first: int | None, reason: str, finding: Finding) -> Finding:
    """The finding; inconclusive where it failed by an answer of the outage that began with that exchange."""
    failed = finding.verdict is Verdict.FAILED and finding.evidence
    if first is None or not failed or all(one.exchange < first for one in finding.evidence):
        return finding
    return replace(finding, verdict=Verdict.INCONCLUSIVE, message=f"cannot be judged: {reason} ({finding.message})")


def _first_event(record: dict[str, Any]) -> float | None:
    """The seconds until a stream that is served began."""
    streamed = any("text/event-stream" in value for name, value in record["response_headers"] if name == "content-type")
    return record["chunks"][0][0] if streamed and record["status"] == 200 and record["chunks"] else None


def _added(before: Counts, record: dict[str, Any]) -> Counts:
    """Requests sent, and the tokens that the gateway itself reported for them, with one more."""
    from conformance.wire.record import reported_tokens

    prompt, completion = reported_tokens(record)
    return Counts(before.requests + 1, before.prompt_tokens + prompt, before.completion_tokens + completion)
