"""A report made by hand: every verdict on every level, cases, an expected failure, and answers full of markup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance import register
from conformance.model import Claim, Counts, Evidence, Finding, Level, Report, Requirement, Verdict
from conformance.report.view import View, view

HOSTILE = "<script>alert('x')</script> a|b `tick` \x00 & done"


@dataclass(frozen=True)
class Source:
    id: str
    title: str
    url: str


@dataclass(frozen=True)
class Register:
    """The part of the register that reports and commands need."""

    requirements: dict[str, Requirement]
    claims: dict[str, Claim] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    checks_by_id: dict[str, Callable[..., None]] = field(default_factory=dict)

    def requirement(self, name: str) -> Requirement:
        return register.Register.requirement(self, name)  # type: ignore[arg-type]

    def covering(self, claim: str) -> tuple[Requirement, ...]:
        return tuple(one for one in self.requirements.values() if claim in one.claims)

    def checks(self) -> dict[str, Callable[..., None]]:
        return self.checks_by_id

    def claims_of(self, requirement: Requirement) -> tuple[Claim, ...]:
        return tuple(self.claims[name] for name in requirement.claims)

    def sources_of(self, requirement: Requirement) -> tuple[Source, ...]:
        return tuple(self.sources[name] for name in requirement.sources)


def requirement(name: str, level: Level = Level.MUST, **fields: tuple[str, ...]) -> Requirement:
    area = name.partition(".")[0]
    return Requirement(name, area, level, f"The gateway keeps {name}.", area, **fields)


def evidence(response: str = '{"id": "x"}') -> Evidence:
    curl = 'curl https://gateway.test/v1/models -H "Authorization: Bearer $GATEWAY_API_KEY"'
    return Evidence(7, curl, "GET /v1/models", f"HTTP/1.1 200 OK\ncontent-type: application/json\n\n{response}")


REGISTER = Register(
    {
        one.id: one
        for one in (
            *(requirement(f"chat.{level.lower()}.{verdict}", level) for level in Level for verdict in Verdict),
            requirement("models.cited", claims=("ONE-1", "TWO-1"), sources=("public",), operations=("listModels",)),
            requirement("models.expected"),
            requirement("models.hostile"),
            requirement("models.later", Level.SHOULD),
        )
    },
    {
        "ONE-1": Claim("ONE-1", "one", "Models are listed.", "", "", Level.MUST, "https://one.test/docs"),
        "TWO-1": Claim("TWO-1", "two", "All models are there.", "", "", Level.MUST, "https://two.test/docs"),
    },
    {"public": Source("public", "The public reference", "https://public.test/reference")},
)

FINDINGS = (
    *(
        Finding(f"chat.{level.lower()}.{verdict}", level, verdict, "" if verdict == "passed" else f"it is {verdict}")
        for level in Level
        for verdict in Verdict
    ),
    Finding("models.cited", Level.MUST, Verdict.PASSED, case="first", duration=0.25),
    Finding("models.cited", Level.MUST, Verdict.FAILED, "expected a list", "second", evidence=(evidence(),)),
    Finding("models.expected", Level.MUST, Verdict.FAILED, "as ever", expected="ticket 12"),
    Finding("models.expected", Level.MUST, Verdict.PASSED, case="other"),
    Finding("models.hostile", Level.MUST, Verdict.FAILED, HOSTILE, HOSTILE, evidence=(evidence(HOSTILE),)),
)


def report(findings: tuple[Finding, ...] = FINDINGS, gateway: str = "one") -> Report:
    return Report(
        base_url="https://gateway.test/v1",
        gateway=gateway,
        model="gpt-4o-mini",
        started="2026-02-03T04:05:06.789+00:00",
        wall_time=12.5,
        seed=0,
        versions={"gateway-conformance": "0.1.0", "python": "3.11.9"},
        counts=Counts(140, 2345, 678),
        findings=findings,
        settings={"feature": ["chat"], "level": None, "concurrency": 2, "timeout": 60.0},
    )


def shown() -> View:
    return view(report(), REGISTER)


def clean() -> View:
    """A report without failures."""
    names = list(REGISTER.requirements.values())
    return view(report(tuple(Finding(one.id, one.level, Verdict.PASSED) for one in names)), REGISTER)
