"""Gathers findings as a run goes, keeps them on disk at once, and writes the reports at the end."""

from __future__ import annotations

import json
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import ConformanceError, TargetError, UsageError
from conformance.model import Counts, Finding, Report
from conformance.run.carried import EXCHANGES, FATAL, FINDING, RUN

if TYPE_CHECKING:
    from conformance.report.progress import Progress


class Collector:
    """A pytest plugin of the process that reports: the only one, or the controller of the workers."""

    NAME = "conformance-collector"

    def __init__(
        self,
        directory: Path | None = None,
        settings: dict[str, Any] | None = None,
        seed: int = 0,
    ) -> None:
        self.directory = directory
        self.settings = settings or {}
        self.seed = seed
        self.findings: list[Finding] = []
        self.exchanges: list[dict[str, Any]] = []
        self.total = 0
        self._run: dict[str, Any] = {}
        self._routes: dict[str, str] = {}
        self.progress: Progress | None = None
        self.fatal: ConformanceError | None = None
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()

    @classmethod
    def from_config(cls, config: pytest.Config) -> Collector:
        """The collector that `--conformance-report` asks for."""
        return cls(Path(config.getoption("conformance_report")))

    def pytest_sessionstart(self) -> None:
        """Starts the journal, which keeps every finding even if the run is killed."""
        if self.directory:
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / "findings.jsonl").write_text("", encoding="utf-8")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Knows how many checks there are, for the progress bar."""
        self.total = len(session.items) or self.total

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check that cannot be collected is the suite's own error."""
        if report.failed:
            self.fatal = ConformanceError(f"a check cannot be collected: {report.longrepr}")

    def pytest_internalerror(self, excrepr: object) -> None:
        """An error of the suite itself is reported."""
        self.fatal = ConformanceError(f"the suite failed: {str(excrepr).splitlines()[-1]}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes what a report carries."""
        carried: dict[str, Any] = dict(report.user_properties)
        if report.when == "teardown":
            return
        self.exchanges += carried.get(EXCHANGES, [])
        self._run = carried.get(RUN) or self._run
        self._routes |= self._run.get("routes", {})
        if fatal := carried.get(FATAL):
            kind, message, hint = fatal
            self.fatal = (UsageError if kind == "usage" else TargetError)(message, hint)
        if isinstance(plain := carried.get(FINDING), dict):
            self._take(Finding.from_plain(plain))

    def _take(self, finding: Finding) -> None:
        self.findings.append(finding)
        if self.directory:
            with (self.directory / "findings.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(finding.to_plain(), ensure_ascii=False) + "\n")
        if self.progress:
            self.progress.update(len(self.findings), self.total, finding.status)

    def pytest_sessionfinish(self) -> None:
        """Ends the progress bar and writes the reports."""
        if self.progress:
            self.progress.close()
        if self.directory and self.findings and not self.fatal:
            from conformance import report

            report.write(self.report(), self.directory, self.exchanges)

    def report(self) -> Report:
        """What has been learned so far."""
        return Report(
            base_url=self._run.get("base_url", ""),
            gateway=self._run.get("gateway", ""),
            model=self._run.get("model", ""),
            routes=dict(sorted(self._routes.items())),
            started=self._started.isoformat(timespec="seconds").replace("+00:00", "Z"),
            wall_time=round(time.perf_counter() - self._clock, 3),
            seed=self.seed,
            versions={
                "gateway-conformance": version("gateway-conformance"),
                "python": platform.python_version(),
                "pytest": pytest.__version__,
            },
            counts=_counts(self.exchanges),
            findings=tuple(sorted(self.findings, key=lambda one: (one.requirement, one.case or ""))),
            settings=self.settings,
        )


def _counts(exchanges: list[dict[str, Any]]) -> Counts:
    """Requests sent, and the tokens that the gateway itself reported for them."""
    from conformance.wire.record import reported_tokens

    prompt, completion = 0, 0
    for record in exchanges:
        one, two = reported_tokens(record)
        prompt, completion = prompt + one, completion + two
    return Counts(len(exchanges), prompt, completion)
