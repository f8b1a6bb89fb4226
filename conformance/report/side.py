"""Several reports side by side: profiles, causes, the requirements in which they differ, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.model import STRONGEST_FIRST, Level
from conformance.report.causes import Cause, rank
from conformance.report.signs import QUOTED, VARYING
from conformance.report.view import Conformity, Judgement, Standing, Standings, Tone, View

WORDS = {Standing.INCONCLUSIVE: "open", Standing.UNSUPPORTED: "–", Standing.UNJUDGED: "–", Standing.EXPECTED: "known"}
"""How a table says some standings."""
LEGEND = (
    ("passed, failed", "the verdict on a requirement"),
    ("open", "nothing could be decided: the situation was not reached"),
    ("known", "a failure that the target file expects"),
    ("–", "nothing was judged: the gateway does not have it, or nobody asked for it"),
    ("MUST, 3", "a cause, its level, and how many requirements it costs"),
    ("12 of 14", "so many MUST passed of those that were judged"),
)
"""What the cells of the tables mean."""


@dataclass(frozen=True, slots=True)
class Column:
    """One report: what its gateway is called, and the name of its folder on a site."""

    title: str
    view: View
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one gateway has in a row, and how good the news is."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what it is about, what that does to users, a cell for each gateway, and the level of a requirement."""

    name: str
    cells: tuple[Cell, ...]
    note: str = ""
    level: str = ""

    @property
    def title(self) -> str:
        """`chat.id (MUST)`, or the name alone."""
        return f"{self.name} ({self.level})" if self.level else self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tables that compare gateways, each a title with its rows."""

    columns: tuple[Column, ...]
    tables: tuple[tuple[str, tuple[Row, ...]], ...]


def compare(columns: Sequence[Column]) -> Comparison:
    """The reports side by side."""
    tables = {
        "At a glance": _glance(columns),
        "Profiles": _profiles(columns),
        "Causes": _causes(columns),
        "Requirements in which they differ": _differing(columns),
    }
    return Comparison(tuple(columns), tuple((title, tuple(rows)) for title, rows in tables.items()))


def _glance(columns: Sequence[Column]) -> Iterator[Row]:
    views = [column.view for column in columns]
    yield Row("Verdict", tuple(Cell(one.headline.title, one.headline.tone) for one in views))
    yield Row("MUST passed", tuple(Cell(musts_passed(one)) for one in views))
    yield Row("Causes that break a MUST", tuple(_count(sum(_is_must(c) for c in one.causes)) for one in views))
    yield Row("All causes", tuple(Cell(str(len(one.causes))) for one in views))
    yield Row("Held to", tuple(Cell(one.report.gateway) for one in views))
    yield Row("Judged on", tuple(Cell(one.report.started[:10]) for one in views))
    counts = [one.report.counts for one in views]
    yield Row("Requests", tuple(Cell(f"{one.requests:,}") for one in counts))
    yield Row("Tokens", tuple(Cell(f"{one.prompt_tokens + one.completion_tokens:,}") for one in counts))
    times = [one.first_event for one in counts]
    yield Row("Time until a stream begins", tuple(Cell("–" if t is None else f"{t * 1000:.0f} ms") for t in times))


def musts_passed(view: View) -> str:
    """`118 of 120`, of those that the gateway offers and the run came to."""
    musts = [one for one in view.judgements if one.level is Level.MUST and one.offered]
    unjudged = sum(one.standing is Standing.UNJUDGED for one in musts)
    passed = f"{sum(one.standing is Standing.PASSED for one in musts)} of {len(musts) - unjudged}"
    return f"{passed}; {unjudged} not run" if unjudged else passed


def _count(number: int) -> Cell:
    return Cell(str(number), Tone.BAD if number else Tone.GOOD)


def _is_must(cause: Cause) -> bool:
    return cause.level is Level.MUST


def _profiles(columns: Sequence[Column]) -> Iterator[Row]:
    """Each profile that one of them claims."""
    known = [{one.name: one for one in column.view.profiles} for column in columns]
    for name in dict.fromkeys(name for table in known for name in table):
        entries = [table.get(name) for table in known]
        title = next(one.title for one in entries if one)
        if all(one is None or one.conformity is Conformity.ABSENT for one in entries):
            continue
        cells = (Cell("–") if one is None else Cell(_share(one), _tone(one)) for one in entries)
        yield Row(title, tuple(cells))


def _share(profile: Standings) -> str:
    """`conformant`, or `12 of 14, 1 failed`."""
    if profile.conformity is not Conformity.PARTIAL:
        return "–" if profile.conformity is Conformity.ABSENT else str(profile.conformity)
    return profile.share.replace(" MUST", "")


def _tone(profile: Standings) -> Tone | None:
    if profile.conformity is Conformity.ABSENT:
        return None
    return Tone.BAD if profile.failed else Tone.GOOD if profile.conformity is Conformity.CONFORMANT else Tone.UNSURE


def _causes(columns: Sequence[Column]) -> Iterator[Row]:
    """Each cause that one of them has, the worst first; causes that differ only in numbers and names are one row."""
    tables = [{_shape(one): one for one in column.view.causes} for column in columns]
    worst: dict[str, Cause] = {}
    for table in tables:
        for shape, cause in table.items():
            worst.setdefault(shape, cause)
    for shape in sorted(worst, key=lambda one: (-sum(one in table for table in tables), rank(worst[one]))):
        cells = (_cause(table[shape]) if shape in table else Cell("") for table in tables)
        yield Row(worst[shape].title, tuple(cells), worst[shape].impact)


def _shape(cause: Cause) -> str:
    return VARYING.sub("#", QUOTED.sub("*", cause.title))


def _cause(cause: Cause) -> Cell:
    return Cell(f"{cause.level}, {cause.cost}", Tone.BAD if _is_must(cause) else Tone.UNSURE)


def _differing(columns: Sequence[Column]) -> Iterator[Row]:
    """Each requirement that one of them fails and another does not, the strongest level first."""
    tables = [{one.id: one for one in column.view.judgements} for column in columns]
    names = dict.fromkeys(name for table in tables for name in table)
    for level in STRONGEST_FIRST:
        for name in names:
            entries = [table.get(name) for table in tables]
            worded = next(one for one in entries if one)
            if worded.level is level and _differ(entries):
                yield Row(name, tuple(map(standing_of, entries)), worded.requirement.impact, level)


def _differ(entries: Iterable[Judgement | None]) -> bool:
    standings = {one.standing if one else None for one in entries}
    return Standing.FAILED in standings and len(standings) > 1


def standing_of(judgement: Judgement | None) -> Cell:
    """How a requirement stands, in a word."""
    if judgement is None:
        return Cell("–")
    tones = {Standing.PASSED: Tone.GOOD, Standing.FAILED: Tone.BAD if judgement.level is Level.MUST else Tone.UNSURE}
    return Cell(WORDS.get(judgement.standing, str(judgement.standing)), tones.get(judgement.standing))
