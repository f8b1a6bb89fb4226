"""What every format shows: the report, and each requirement with its findings and where it stands.

A requirement stands where its worst case stands. Failures that the target file expects are counted apart, and a
requirement that the run did not reach keeps its place in the total as `unjudged`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from conformance.model import Claim, Finding, Level, Report, Requirement, Verdict

WORST_FIRST = (Verdict.FAILED, Verdict.ERRORED, Verdict.INCONCLUSIVE, Verdict.UNSUPPORTED, Verdict.PASSED)


class Standing(StrEnum):
    """Where a requirement stands, in the order in which a reader wants to see it."""

    FAILED = "failed"
    ERRORED = "errored"
    EXPECTED = "expected"
    """It failed as the target file says it would."""
    INCONCLUSIVE = "inconclusive"
    UNSUPPORTED = "unsupported"
    UNJUDGED = "unjudged"
    """The run did not come to it: another feature or level was asked for."""
    PASSED = "passed"


class Tone(StrEnum):
    """How good the news is."""

    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


class SourceLike(Protocol):
    """A public document that a requirement rests on."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...


class RegisterLike(Protocol):
    """The part of the register that a report needs."""

    @property
    def requirements(self) -> Iterable[str]: ...
    def requirement(self, name: str) -> Requirement: ...
    def claims_of(self, requirement: Requirement) -> tuple[Claim, ...]: ...
    def sources_of(self, requirement: Requirement) -> tuple[SourceLike, ...]: ...


@dataclass(frozen=True, slots=True)
class Citation:
    """What a requirement rests on: a sentence of a gateway's documents, or a public document, which has no `quote`."""

    id: str
    title: str
    quote: str | None
    address: str

    @property
    def words(self) -> str:
        """The sentence in quotation marks, or the name of the document."""
        return f"“{self.quote}”" if self.quote else self.title


@dataclass(frozen=True, slots=True)
class Judgement:
    """One requirement, what was found, and the sentences it rests on."""

    requirement: Requirement
    findings: tuple[Finding, ...]
    citations: tuple[Citation, ...]
    standing: Standing

    @property
    def id(self) -> str:
        return self.requirement.id

    @property
    def level(self) -> Level:
        return self.requirement.level

    @property
    def notable(self) -> tuple[Finding, ...]:
        """The findings that explain the standing: all that did not pass, or all when everything passed."""
        return tuple(finding for finding in self.findings if finding.verdict != Verdict.PASSED) or self.findings


@dataclass(frozen=True, slots=True)
class Headline:
    """The report in one line."""

    tone: Tone
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class View:
    """A report in the order of the register, ready to be rendered."""

    report: Report
    judgements: tuple[Judgement, ...]

    def at(self, standing: Standing, level: Level | None = None, area: str | None = None) -> tuple[Judgement, ...]:
        """The requirements of that standing, and of that level or area when one is given."""
        return tuple(
            one
            for one in self.judgements
            if one.standing == standing and level in (None, one.level) and area in (None, one.requirement.area)
        )

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.requirement.area for one in self.judgements))

    @property
    def conformant(self) -> bool:
        """Every MUST was judged, at least one passed, and none failed or erred."""
        return self.headline.tone == Tone.GOOD

    @property
    def headline(self) -> Headline:
        """The verdict on the target."""
        count = {standing: len(self.at(standing, Level.MUST)) for standing in Standing}
        detail = _detail(count)
        if count[Standing.FAILED]:
            return Headline(Tone.BAD, f"{count[Standing.FAILED]} MUST failed", detail)
        if count[Standing.ERRORED]:
            return Headline(Tone.UNSURE, f"{count[Standing.ERRORED]} MUST could not be judged", detail)
        if not count[Standing.PASSED]:
            return Headline(Tone.UNSURE, "No MUST passed", detail)
        if count[Standing.UNJUDGED]:
            return Headline(Tone.UNSURE, "No MUST failed in a partial run", detail)
        return Headline(Tone.GOOD, "Conformant", detail)


def _detail(count: dict[Standing, int]) -> str:
    """`118 of 120 MUST passed, 2 failed.`"""
    others = [f"{number} {standing}" for standing, number in count.items() if number and standing != Standing.PASSED]
    return ", ".join([f"{count[Standing.PASSED]} of {sum(count.values())} MUST passed", *others]) + "."


def expected_failure(finding: Finding) -> bool:
    """Whether the target file expects this failure."""
    return finding.expected is not None and finding.verdict == Verdict.FAILED


def standing(findings: tuple[Finding, ...]) -> Standing:
    """Where a requirement with these findings stands."""
    if not findings:
        return Standing.UNJUDGED
    verdicts = [finding.verdict for finding in findings if not expected_failure(finding)]
    worst = min(verdicts, key=WORST_FIRST.index, default=None)
    if worst in (Verdict.ERRORED, Verdict.FAILED) or len(verdicts) == len(findings):
        return Standing(str(worst))
    return Standing.EXPECTED


def view(report: Report, register: RegisterLike) -> View:
    """Joins a report with what the register says of each requirement."""
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in report.findings:
        found[finding.requirement] = (*found.get(finding.requirement, ()), finding)
    names = dict.fromkeys([*register.requirements, *found])
    return View(report, tuple(_judgement(report.gateway, name, found.get(name, ()), register) for name in names))


def _judgement(gateway: str, name: str, findings: tuple[Finding, ...], register: RegisterLike) -> Judgement:
    if name not in register.requirements:
        unknown = Requirement(id=name, area=name.partition(".")[0], level=findings[0].level, text="", feature="")
        return Judgement(unknown, findings, (), standing(findings))
    requirement = register.requirement(name)
    cited = citations(gateway, requirement, register)
    if findings:
        requirement = replace(requirement, level=findings[0].level)
    return Judgement(requirement, findings, cited, standing(findings))


def citations(gateway: str, requirement: Requirement, register: RegisterLike) -> tuple[Citation, ...]:
    """The gateway's own sentences and the public sources; the sentences of others when there is nothing else."""
    claims = register.claims_of(requirement)
    sources = [Citation(one.id, one.title, None, one.url) for one in register.sources_of(requirement)]
    own = [claim for claim in claims if claim.gateway == gateway]
    chosen = own if own or sources else claims
    return (*(Citation(one.id, one.gateway, one.quote, one.address) for one in chosen), *sources)
