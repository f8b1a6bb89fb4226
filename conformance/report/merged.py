"""One report out of those of the shards of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from conformance.errors import UsageError
from conformance.model import Counts, Finding, Report, Verdict
from conformance.register.causes import explained
from conformance.register.select import shard_of

WORST_FIRST = (Verdict.FAILED, Verdict.ERRORED, Verdict.PASSED, Verdict.INCONCLUSIVE, Verdict.UNSUPPORTED)
"""Which finding counts where several shards judge one requirement: what none has seen was not reached."""
SHARD = "shard"
KINDS = ("sent", "wrong", "untried"), ("sent",), ("wrong",)
"""What fields may be in a report: any of it, and what counts as tried."""


def merged(reports: Sequence[Report]) -> Report:
    """The report of the whole run. Raises `UsageError` for reports that are not shards of one run.

    Exchanges are numbered on from shard to shard. Where a shard is missing, the report is a part.
    """
    shards = sorted(reports, key=_place)
    _demand_alike(shards)
    missing = _missing(shards)
    findings = explained(_worst(finding for report in _numbered_on(shards) for finding in report.findings))
    parts = [report.partial for report in shards if report.partial]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        parts.append(f"of {_place(shards[0])[1]} shards, {', '.join(map(str, missing))} {are} missing")
    return replace(
        shards[0],
        started=min(report.started for report in shards),
        wall_time=max(report.wall_time for report in shards),
        counts=_sum([report.counts for report in shards]),
        findings=tuple(sorted(findings, key=lambda one: (one.requirement, one.case or ""))),
        settings={name: value for name, value in shards[0].settings.items() if name != SHARD},
        routes={at: problem for report in shards for at, problem in report.routes.items()},
        partial="; ".join(dict.fromkeys(parts)),
        fields=_fields([report.fields for report in shards]),
    )


def _place(report: Report) -> tuple[int, int]:
    shard = report.settings.get(SHARD)
    if not shard:
        raise UsageError("a report is not that of a shard", "make it with gateway-conformance run --shard 1/4")
    return shard_of(str(shard))


ALIKE: dict[str, Callable[[Report], Any]] = {
    "targets": lambda report: report.base_url,
    "names of the gateway": lambda report: report.name,
    "contracts": lambda report: report.gateway,
    "models": lambda report: report.model,
    "versions": lambda report: report.versions.get("gateway-conformance"),
    "seeds": lambda report: report.seed,
    "numbers of shards": lambda report: _place(report)[1],
    "options": lambda report: {name: value for name, value in report.settings.items() if name != SHARD},
}
"""What the shards of one run have in common, as it is called where it differs."""


def _demand_alike(reports: Sequence[Report]) -> None:
    for name, of in ALIKE.items():
        values = [of(report) for report in reports]
        if other := next((value for value in values if value != values[0]), None):
            reason = f"the reports have different {name}: {values[0]} and {other}"
            raise UsageError(reason, "merge the shards of one run, of the same target with the same options")
    numbers = [_place(report)[0] for report in reports]
    if twice := next((number for number in numbers if numbers.count(number) > 1), None):
        raise UsageError(f"shard {twice} is given twice", "give each shard once")


def _missing(shards: Sequence[Report]) -> list[int]:
    there = {_place(report)[0] for report in shards}
    return [number for number in range(1, _place(shards[0])[1] + 1) if number not in there]


def _numbered_on(shards: Sequence[Report]) -> Iterator[Report]:
    """The shards with exchanges whose numbers are their own."""
    before = 0
    for report in shards:
        yield replace(report, findings=tuple(_shifted(one, before) for one in report.findings))
        seen = [number for one in report.findings for number in (*one.exchanges, *_shown(one))]
        before += max([report.counts.requests, *seen])


def _shown(finding: Finding) -> Iterator[int]:
    return (one.exchange for one in finding.evidence)


def _shifted(finding: Finding, by: int) -> Finding:
    evidence = tuple(replace(one, exchange=one.exchange + by) for one in finding.evidence)
    return replace(finding, exchanges=tuple(number + by for number in finding.exchanges), evidence=evidence)


def _worst(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding for each case of each requirement."""
    kept: dict[tuple[str, str | None], Finding] = {}
    for finding in findings:
        key = finding.requirement, finding.case
        if key not in kept or _rank(finding) < _rank(kept[key]):
            kept[key] = finding
    yield from kept.values()


def _rank(finding: Finding) -> int:
    return WORST_FIRST.index(finding.verdict)


def _sum(counts: Sequence[Counts]) -> Counts:
    begun = [one.first_event for one in counts if one.first_event is not None]
    return Counts(
        sum(one.requests for one in counts),
        sum(one.prompt_tokens for one in counts),
        sum(one.completion_tokens for one in counts),
        round(median(begun), 4) if begun else None,
    )


def _fields(shards: Sequence[dict[str, dict[str, list[str]]]]) -> dict[str, dict[str, list[str]]]:
    """What was tried in any of them; untried is what none of them has tried."""
    found = {}
    for name in sorted({name for fields in shards for name in fields}):
        own = [fields[name] for fields in shards if name in fields]
        every, sent, wrong = ({field for one in own for kind in kinds for field in one[kind]} for kinds in KINDS)
        found[name] = {"sent": sorted(sent), "wrong": sorted(wrong), "untried": sorted(every - sent - wrong)}
    return found
