"""What every format shows: the report, and each requirement with its findings and its standing.

A requirement has the standing of its worst case. Failures that the target file expects are counted apart, and a
requirement that the run did not reach counts as `unjudged` in the total.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Protocol

from conformance.model import Claim, Finding, Level, Report, Requirement, Verdict
from conformance.register import profiles
from conformance.report.causes import Cause, causes

if TYPE_CHECKING:
    from gateway_contract import Contract

GRAVEST_FIRST = (Verdict.FAILED, Verdict.ERRORED, Verdict.INCONCLUSIVE, Verdict.UNSUPPORTED, Verdict.PASSED)


class Standing(StrEnum):
    """The standing of a requirement, in the order in which reports show it."""

    FAILED = "failed"
    ERRORED = "errored"
    EXPECTED = "expected"
    """It failed as the target file says it would."""
    INCONCLUSIVE = "inconclusive"
    UNSUPPORTED = "unsupported"
    UNJUDGED = "unjudged"
    """The run did not reach it: another feature or level was selected."""
    PASSED = "passed"


REASONS = ("Not run", "Not demanded", "Not offered", "Not asked for, or without a fixture")
"""Why something was not judged: nobody selected it, no document demands it, or the target, or the run, has it not."""


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
    """The basis of a requirement: a sentence of a gateway's documents, or a public document, which has no `quote`."""

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
    """One requirement, its findings, and the sentences it rests on.

    `claimed` is whether the documents of the gateway claim its feature, `profile` is the profile it counts for.
    """

    requirement: Requirement
    findings: tuple[Finding, ...]
    citations: tuple[Citation, ...]
    standing: Standing
    claimed: bool = True
    profile: str = ""

    @property
    def id(self) -> str:
        return self.requirement.id

    @property
    def level(self) -> Level:
        return self.requirement.level

    @property
    def demanded(self) -> bool:
        """Whether the documents demand something here, as far as the run knows."""
        return self.claimed and (not self.findings or any(finding.applicable for finding in self.findings))

    @property
    def offered(self) -> bool:
        """Whether there is something to judge: the gateway claims it, and has it or was not asked for it."""
        return self.demanded and self.standing is not Standing.UNSUPPORTED

    @property
    def equipped(self) -> bool:
        """Whether the run was given what judging takes: its fixtures, a client, and the wish."""
        return all(finding.equipped for finding in self.findings)

    @property
    def decisions(self) -> list[str]:
        """The decisions in `x-gateway` that the notable findings rest on, each as `name = value`."""
        values = {name: value for finding in self.notable for name, value in finding.decisions.items()}
        return [f"{name} = {json.dumps(value)}" for name, value in values.items()]

    @property
    def notable(self) -> tuple[Finding, ...]:
        """The findings that explain the standing: those that did not pass, or all when everything passed."""
        return tuple(finding for finding in self.findings if finding.verdict != Verdict.PASSED) or self.findings


class Conformity(StrEnum):
    """How far a target conforms to a profile."""

    CONFORMANT = "conformant"
    PARTIAL = "partial"
    ABSENT = "absent"
    """Nothing in it could be judged: the target does not have it, or it was not selected."""


@dataclass(frozen=True, slots=True)
class Standings:
    """How far a target conforms to one profile. `total` counts the MUST that the gateway claims.

    The documents demand nothing of the `inapplicable` after all, the run did not come to the `unjudged`, and those that
    are `missing` neither passed nor failed.
    """

    name: str
    title: str
    conformity: Conformity
    total: int
    passed: int
    failed: int
    inapplicable: int = 0
    unjudged: int = 0
    missing: tuple[str, ...] = ()

    @property
    def share(self) -> str:
        """`12 of 14 MUST, 1 failed`, of those that were judged."""
        parts = [f"{self.passed} of {self.total - self.inapplicable - self.unjudged} MUST"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{len(self.missing)} open"] if self.missing else []
        return ", ".join(parts) + (f"; {self.unjudged} not run" if self.unjudged else "")

    @property
    def words(self) -> str:
        """`conformant`, or `partial: 12 of 14 MUST, 1 failed, 1 open`."""
        return f"partial: {self.share}" if self.conformity is Conformity.PARTIAL else str(self.conformity)


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
    causes: tuple[Cause, ...] = ()

    def at(self, standing: Standing, level: Level | None = None, area: str | None = None) -> tuple[Judgement, ...]:
        """The requirements of that standing, and of that level or area when one is given."""
        return tuple(
            one
            for one in self.judgements
            if one.standing == standing and level in (None, one.level) and area in (None, one.requirement.area)
        )

    @property
    def extra_routes(self) -> list[str]:
        """The routes that the target has although no document promises them."""
        return [route for route, problem in self.report.routes.items() if not problem]

    @property
    def route_problems(self) -> list[str]:
        """Why the other optional routes were not judged."""
        return list(dict.fromkeys(filter(None, self.report.routes.values())))

    @property
    def fields_tried(self) -> tuple[int, int]:
        """How many fields of requests were tried, and how many the operations have that were asked."""
        every = [len({*one["sent"], *one["wrong"], *one["untried"]}) for one in self.report.fields.values()]
        return sum(every) - sum(len(one["untried"]) for one in self.report.fields.values()), sum(every)

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.requirement.area for one in self.judgements))

    @property
    def judged_areas(self) -> tuple[str, ...]:
        """The areas of which at least one requirement was judged."""
        silent = {Standing.UNSUPPORTED, Standing.UNJUDGED}
        judged = {one.requirement.area for one in self.judgements if one.standing not in silent}
        return tuple(area for area in self.areas if area in judged)

    @property
    def profiles(self) -> tuple[Standings, ...]:
        """How far the target conforms to each profile that its gateway claims."""
        standings = [_standings(profile, self.judgements) for profile in profiles.load().values()]
        return tuple(one for one in standings if one.total > one.inapplicable)

    @property
    def conformant(self) -> bool:
        """No MUST failed or erred, none was left out, and all of at least one profile passed."""
        return self.headline.tone == Tone.GOOD

    @property
    def headline(self) -> Headline:
        """The verdict on the target."""
        count = {standing: len(self.at(standing, Level.MUST)) for standing in Standing}
        detail = _detail(self.judgements)
        if self.report.partial:
            failed = (
                f"{count[Standing.FAILED]} MUST failed in a partial run" if count[Standing.FAILED] else "Partial run"
            )
            return Headline(Tone.BAD, failed, f"{self.report.partial}. {detail}")
        if count[Standing.FAILED]:
            return Headline(Tone.BAD, f"{count[Standing.FAILED]} MUST failed", detail)
        if count[Standing.ERRORED]:
            return Headline(Tone.UNSURE, f"{count[Standing.ERRORED]} MUST could not be judged", detail)
        if not count[Standing.PASSED]:
            return Headline(Tone.UNSURE, "No MUST passed", detail)
        if count[Standing.UNJUDGED]:
            return Headline(Tone.UNSURE, "No MUST failed in a partial run", detail)
        return self._headline_of_profiles(detail)

    def _headline_of_profiles(self, detail: str) -> Headline:
        reached = [one for one in self.profiles if one.conformity is Conformity.CONFORMANT]
        if len(reached) == len(self.profiles):
            return Headline(Tone.GOOD, "Conformant", detail)
        if not reached:
            return Headline(Tone.UNSURE, "No MUST failed", detail)
        return Headline(Tone.GOOD, f"Conformant to {len(reached)} of {len(self.profiles)} profiles", detail)


def _standings(profile: profiles.Profile, judgements: tuple[Judgement, ...]) -> Standings:
    own = [one for one in judgements if one.profile == profile.name and one.claimed and one.level is Level.MUST]
    due = [one for one in own if one.demanded]
    count = Counter(one.standing for one in due)
    passed, failed, unjudged = (count[one] for one in (Standing.PASSED, Standing.FAILED, Standing.UNJUDGED))
    settled = {Standing.PASSED, Standing.FAILED, Standing.UNJUDGED}
    missing = tuple(one.id for one in due if one.standing not in settled)
    conformity = Conformity.PARTIAL
    if passed == len(due):
        conformity = Conformity.CONFORMANT
    elif count[Standing.UNSUPPORTED] + unjudged == len(due):
        conformity = Conformity.ABSENT
    inapplicable = len(own) - len(due)
    return Standings(profile.name, profile.title, conformity, len(own), passed, failed, inapplicable, unjudged, missing)


def _detail(judgements: Iterable[Judgement]) -> str:
    """`118 of 120 MUST passed, 2 failed.` What was not judged is told apart by its reason."""
    musts = [one for one in judgements if one.level is Level.MUST]
    count: Counter[Standing] = Counter(one.standing for one in musts if not _unjudged_because(one))
    others = [f"{count[one]} {one}" for one in Standing if count[one] and one is not Standing.PASSED]
    sums = ", ".join([f"{count[Standing.PASSED]} of {count.total()} MUST passed", *others])
    apart = Counter(reason for one in musts if (reason := _unjudged_because(one)))
    return " ".join([f"{sums}.", *(f"{reason}: {apart[reason]} MUST." for reason in REASONS if apart[reason])])


def _unjudged_because(judgement: Judgement) -> str:
    """Why nothing of a requirement was judged; nothing when something was."""
    not_run, not_demanded, not_offered, withheld = REASONS
    if judgement.standing is Standing.UNJUDGED:
        return not_run
    if not judgement.demanded:
        return not_demanded
    if judgement.standing is Standing.UNSUPPORTED:
        return not_offered if judgement.equipped else withheld
    return ""


def expected_failure(finding: Finding) -> bool:
    """Whether the target file expects this failure."""
    return finding.expected is not None and finding.verdict == Verdict.FAILED


def standing(findings: tuple[Finding, ...]) -> Standing:
    """The standing of a requirement with these findings."""
    if not findings:
        return Standing.UNJUDGED
    findings = tuple(finding for finding in findings if finding.applicable) or findings
    verdicts = [finding.verdict for finding in findings if not expected_failure(finding)]
    worst = min(verdicts, key=GRAVEST_FIRST.index, default=None)
    if worst in (Verdict.ERRORED, Verdict.FAILED) or len(verdicts) == len(findings):
        return Standing(str(worst))
    return Standing.EXPECTED


def view(report: Report, register: RegisterLike) -> View:
    """Joins a report with the register's entry for each requirement."""
    findings: dict[str, tuple[Finding, ...]] = {}
    for finding in report.findings:
        findings[finding.requirement] = (*findings.get(finding.requirement, ()), finding)
    names = dict.fromkeys([*register.requirements, *findings])
    return joined(report, tuple(_judgement(report.gateway, name, findings.get(name, ()), register) for name in names))


def joined(report: Report, judgements: tuple[Judgement, ...]) -> View:
    """The report with its judgements, and with the causes of its failures."""
    requirements = {one.id: one.requirement for one in judgements}
    found = causes(report.findings, requirements.__getitem__, report.base_url, report.gateway)
    return View(report, judgements, found)


def _judgement(gateway: str, name: str, findings: tuple[Finding, ...], register: RegisterLike) -> Judgement:
    if name not in register.requirements:
        unknown = Requirement(id=name, area=name.partition(".")[0], level=findings[0].level, text="", feature="")
        return Judgement(unknown, findings, (), standing(findings))
    requirement = register.requirement(name)
    cited = citations(gateway, requirement, register)
    if findings:
        requirement = replace(requirement, level=findings[0].level)
    return Judgement(
        requirement,
        findings,
        cited,
        standing(findings),
        _claimed(gateway, requirement),
        profiles.of(requirement.feature),
    )


def _claimed(gateway: str, requirement: Requirement) -> bool:
    """Whether the documents of a gateway claim the feature, and have the operations, of a requirement."""
    contract = _contract(gateway)
    if contract is None:
        return True
    return requirement.feature in contract.features and contract.operations.keys() >= {*requirement.operations}


@cache
def _contract(gateway: str) -> Contract | None:
    """The contract of a gateway; None of one that nobody has described."""
    import gateway_contract

    return gateway_contract.load(gateway) if gateway in ("openai", *gateway_contract.names()) else None


def citations(gateway: str, requirement: Requirement, register: RegisterLike) -> tuple[Citation, ...]:
    """The gateway's own sentences and the public sources; those of other gateways when there is nothing else."""
    claims = register.claims_of(requirement)
    sources = [Citation(one.id, one.title, None, one.url) for one in register.sources_of(requirement)]
    own = [claim for claim in claims if claim.gateway == gateway]
    chosen = own if own or sources else claims
    return (*(Citation(one.id, one.gateway, one.quote, one.address) for one in chosen), *sources)
