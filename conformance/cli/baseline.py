"""What an earlier report knows: a run fails only on what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from conformance.cli import fail_on
from conformance.errors import UnwritableReport, UsageError
from conformance.model import Finding, Level, Report, Verdict

if TYPE_CHECKING:
    from conformance.report.view import View

Failure = tuple[str, str | None]
"""A requirement, and the case of its check."""
KNOWN = "it failed in the baseline as well"
LOST = "it passed in the baseline, and is unsupported now"
SELECTION = ("feature", "level", "requirement", "profile", "shard")
"""The settings that select what a run judges."""
PIPELINE = ("junit", "markdown")
"""The formats that a pipeline shows: they tell what is new. The others tell what the gateway does."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What failed in an earlier report, and the requirements that passed."""

    failed: frozenset[Failure]
    passed: frozenset[str]
    gateway: str = "openai"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def knows(self, finding: Finding) -> bool:
        """Whether the same failed before."""
        return finding.verdict is Verdict.FAILED and _failure(finding) in self.failed

    def lost(self, report: Report) -> list[Finding]:
        """What passed before and is refused or gone now: one finding for each requirement."""
        return self._passed_before(report, lambda one: one.is_refused)

    def open(self, report: Report) -> list[Finding]:
        """What passed before and could not be judged now, which fails nothing."""
        return self._passed_before(report, lambda one: one.verdict is Verdict.INCONCLUSIVE)

    def _passed_before(self, report: Report, is_so: Callable[[Finding], bool]) -> list[Finding]:
        some = {one.requirement: one for one in reversed(report.findings) if one.level is Level.MUST and is_so(one)}
        others = {one.requirement for one in report.findings if not is_so(one)}
        return [one for name, one in reversed(some.items()) if name in self.passed - others]


def of(args: SimpleNamespace, gateway: str, settings: Mapping[str, Any]) -> Baseline | None:
    """The baseline that the options name, if any, for a run that is held to a gateway, with these settings.

    Raises `UsageError` for one that did not judge what the run judges.
    """
    if args.baseline is None:
        if args.fail_on == fail_on.NEW:
            raise UsageError("--fail-on new needs a baseline", "name an earlier report: --baseline report.json")
        return None
    known = read(args.baseline)
    if known.gateway != gateway:
        reason = f"the baseline is held to {known.gateway}, and this run to {gateway}"
        raise UsageError(reason, f"make the baseline with --gateway {gateway}")
    if missing := _not_judged(known.settings, settings):
        named = {name: _joined(known.settings.get(name)) for name in SELECTION}
        options = " ".join(f"--{name} {value}" for name, value in named.items() if value)
        reason = f"the baseline was made with {options}: it does not have {missing[0]}"
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UsageError(f"{reason}{more}, which this run judges", "make it with the options of this run")
    return known


def _not_judged(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The requirements that one selection has, and an earlier one has not."""
    from conformance import register
    from conformance.register import select

    own, other = (select.wanted(*(_joined(one.get(name)) for name in SELECTION)) for one in (now, before))
    names = register.load().requirements
    return [name for name in names if other and not other(name) and (own is None or own(name))]


def _joined(names: str | list[str] | None) -> str | None:
    return ",".join(names) if isinstance(names, list) else names


def read(path: Path) -> Baseline:
    """What an earlier report says. Raises `InvalidReport`."""
    from conformance.report import read as read_report

    report = read_report(path)
    failed = frozenset(_failure(one) for one in report.findings if one.verdict is Verdict.FAILED)
    others = {one.requirement for one in report.findings if one.verdict is not Verdict.PASSED}
    passed = frozenset(one.requirement for one in report.findings) - others
    return Baseline(failed, passed, report.gateway, report.settings)


def mark(directory: Path, rest: View) -> None:
    """Writes once more what a pipeline shows, without what the baseline knows. Raises `UnwritableReport`."""
    from conformance.report import rewrite

    try:
        rewrite(rest, directory, PIPELINE)
    except OSError as error:
        raise UnwritableReport(f"cannot write to {directory}: {error.strerror}", "make room") from None


def without(report: Report, known: Baseline) -> Report:
    """The report in which the failures that are known are expected, and what was lost has failed."""
    lost = {id(one) for one in known.lost(report)}

    def marked(one: Finding) -> Finding:
        if id(one) in lost:
            return replace(one, verdict=Verdict.FAILED, message=f"{LOST}: {one.message}")
        return replace(one, expected=KNOWN) if known.knows(one) else one

    return replace(report, findings=tuple(map(marked, report.findings)))


def told(report: Report, known: Baseline) -> Iterator[str]:
    """What failed that the baseline does not know, what was lost, and how much it does know."""
    failed = [one for one in report.findings if one.status in ("failed", "warned")]
    new = [one for one in failed if not known.knows(one)]
    lost, unclear = known.lost(report), known.open(report)
    yield from (f"NEW {_named(one)} ({one.level}): {one.message}" for one in new)
    yield from (f"LOST {one.requirement} ({one.level}): {LOST}: {one.message}" for one in lost)
    if unclear:
        yield f"passed in the baseline and inconclusive now: {', '.join(one.requirement for one in unclear)}"
    judged = {(one.requirement, one.case) for one in report.findings if one.verdict is Verdict.PASSED}
    if mended := sorted({name for name, case in known.failed if (name, case) in judged}):
        yield f"failed in the baseline and passed now, so write the baseline again: {', '.join(mended)}"
    yield f"{_count(len(new))} new, {len(lost)} lost, {len(failed) - len(new)} in the baseline"


def _named(finding: Finding) -> str:
    return f"{finding.requirement} [{finding.case}]" if finding.case else finding.requirement


def _count(number: int) -> str:
    return "1 failure is" if number == 1 else f"{number} failures are"


def _failure(finding: Finding) -> Failure:
    return finding.requirement, finding.case
