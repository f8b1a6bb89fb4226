"""`site`: a folder of reports as static pages: side by side, one for each gateway, and one for each requirement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.errors import UsageError
from gateway_contract import commandline
from gateway_contract.commandline import ARGUMENTS, OUTPUT, argument, option, output, path

if TYPE_CHECKING:
    from conformance.report.side import Column


@commandline.command(
    "site",
    help="Writes pages from a folder of reports: the last one of each gateway side by side, its history, each report, "
    "and each requirement.",
    examples={ARGUMENTS: "gateway-conformance site reports --output public"},
)
@argument("reports", metavar="FOLDER", type=path, help="a folder with a folder for each report")
@option(
    "--output", "folder", metavar="DIR", type=path, required=True, section=OUTPUT, help="where the pages are written"
)
@output(quiet="print nothing")
def command(reports: Path, folder: Path, quiet: bool) -> int:
    """Writes the pages, and says how many."""
    from conformance.cli import compare

    paths = sorted(one.parent for one in reports.rglob("report.json")) if reports.is_dir() else []
    if not paths:
        raise UsageError(f"no report.json below {reports}", "give the folder in which the folders of reports are")
    columns = list(_with_folders(compare.columns(paths)))
    number = 0
    try:
        for name, text in _pages(columns):
            page = folder / name
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
            number += 1
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}", "give --output a folder") from None
    if not quiet:
        print(f"{number} files about {len(columns)} reports: {folder / 'index.html'}")
    return 0


def _with_folders(columns: Sequence[Column]) -> Iterator[Column]:
    """The columns with folders of their own, in letters that an address can have."""
    taken: set[str] = set()
    for column in columns:
        name = slug = quote(column.folder.lower().replace(" ", "-"), safe="").replace("%", "-") or "gateway"
        while slug in taken:
            slug = f"{name}-{len(taken)}"
        taken.add(slug)
        yield replace(column, folder=slug)


def _pages(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """The name and the text of every page."""
    from conformance.cli import compare
    from conformance.report import render
    from conformance.report.history import histories, latest
    from conformance.report.side import compare as side_by_side

    current = latest(columns)
    yield "index.html", compare.html(side_by_side(current), histories(columns), linked=True)
    for column in columns:
        view = replace(column.view, report=replace(column.view.report, name=column.title))
        yield f"gateways/{column.folder}/index.html", render("html", view)
        yield f"gateways/{column.folder}/badge.svg", render("badge", column.view)
    yield from _requirements(current)


def _requirements(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """Who fails a requirement, and how."""
    from conformance.report.pages import page
    from conformance.report.side import standing_of

    tables = [{one.id: one for one in column.view.judgements} for column in columns]
    names = dict.fromkeys(name for table in tables for name in table)
    for name in names:
        worded = next(table[name] for table in tables if name in table)
        stands = [
            (column, standing_of(table.get(name)), table.get(name))
            for column, table in zip(columns, tables, strict=True)
        ]
        yield f"requirements/{quote(name, safe='')}.html", page("requirement.html.jinja", worded=worded, stands=stands)
    failing = [(name, sum(_fails(table, name) for table in tables)) for name in names]
    yield "requirements/index.html", page("requirements.html.jinja", failing=failing, number=len(columns))


def _fails(table: dict[str, Any], name: str) -> bool:
    return name in table and table[name].standing == "failed"
