"""What an earlier report knows: a run fails only on what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.model import Finding, Level, Report, Verdict

Failure = tuple[str, str | None]
"""A requirement, and the case of its check."""
KNOWN = "it failed in the baseline as well"
LOST = "it passed in the baseline, and is unsupported now"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What failed in an earlier report, and the requirements that passed."""

    failed: frozenset[Failure]
    passed: frozenset[str]

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


def read(path: Path) -> Baseline:
    """What an earlier report says. Raises `InvalidReport`."""
    from conformance.report import read as read_report

    findings = read_report(path).findings
    failed = frozenset(_failure(one) for one in findings if one.verdict is Verdict.FAILED)
    others = {one.requirement for one in findings if one.verdict is not Verdict.PASSED}
    return Baseline(failed, frozenset(one.requirement for one in findings) - others)


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
