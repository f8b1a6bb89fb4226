"""`diff`: compares two reports. Exits with 1 when a MUST broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.cli import options
from conformance.model import Level
from gateway_contract import commandline
from gateway_contract.commandline import ARGUMENTS, OUTPUT, argument, output, path

if TYPE_CHECKING:
    from conformance.report.view import Judgement, View


class Kind(StrEnum):
    """How a requirement changed."""

    BROKEN = "broken"
    LOST = "lost"
    """It passed, and is refused or gone now."""
    FIXED = "fixed"
    NEW = "new"
    """Only the second report judges it."""
    GONE = "gone"
    """Only the first report judges it."""
    CHANGED = "changed"
    """Another standing, neither broken nor fixed."""


ONE_SIDED = {Kind.NEW: "only the second report judges", Kind.GONE: "only the first report judges"}
FEW = 4
"""With more requirements that only one report judges, they are one line."""


BROKEN = ("failed", "errored")
"""How a requirement stands that can be fixed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement whose standing changed. None means that the report does not judge it.

    `reason` is why it stands so now, `cause` what that comes from.
    """

    id: str
    before: str | None
    after: str | None
    level: Level = Level.MUST
    reason: str = ""
    cause: str = ""
    is_refused: bool = False
    """The second target refuses what is judged."""

    @property
    def kind(self) -> Kind:
        """The kind of the change."""
        if self.before is None:
            return Kind.NEW
        if self.after is None:
            return Kind.GONE
        if self.after == "failed":
            return Kind.BROKEN
        if self.before == "passed" and self.is_refused:
            return Kind.LOST
        return Kind.FIXED if self.after == "passed" and self.before in BROKEN else Kind.CHANGED

    @property
    def is_regression(self) -> bool:
        """Whether a MUST broke or is refused now: what is only recommended warns."""
        return self.kind in (Kind.BROKEN, Kind.LOST) and self.level is Level.MUST


@commandline.command(
    "diff",
    help="Shows the requirements whose verdict changed from A to B; exits with 1 when a MUST broke or went.",
    examples={
        ARGUMENTS: "gateway-conformance diff baseline.json report",
        OUTPUT: "gateway-conformance diff baseline.json report --quiet",
    },
)
@argument("before", metavar="A", type=path, help="a report.json, or the folder that holds it")
@argument("after", metavar="B", type=path, help="a later one")
@output(quiet="only how many changed, by kind", json="print JSON")
def command(before: Path, after: Path, quiet: bool, json: bool) -> int:
    """Prints the changes by kind."""
    from conformance.report import read_view

    differences = list(changes(read_view(before), read_view(after)))
    counts = {str(kind): number for kind in Kind if (number := sum(change.kind == kind for change in differences))}
    is_worse = any(change.is_regression for change in differences)
    if json:
        entries = [{"kind": str(change.kind), **asdict(change), "level": str(change.level)} for change in differences]
        print(options.as_json({"regression": is_worse, "counts": counts, "changes": entries}))
        return int(is_worse)
    if not quiet:
        _show(differences)
    print(", ".join(f"{number} {kind}" for kind, number in counts.items()) or "no verdict changed")
    return int(is_worse)


def _show(differences: Sequence[Change]) -> None:
    from conformance.report.inert import inert

    for kind in Kind:
        alike = [change for change in differences if change.kind == kind]
        if kind in ONE_SIDED and len(alike) > FEW:
            print(f"{kind:<8} {_together(alike)}")
            continue
        for change in alike:
            print(f"{kind:<8} {change.id}: {change.before or 'not judged'} → {change.after or 'not judged'}")
            print(inert("\n".join(f"         {line}" for line in _explained(change))))


def _together(alike: Sequence[Change]) -> str:
    """Requirements that only one report judges, with how they stand there."""
    standings = Counter(change.after or change.before for change in alike)
    stand = ", ".join(f"{number} {standing}" for standing, number in standings.most_common())
    return f"{len(alike)} requirements that {ONE_SIDED[alike[0].kind]}: {stand}"


def _explained(change: Change) -> Iterator[str]:
    """The level with the reason, and the cause of a failure."""
    yield f"{change.level}: {change.reason}" if change.reason else str(change.level)
    if change.cause:
        yield f"cause: {change.cause}"


def changes(before: View, after: View) -> Iterator[Change]:
    """The requirements whose standing changed."""
    old, new = _standings(before), _standings(after)
    judgements = {one.id: one for view in (before, after) for one in view.judgements if one.findings}
    causes = {name: one.title for one in after.causes for name in one.requirements}
    refused = {one.id for one in after.judgements if one.findings and all(each.is_refused for each in one.findings)}
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            level, reason = judgements[name].level, _reason(judgements[name]) if name in new else ""
            yield Change(name, old.get(name), new.get(name), level, reason, causes.get(name, ""), name in refused)


def _reason(judgement: Judgement) -> str:
    """The first message that did not pass."""
    messages = (" ".join(one.message.split()) for one in judgement.notable)
    return next((text for text in messages if text), "")


def _standings(view: View) -> dict[str, str]:
    """The standing of each requirement that was judged."""
    return {one.id: str(one.standing) for one in view.judgements if one.findings}
