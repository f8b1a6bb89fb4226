"""What an earlier report knows: a run fails only on what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from conformance.model import Finding, Report, Verdict

Failure = tuple[str, str | None]
"""A requirement, and the case of its check."""
KNOWN = "it failed in the baseline as well"


def read(path: Path) -> frozenset[Failure]:
    """What failed in a report. Raises `InvalidReport`."""
    from conformance.report import read as read_report

    return frozenset(_failure(one) for one in read_report(path).findings if one.verdict is Verdict.FAILED)


def without(report: Report, known: frozenset[Failure]) -> Report:
    """The report in which the failures that are known are expected."""
    marked = (replace(one, expected=KNOWN) if _is_known(one, known) else one for one in report.findings)
    return replace(report, findings=tuple(marked))


def told(report: Report, known: frozenset[Failure]) -> Iterator[str]:
    """What failed that the baseline does not know, and how much it does."""
    failed = [one for one in report.findings if one.status in ("failed", "warned")]
    new = [one for one in failed if not _is_known(one, known)]
    yield from (f"NEW {one.requirement} ({one.level}): {one.message}" for one in new)
    yield f"{len(new)} failures are new, {len(failed) - len(new)} are in the baseline"


def _is_known(finding: Finding, known: frozenset[Failure]) -> bool:
    return finding.verdict is Verdict.FAILED and _failure(finding) in known


def _failure(finding: Finding) -> Failure:
    return finding.requirement, finding.case
