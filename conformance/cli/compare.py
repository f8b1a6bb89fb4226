"""`compare`: gateways side by side, from their reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.report.side import Column, Comparison

FORMATS = ("terminal", "markdown", "html")
LONGEST = 80
"""The most rows of a table that a page shows unfolded."""
STYLES = {"good": "green", "bad": "red", "unsure": "yellow"}


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "compare",
        help="gateways side by side",
        description="Compares reports: profiles, causes, the requirements that differ, cost and speed.",
        allow_abbrev=False,
    )
    parser.add_argument("reports", metavar="REPORT", nargs="+", type=Path, help="a report.json, or its folder")
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="default: terminal")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: standard output")


def main(args: argparse.Namespace) -> int:
    """Compares to the file, or to standard output."""
    from conformance.report.side import compare

    comparison = compare(columns(args.reports))
    if args.output is None:
        _write(comparison, args.format, sys.stdout)
        return 0
    try:
        with args.output.open("w", encoding="utf-8") as stream:
            _write(comparison, args.format, stream)
    except OSError as error:
        hint = "give -o a file in a folder that exists"
        raise UsageError(f"cannot write {args.output}: {error.strerror}", hint) from None
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


def _write(comparison: Comparison, name: str, stream: TextIO) -> None:
    if name == "terminal":
        _show(comparison, stream)
    else:
        stream.write(markdown(comparison) if name == "markdown" else html(comparison))


def _show(comparison: Comparison, stream: TextIO) -> None:
    """Tables no wider than the terminal; on a pipe as wide as they are."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from conformance.report.inert import inert

    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = 60 + 40 * len(comparison.columns)
    for title, rows in comparison.tables:
        if rows:
            table = Table(title=title, title_justify="left", title_style="bold")
            for name in ("", *(column.title for column in comparison.columns)):
                table.add_column(Text(inert(name)), overflow="fold")
            for row in rows:
                cells = (Text(inert(cell.text), STYLES.get(str(cell.tone), "")) for cell in row.cells)
                table.add_row(Text(inert(row.name)), *cells)
            console.print(table)


def markdown(comparison: Comparison) -> str:
    """The tables as GitHub-flavoured Markdown."""
    from conformance.report.inert import inert
    from conformance.report.markdown import plain, prose

    parts = ["# Gateways side by side"]
    header = ["", *(plain(column.title) for column in comparison.columns)]
    for title, rows in comparison.tables:
        if rows:
            lines = [[prose(row.name), *(plain(cell.text) for cell in row.cells)] for row in rows]
            table = [header, ["---"] * len(header), *lines]
            parts += [f"## {title}", "\n".join(f"| {' | '.join(line)} |" for line in table)]
    return inert("\n\n".join(parts), None) + "\n"


def html(comparison: Comparison, linked: bool = False) -> str:
    """The tables as one page; `linked` to the pages of a site."""
    from conformance.report.pages import page

    return page("compare.html.jinja", comparison=comparison, linked=linked, longest=LONGEST)
