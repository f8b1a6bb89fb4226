"""The values of the suite. They are frozen and do no input or output.

A `Claim` is one documented sentence. A `Requirement` is what a gateway must do because of claims or sources. A check
judges a requirement and yields a `Finding`; findings with their target make a `Report`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How binding a requirement is, by RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Harm(StrEnum):
    """What it does to users when a requirement is not met, the worst first."""

    BREAKS = "breaks"
    """A correct program fails."""
    CORRUPTS = "corrupts"
    """A program goes on with something wrong, lost, or not meant for it."""
    MISLEADS = "misleads"
    """An error or a figure is misunderstood."""
    ANNOYS = "annoys"


WORST_FIRST = tuple(Harm)
STRONGEST_FIRST = (Level.MUST, Level.SHOULD, Level.MAY)


class Verdict(StrEnum):
    """The result of a check."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """The situation was never reached: the model did not call the tool, or an earlier defect hides it."""
    UNSUPPORTED = "unsupported"
    """The gateway does not claim the feature, or the target names no fixture for it."""
    ERRORED = "errored"
    """The suite or the network failed, which says nothing about the gateway."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One documented sentence of one gateway. `excluded` is the reason why no request can test it."""

    id: str
    gateway: str
    quote: str
    statement: str
    endpoint: str
    level: Level
    address: str
    excluded: str | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a gateway has to do.

    `fixtures` are keys or models that the target must name for the check to run. A `broad` requirement restates several
    others, so a defect of a detail may fail it too; `restates` names those of them that are about other answers.
    `impact` says in one sentence what it does to users when it is not met, `harm` how bad that is, `remedy` what
    usually helps.
    """

    id: str
    area: str
    level: Level
    text: str
    feature: str
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    broad: bool = False
    restates: tuple[str, ...] = ()
    harm: Harm = Harm.MISLEADS
    impact: str = ""
    remedy: str = ""


COMPARED = 3
"""The most exchanges that a finding carries, unless it tells a history."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One exchange behind a finding: `exchange` is its number in the HAR file, `curl` repeats it without secrets.

    `times` are the seconds until each event of a stream arrived.
    """

    exchange: int
    curl: str
    request: str
    response: str
    times: tuple[float, ...] = ()

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Evidence:
        """The evidence from plain JSON values."""
        return cls(**{**plain, "times": tuple(plain.get("times", ()))})


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one check on one requirement. `case` tells the parametrized variants of a check apart.

    A finding that is not `applicable` is unsupported because the documents demand nothing here, one that is not
    `equipped` because the run was not given what judging takes. `exchanges` are the
    numbers of all exchanges that the check read, `evidence` shows those that the failing demand judged. `decisions` are
    the values in the gateway's `x-gateway`, by dotted name, that a verdict other than `passed` rests on.
    """

    requirement: str
    level: Level
    verdict: Verdict
    message: str = ""
    case: str | None = None
    expected: str | None = None
    exchanges: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    duration: float = 0.0
    applicable: bool = True
    equipped: bool = True
    decisions: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The verdict, except that a failed SHOULD or MAY is `warned` and an expected failure is `known`."""
        if self.verdict is Verdict.FAILED and self.expected:
            return "known"
        if self.verdict is Verdict.FAILED and self.level is not Level.MUST:
            return "warned"
        return self.verdict.value

    @property
    def is_refused(self) -> bool:
        """The target refuses or lacks what is judged: neither the documents nor the run's own equipment explain it."""
        return self.verdict is Verdict.UNSUPPORTED and self.applicable and self.equipped

    @property
    def curls(self) -> list[str]:
        """What repeats the failure: of a comparison each command, of a history the first, which repeats it all."""
        return [one.curl for one in self.evidence[: len(self.evidence) if len(self.evidence) <= COMPARED else 1]]

    def to_plain(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        plain = asdict(self)
        lists = {name: list(plain[name]) for name in ("exchanges", "evidence")}
        for one in lists["evidence"]:
            one["times"] = list(one["times"])
        return {**plain, "level": self.level.value, "verdict": self.verdict.value, **lists}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Finding:
        """The finding that `to_plain` gave."""
        evidence = tuple(Evidence.from_plain(one) for one in plain["evidence"])
        typed = {
            "level": Level(plain["level"]),
            "verdict": Verdict(plain["verdict"]),
            "exchanges": tuple(plain["exchanges"]),
            "evidence": evidence,
        }
        return cls(**{**plain, **typed})


@dataclass(frozen=True, slots=True)
class Counts:
    """The cost of a run. Tokens are the sums that the gateway itself reported in `usage`.

    `first_event` is the median of the seconds until a stream began; None where there was none.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    first_event: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run against one target. Times are ISO 8601 in UTC, `wall_time` is in seconds.

    `routes` are optional routes that the run looked for, those of native protocols by their address, and the models
    that are missing for one; each with the reason why it is not judged, or an empty text. `fields` are those of the
    requests that were sent, by operation: `sent` right, `wrong`, and `untried`.
    `partial` is the reason why the run ended early; empty when it did not. `name` is what people call the gateway, with
    its version, where the caller says so.
    """

    base_url: str
    gateway: str
    model: str
    started: str
    wall_time: float
    seed: int
    versions: dict[str, str]
    counts: Counts
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    settings: dict[str, Any] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    partial: str = ""
    fields: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    name: str = ""

    @property
    def title(self) -> str:
        """What a reader knows the gateway by."""
        return self.name or self.base_url.partition("://")[2].partition("/")[0] or self.gateway
