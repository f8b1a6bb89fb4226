"""The runs of one gateway over dates: how each went, and what failed or was mended since the one before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.model import Level
from conformance.report.side import Cell, Column, musts_passed
from conformance.report.view import Judgement, Standing, Tone, View

VERSION = re.compile(r"\s+(?:v\d[\w.+-]*|\d+[.-]\d[\w.+-]*)$")
"""A number alone may be part of a name."""
NAMED = 5
"""The most requirements that a cell names."""
HERE = ("localhost", "127.0.0.1", "::1")
HEADER = ("Verdict", "MUST passed", "Causes", "New failures", "Mended")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its date, with the name that the gateway had then, and a cell for each title of `HEADER`."""

    name: str
    cells: tuple[Cell, ...]
    folder: str


@dataclass(frozen=True, slots=True)
class History:
    """What a gateway is called, and its runs, the oldest first."""

    title: str
    runs: tuple[Run, ...]


def histories(columns: Sequence[Column]) -> tuple[History, ...]:
    """The history of each gateway that has several reports."""
    return tuple(_history(title, runs) for title, runs in gateways(columns) if len(runs) > 1)


def latest(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The last run of each gateway."""
    return tuple(runs[-1] for _, runs in gateways(columns))


def gateways(columns: Sequence[Column]) -> list[tuple[str, list[Column]]]:
    """What each gateway is called, and its reports by date.

    Reports are of one gateway when they hold it to the same documents and it has the same name, but for a version at
    its end; without a name, when it has the same address, unless that is on the machine of whoever ran it.
    """
    groups: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        groups.setdefault((column.view.report.gateway, _name(column)), []).append(column)
    ordered = (sorted(group, key=lambda one: one.view.report.started) for group in groups.values())
    return [(VERSION.sub("", runs[-1].view.report.name) or runs[-1].view.report.title, runs) for runs in ordered]


def _name(column: Column) -> str:
    report = column.view.report
    if report.name:
        return VERSION.sub("", report.name).casefold()
    return f"{column.folder} {column.title}" if urlsplit(report.base_url).hostname in HERE else report.base_url


def _history(title: str, columns: Sequence[Column]) -> History:
    known: dict[str, Standing] = {}
    runs = []
    for column in columns:
        runs.append(_run(column, known))
        known |= _settled(column.view)
    return History(title, tuple(runs))


def _settled(view: View) -> dict[str, Standing]:
    """What passed or failed."""
    return {one.id: one.standing for one in view.judgements if one.standing in (Standing.PASSED, Standing.FAILED)}


def _run(column: Column, known: Mapping[str, Standing]) -> Run:
    """A run after those that left each requirement as `known`."""
    view = column.view
    new = [one for one in view.at(Standing.FAILED) if known.get(one.id) is Standing.PASSED]
    mended = [one for one in view.at(Standing.PASSED) if known.get(one.id) is Standing.FAILED]
    broken = Tone.BAD if any(one.level is Level.MUST for one in new) else Tone.UNSURE
    name = f"{view.report.started[:16].replace('T', ' ')} {view.report.name}".strip()
    cells = (
        Cell(view.headline.title, view.headline.tone),
        Cell(musts_passed(view)),
        Cell(str(len(view.causes))),
        Cell(_listed(new) if known else "–", broken if new else None),
        Cell(_listed(mended) if known else "–", Tone.GOOD if mended else None),
    )
    return Run(name, cells, column.folder)


def _listed(judgements: Sequence[Judgement]) -> str:
    """`3: chat.id, chat.model, chat.usage`"""
    names = ", ".join(_worded(judgements[:NAMED]))
    more = f" and {len(judgements) - NAMED} more" if len(judgements) > NAMED else ""
    return f"{len(judgements)}: {names}{more}" if judgements else "0"


def _worded(judgements: Sequence[Judgement]) -> Iterator[str]:
    for one in judgements:
        yield one.id if one.level is Level.MUST else f"{one.id} ({one.level})"
