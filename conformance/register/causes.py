"""One cause, one accusation: a broad requirement that fails with one that it restates is left to that one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance import register
from conformance.model import STRONGEST_FIRST, Finding, Requirement, Verdict


def explained(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, of which those that another explains are inconclusive, and say because of which.

    What explains is a failure that stays one, and of a level that is no weaker, so no failure is hidden for good.
    """
    all_of_them = list(findings)
    failed = [one for one in all_of_them if one.verdict is Verdict.FAILED and not one.expected]
    causes = [one for one in failed if not _requirement(one).broad]
    for one in sorted((one for one in failed if _requirement(one).broad), key=_breadth):
        cause = next((other for other in causes if _explains(other, one)), None)
        if cause is None:
            causes.append(one)
        else:
            message = f"because of {cause.requirement}: {one.message}"
            all_of_them[all_of_them.index(one)] = replace(one, verdict=Verdict.INCONCLUSIVE, message=message)
    return all_of_them


def _requirement(finding: Finding) -> Requirement:
    return register.load().requirement(finding.requirement)


def _breadth(finding: Finding) -> int:
    """What restates another broad requirement comes after that."""
    restated: Sequence[str] = _requirement(finding).restates
    return sum(register.load().requirement(name).broad for name in restated)


def _explains(cause: Finding, finding: Finding) -> bool:
    """Whether the failure is of what the other restates: by name, or of the same answer and area."""
    one, other = _requirement(cause), _requirement(finding)
    if STRONGEST_FIRST.index(cause.level) > STRONGEST_FIRST.index(finding.level):
        return False
    seen = {shown.exchange for shown in cause.evidence} & {shown.exchange for shown in finding.evidence}
    return one.id in other.restates or (one.area == other.area and bool(seen) and not one.broad)
