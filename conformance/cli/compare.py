"""`compare`: gateways side by side, from their reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from conformance.cli import options
from conformance.report.side import LEGEND
from gateway_contract import commandline
from gateway_contract.commandline import ARGUMENTS, OUTPUT, argument, option, output, path

if TYPE_CHECKING:
    from conformance.report.history import History
    from conformance.report.side import Cell, Column, Comparison

    Table = tuple[str, tuple[str, ...], Sequence[tuple[str, tuple[Cell, ...]]]]

FORMATS = ("terminal", "markdown", "html", "json")
LONGEST = 80
"""The most rows of a table that a page shows unfolded."""
STYLES = {"good": "green", "bad": "red", "unsure": "yellow"}


@commandline.command(
    "compare",
    help="Compares reports: profiles, causes, the requirements that differ, cost and speed; of one gateway, what "
    "failed and was mended from one report to the next.",
    examples={
        ARGUMENTS: "gateway-conformance compare reports/one reports/two",
        OUTPUT: "gateway-conformance compare reports/* --format html -o compare.html",
    },
)
@argument("reports", metavar="REPORT...", nargs=-1, required=True, type=path, help="a report.json, or its folder")
@option("--format", type=click.Choice(FORMATS), default="terminal", section=OUTPUT, help="default: terminal")
@option("-o", "--output", metavar="FILE", type=path, section=OUTPUT, help="default: standard output")
@output(json="the same as --format json")
def command(reports: tuple[Path, ...], format: str, output: Path | None, json: bool) -> int:
    """Compares to the file, or to standard output."""
    from conformance.report.history import histories
    from conformance.report.side import compare

    known = columns(reports)
    comparison, past = compare(known), histories(known)
    with options.written(output) as stream:
        _write(comparison, past, "json" if json else format, stream)
    return 0


def columns(paths: Sequence[Path]) -> list[Column]:
    """The reports; each is called by its name, else by that of its folder, and with its date where these are equal."""
    from conformance.report import read_view
    from conformance.report.side import Column

    views = [read_view(path) for path in paths]
    folders = [(path if path.is_dir() else path.parent).resolve().name for path in paths]
    titles = [view.report.name or folder for view, folder in zip(views, folders, strict=True)]
    dated = [
        f"{title} {view.report.started[:16].replace('T', ' ')}" if titles.count(title) > 1 else title
        for title, view in zip(titles, views, strict=True)
    ]
    return [Column(title, view, folder) for title, view, folder in zip(dated, views, folders, strict=True)]


def _write(comparison: Comparison, past: Sequence[History], name: str, stream: TextIO) -> None:
    if name == "terminal":
        _show(comparison, past, stream)
    else:
        stream.write({"markdown": markdown, "html": html, "json": as_json}[name](comparison, past))


def _show(comparison: Comparison, past: Sequence[History], stream: TextIO) -> None:
    """Tables no wider than the terminal, or than COLUMNS; elsewhere as wide as they are."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from conformance.report.inert import inert

    tables = _tables(comparison, past)
    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = 60 + 40 * max(len(header) for _, header, _ in tables)
    for title, header, rows in tables:
        table = Table(title=Text(inert(title)), title_justify="left", title_style="bold")
        for name in ("", *header):
            table.add_column(Text(inert(name)), overflow="fold")
        for name, cells in rows:
            table.add_row(
                Text(inert(name)), *(Text(inert(cell.text), STYLES.get(str(cell.tone), "")) for cell in cells)
            )
        console.print(table)
    legend = Table(title="Legend", title_justify="left", title_style="bold", show_header=False, box=None)
    for entry in LEGEND:
        legend.add_row(*entry)
    console.print(legend)


def _tables(comparison: Comparison, past: Sequence[History]) -> list[Table]:
    """The tables that have rows, and the histories after the first: the title, the header, and the rows of each."""
    from conformance.report.history import HEADER

    titles = tuple(column.title for column in comparison.columns)
    tables = [(title, titles, [(row.title, row.cells) for row in rows]) for title, rows in comparison.tables if rows]
    histories = [(f"History of {one.title}", HEADER, [(run.name, run.cells) for run in one.runs]) for one in past]
    return [*tables[:1], *histories, *tables[1:]]


def markdown(comparison: Comparison, past: Sequence[History]) -> str:
    """The tables as GitHub-flavoured Markdown."""
    from conformance.report.inert import inert
    from conformance.report.markdown import plain, prose

    parts = ["# Gateways side by side"]
    for title, header, rows in _tables(comparison, past):
        lines = [[prose(name), *(plain(cell.text) for cell in cells)] for name, cells in rows]
        table = [["", *map(plain, header)], ["---"] * (len(header) + 1), *lines]
        parts += [f"## {plain(title)}", "\n".join(f"| {' | '.join(line)} |" for line in table)]
    parts += ["## Legend", "\n".join(f"- {words}: {meaning}" for words, meaning in LEGEND)]
    return inert("\n\n".join(parts), None) + "\n"


def as_json(comparison: Comparison, past: Sequence[History]) -> str:
    """The tables for programs: each with its title, its columns, and its rows, which begin with what they are about."""
    plain = [
        {"title": title, "columns": header, "rows": [[name, *(one.text for one in cells)] for name, cells in rows]}
        for title, header, rows in _tables(comparison, past)
    ]
    return options.as_json({"tables": plain}) + "\n"


def html(comparison: Comparison, past: Sequence[History], linked: bool = False) -> str:
    """The tables as one page; `linked` to the pages of a site."""
    from conformance.report.history import HEADER
    from conformance.report.pages import page

    values = {
        "legend": LEGEND,
        "comparison": comparison,
        "past": past,
        "header": HEADER,
        "linked": linked,
        "longest": LONGEST,
    }
    return page("compare.html.jinja", **values)
