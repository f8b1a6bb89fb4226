"""Runs the checks in this process and gives their report. What the command line, and any other program, calls."""

from __future__ import annotations

import contextlib
import gc
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance import register
from conformance.errors import ConformanceError, Terminated, UsageError
from conformance.model import Finding, Level, Report, Verdict
from conformance.register import select
from conformance.report.folder import claimed
from conformance.run.collector import Collector
from conformance.run.signals import terminable
from conformance.target import Target
from conformance.wire.recorder import Recorder
from conformance.words.ask import Ask

PACKAGE = Path(__file__).parents[1]
THRESHOLDS = 10_000, 20, 20
"""How many new objects it takes until garbage is looked for: among the newest, the newer, and all."""
INTERRUPTIONS: dict[type[BaseException], int] = {KeyboardInterrupt: 130, Terminated: 143}
"""The exit codes of a run that a signal ended, as a shell gives them."""
DECORATOR = re.compile(r'^@requirement\("([^"]+)"\)', re.MULTILINE)
"""What stands before a check, with the id of its requirement."""
PLUGINS = ("pytest_gateway_conformance", "conformance.run.plugin", "pytest_base_url.plugin")
UNUSED = (
    *("terminal", "cacheprovider", "junitxml", "pastebin", "doctest", "unittest", "stepwise", "setuponly", "setupplan"),
    *("unraisableexception", "threadexception", "faulthandler", "logging", "warnings", "recwarn", "legacypath"),
)
"""Parts of pytest that a run has no use for, some of which cost time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report, and the exit code that it asks for, see `exit_code`. `trouble` is what ended the run early, if any."""

    report: Report
    exit_code: int
    trouble: ConformanceError | None = None


def judge(
    *,
    base_url: str | None = None,
    gateway: str | None = None,
    model: str | None = None,
    target: Path | None = None,
    report_dir: Path | None = None,
    feature: Sequence[str] = (),
    level: str | None = None,
    requirement: Sequence[str] = (),
    profile: Sequence[str] = (),
    include: Sequence[str] | None = None,
    shard: str | None = None,
    concurrency: int | None = None,
    replay: Path | None = None,
    seed: int | None = None,
    examples: int | None = None,
    timeout: float | None = None,
    max_requests: int | None = None,
    max_time: float | None = None,
    node_modules: Path | None = None,
    headers: Sequence[str] = (),
    name: str = "",
    progress: bool = False,
    sight: Sight | None = None,
    plugins: Sequence[object] = (),
) -> Outcome:
    """Judges one target. Raises `UsageError` and `TargetError` before the first check runs.

    `include` names the expensive features to judge; None leaves that to the target file, and takes all of them on a
    reference server started for the run. `shard` is the part to judge, such as 2/4. `headers` are `NAME: value`.
    `name` is what people call the gateway. `sight` is what `look` has seen. `plugins` are further pytest plugins, which
    see every hook of the run.
    """
    options: dict[str, Any] = {
        "gateway": gateway,
        "model": model,
        "target": target,
        "feature": ",".join(feature) or None,
        "level": level,
        "requirement": ",".join(requirement) or None,
        "profile": ",".join(profile) or None,
        "include": None if include is None else ",".join(include),
        "shard": shard,
        "replay": replay,
        "timeout": timeout,
        "max-requests": max_requests,
        "max-time": max_time,
        "concurrency": concurrency,
        "seed": seed,
        "examples": examples,
        "node-modules": node_modules and node_modules.absolute(),
    }
    wanted = select.wanted(options["feature"], level, options["requirement"], options["profile"], shard)
    select.included(include or (), options["feature"])
    settings = {name: value for name, value in options.items() if value}
    collector = _collector(report_dir, settings, _seed(seed, replay), progress, replay)
    collector.name = name
    options["header"] = "\n".join(headers) or None  # no setting that a report tells: it may hold a secret
    words = _words(options, base_url)
    brief = _Brief(wanted, sight.recorder if sight else None)
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_cache() / "hypothesis"))
    with claimed(report_dir), _no_foreign_options(), _rarely_collecting(), terminable():
        status = pytest.main(words, plugins=[collector, brief, *plugins])
    if (brief.broken or status == pytest.ExitCode.USAGE_ERROR) and not collector.fatal:
        raise ConformanceError(f"pytest ended with {status}", "run the checks with pytest itself to see why")
    if collector.interrupted and not collector.findings:
        raise collector.interrupted
    if collector.fatal and (not collector.findings or isinstance(collector.fatal, UsageError)):
        raise collector.fatal
    report = collector.report()
    return Outcome(report, _interruption(collector) or exit_code(report), collector.fatal)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a target before it is judged.

    Its chat model, or nothing; how many tokens that may say; how many seconds an answer takes; the protocols that it
    does not speak, and why; what has asked.
    """

    model: str
    cap: int
    thinks: bool
    latency: float
    absent: Mapping[str, str]
    recorder: Recorder


def look(target: Target) -> Sight:
    """What a target has to be judged. Raises `TargetError` when it cannot be."""
    from conformance.run import preflight, session

    recorder = session.recorder_of(target)
    try:
        asking = Ask(recorder, target.models.get("chat", ""))
        preflight.check(asking)
        latency = min((one.elapsed for one in recorder.recorded), default=0.0)
        return Sight(asking.model, asking.cap, asking.thinks, latency, asking.absent, recorder)
    finally:
        recorder.close()


def _cache() -> Path:
    """Where tables are kept that cost a second to compute: not in the folder in which the caller stands."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gateway-conformance"


def _seed(seed: int | None, replay: Path | None) -> int:
    """The seed that is named, else that of the recording."""
    if seed is None and replay:
        from conformance.report import har

        return int(har.target_of(replay).get("seed", 0))
    return seed or 0


def _collector(
    directory: Path | None, settings: dict[str, Any], seed: int, progress: bool, replayed: Path | None
) -> Collector:
    plain = {name: value.name if isinstance(value, Path) else str(value) for name, value in settings.items()}
    collector = Collector(directory, plain, seed, replayed)
    if progress:
        from conformance.report.progress import Progress

        collector.progress = Progress()
    return collector


def _words(options: dict[str, Any], base_url: str | None) -> list[str]:
    words = [str(PACKAGE / folder) for folder in register.FOLDERS]
    words += ["-c", str(PACKAGE / "suite.ini"), f"--rootdir={PACKAGE}"]
    words += [
        "--assert=plain",  # what pytest adds to the messages of checks is not shown, and takes four times a body
        "--disable-plugin-autoload",
        "--capture=no",
        *(word for name in (*PLUGINS, *(f"no:{name}" for name in UNUSED)) for word in ("-p", name)),
    ]
    words += [f"--conformance-{name}={value}" for name, value in options.items() if value is not None]
    return words + (["--base-url", base_url] if base_url else [])


@cache
def _modules() -> dict[str, Path]:
    """The module of each requirement's check."""
    paths = (path for folder in register.FOLDERS for path in (PACKAGE / folder).glob("test_*.py"))
    return {name: path for path in paths for name in DECORATOR.findall(path.read_text(encoding="utf-8"))}


@contextlib.contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Looks for garbage less often: a run keeps most of what it makes, and looking through that costs a tenth of it."""
    usual = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class _Brief:
    """Leaves out of a run what would take most of its time, and what is never read, and what is known already.

    Knows whether pytest broke.
    """

    def __init__(self, wanted: Callable[[str], bool] | None, looked: Recorder | None) -> None:
        self.broken = False
        self._looked = looked
        self._modules = {path for name, path in _modules().items() if wanted is None or wanted(name)}

    def pytest_internalerror(self) -> None:
        """The exit code of that is also the code of a run without a verdict."""
        self.broken = True

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Modules without a check that is asked for are not read."""
        return True if collection_path.stem.startswith("test_") and collection_path not in self._modules else None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Findings speak for themselves: no traceback has to be rendered."""
        config.option.tbstyle = "native"
        if self._looked:
            from conformance.run import session

            config.stash[session.LOOKED] = self._looked


@contextlib.contextmanager
def _no_foreign_options() -> Iterator[None]:
    """Options that the caller keeps for its own pytest are not for this one."""
    options = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        yield
    finally:
        if options is not None:
            os.environ["PYTEST_ADDOPTS"] = options


def entire(outcome: Outcome) -> Report:
    """The report of a run that came to its end. Raises what ended it early."""
    for kind, code in INTERRUPTIONS.items():
        if outcome.exit_code == code:
            raise kind(outcome.report.partial)
    if outcome.trouble:
        raise outcome.trouble
    return outcome.report


def _interruption(collector: Collector) -> int:
    """The exit code of a run that a signal ended; 0 for any other."""
    return INTERRUPTIONS[type(collector.interrupted)] if collector.interrupted else 0


def exit_code(report: Report) -> int:
    """0 when no MUST failed, 1 when one did.

    3 when there is no verdict: the run ended early, a check could not judge for a reason of its own, or no MUST that
    was asked for (no requirement, where no MUST was) came to a verdict.
    """
    words = {finding.status for finding in report.findings}
    if "failed" in words:
        return 1
    return 3 if Verdict.ERRORED in words or report.partial or not judged(report.findings) else 0


def judged(findings: Iterable[Finding]) -> bool:
    """Whether a MUST came to a verdict; where none was asked for, whether anything did."""
    all_of_them = list(findings)
    asked = [one for one in all_of_them if one.level is Level.MUST] or all_of_them
    return any(one.verdict in (Verdict.PASSED, Verdict.FAILED) for one in asked)
