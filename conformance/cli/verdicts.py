"""The verdicts of a run for a terminal: every failure in full, and last, in a screen, its causes and profiles."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from textwrap import indent
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

from conformance.model import Level, Report
from conformance.report import scripts
from conformance.report.causes import Cause
from conformance.report.inert import inert
from conformance.report.view import Conformity, Judgement, Standing, Tone, View, expected_failure, view

if TYPE_CHECKING:
    from rich.console import Console

Line = tuple[str, str]
"""A line and its style."""
STYLES = {Tone.GOOD: "bold green", Tone.BAD: "bold red", Tone.UNSURE: "bold yellow"}
LEVELS = {Level.MUST: "bold red", Level.SHOULD: "yellow", Level.MAY: "cyan"}
SCREEN = 60
"""The lines of a screen, where there is no terminal that has a height."""
FEWEST = 3
"""So many causes are shown on a screen of any height."""
NAMED = 4
"""The most requirements, or places, that a line names."""


def text(report: Report) -> str:
    """Each failed MUST and how to reproduce it, other failures on a line each, the causes, profiles, the headline."""
    from conformance import register

    stream = StringIO()
    show(view(report, register.load()), stream)
    return stream.getvalue()


def show(view: View, stream: TextIO) -> None:
    """Writes the same as `text`, in colour and no wider than the terminal where the stream is one."""
    console = _console(stream)
    for line, style in _lines(view):
        for part in inert(line).split("\n"):
            _print(console, part, style)


def show_briefly(view: View, stream: TextIO) -> None:
    """A line for each cause, the worst first, and the verdict."""
    console = _console(stream)
    for one in view.causes:
        _print(console, inert(f"{one.level}, {_count(one)}: {one.title}"), LEVELS[one.level])
    _print(console, _headline(view), STYLES[view.headline.tone])


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, markup=False, emoji=False, highlight=False)


def _print(console: Console, line: str, style: str) -> None:
    """A line; on a terminal wrapped at its words, elsewhere left as long as it is."""
    from rich.text import Text

    if not console.is_terminal:
        console.file.write(f"{line}\n")
        return
    margin = len(line) - len(line.lstrip())
    for row in Text(line.strip(), style).wrap(console, max(console.width - margin, 20)):
        console.print(Text(" " * margin).append_text(row), soft_wrap=True)


def _lines(view: View) -> Iterator[Line]:
    report = view.report
    for level in Level:
        yield from _failed(view, level)
    for judgement in view.at(Standing.ERRORED):
        yield from [(f"ERRORED {judgement.id}", "magenta"), *((line, "") for line in _messages(judgement)), ("", "")]
    yield (
        f"{report.base_url} held to {report.gateway}, {f'model {report.model}' if report.model else 'without chat'}",
        "bold",
    )
    yield from ((line, "") for line in _routes(view))
    yield "", ""
    end = [*_profiles(view), ("", ""), *((line, "") for line in _table(view)), ("", "")]
    size = shutil.get_terminal_size((0, SCREEN))
    yield from _causes(view.causes, size.lines - len(end) - 4, size.columns)
    yield from end
    yield _headline(view), STYLES[view.headline.tone]
    yield "", ""


def _headline(view: View) -> str:
    return f"{view.headline.title}: {view.headline.detail}"


def _profiles(view: View) -> Iterator[Line]:
    """Those that were judged, each on a line, and the names of the others."""
    judged = [one for one in view.profiles if one.conformity is not Conformity.ABSENT]
    for one in judged:
        style = "red" if one.failed else "green" if one.conformity is Conformity.CONFORMANT else "yellow"
        yield f"{one.title:<40}{one.words}", style
        if one.missing:
            yield f"  open: {_named(one.missing)}", "dim"
    if absent := [one.title for one in view.profiles if one not in judged]:
        yield f"{'nothing judged of:':<40}{', '.join(absent)}", "dim"


def _causes(causes: Sequence[Cause], height: int, width: int) -> Iterator[Line]:
    """What to repair first, as much as a screen holds."""
    if causes:
        yield f"{len(causes)} cause{'' if len(causes) == 1 else 's'}, the worst first:", "bold"
    for place, cause in enumerate(causes):
        lines = list(_cause(place + 1, cause))
        height -= sum(1 + len(text) // (width or len(text) + 1) for text, _ in lines)
        if height < 0 and place >= FEWEST:
            yield f"     and {len(causes) - place} more: see the report", "dim"
            break
        yield from lines
    if causes:
        yield "", ""


def _cause(place: int, cause: Cause) -> Iterator[Line]:
    yield f"{place:>3}. {cause.title}", LEVELS[cause.level]
    if cause.impact:
        yield f"     {cause.impact}", ""
    yield from ((f"     Seen on the same exchange: {one.words}", "") for one in cause.clients)
    if cause.remedy:
        yield f"     Usually helps: {cause.remedy}", "green"
    yield f"     {cause.level}, {_count(cause)}: {_named(cause.requirements)}", "dim"


def _count(cause: Cause) -> str:
    return f"{cause.cost} requirement{'' if cause.cost == 1 else 's'}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _routes(view: View) -> Iterator[str]:
    if view.extra_routes:
        yield f"It has {_places(view.extra_routes)}."
    yield from (f"Not judged: {reason}." for reason in view.route_problems)


def _places(routes: Sequence[str]) -> str:
    """The routes; where they are many, their number and what they begin with."""
    if len(routes) <= NAMED:
        return ", ".join(routes)
    paths = sorted({urlsplit(route.partition(" ")[2]).path.partition("/{")[0] for route in routes})
    outer = [one for one in paths if not one.startswith(tuple(f"{other}/" for other in paths))]
    return f"{len(routes)} optional routes, at {', '.join(outer)}"


def _table(view: View) -> Iterable[str]:
    rows = [["", *Level]]
    for standing in Standing:
        if view.at(standing):
            rows.append([standing, *(str(len(view.at(standing, level))) for level in Level)])
    return [f"{row[0]:<14}" + "".join(f"{cell:>8}" for cell in row[1:]) for row in rows]


def _failed(view: View, level: Level) -> Iterator[Line]:
    for judgement in view.at(Standing.FAILED, level):
        if level == Level.MUST:
            yield f"FAILED {judgement.id}", "bold red"
            yield from ((line, "") for line in _in_full(judgement))
        else:
            messages = "; ".join(line.strip() for line in _messages(judgement))
            yield f"WARNED {judgement.id} ({level}): {messages}", "yellow"
        yield "", ""


def _in_full(judgement: Judgement) -> Iterator[str]:
    yield f"  {judgement.requirement.text}"
    for citation in judgement.citations:
        yield f"  {citation.words} {citation.address}"
    yield from _messages(judgement)
    yield from (f"  decided for this gateway: {line}" for line in judgement.decisions)
    for curl in dict.fromkeys(curl for finding in judgement.notable for curl in finding.curls):
        yield indent(scripts.named(curl), "    ")


def _messages(judgement: Judgement) -> list[str]:
    """Each message once, with the first case that has it."""
    cases: dict[str, str] = {}
    for finding in judgement.notable:
        if not expected_failure(finding):
            cases.setdefault(finding.message, f" [{finding.case}]" if finding.case else "")
    return [f"  →{case} {message}" for message, case in cases.items()]
