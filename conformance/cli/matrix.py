"""`matrix`: how far the documents of the gateways lie apart.

The suite judges, as each gateway, the reference server that plays each other one. The server keeps every word of the
documents that it plays, so what fails off the diagonal is a difference between two gateways' documents.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import ConformanceError, UsageError

if TYPE_CHECKING:
    from conformance.model import Report

INTRODUCTION = """\
# Distance between the documents

Each row is a gateway whose documents are demanded, each column one whose documents the reference server keeps. A cell
counts the requirements that fail there: MUST, and SHOULD and MAY after the plus sign. The diagonal has to be 0, and
then every other number is a difference between the documents of two gateways. Written by `gateway-conformance matrix`.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What fails when `server` is held to the documents of `suite`, by requirement, and whether `server` claims it.

    `errored` are requirements that could not be judged.
    """

    suite: str
    server: str
    failed: dict[str, str]
    levels: dict[str, str]
    claimed: dict[str, bool]
    errored: tuple[str, ...]

    @property
    def words(self) -> str:
        """`12 + 3`: failed MUST, and the others."""
        counts = Counter(self.levels[name] == "MUST" for name in self.failed)
        return f"{counts[True]} + {counts[False]}" if counts[False] else str(counts[True])


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "matrix",
        help="show how far the documents of the gateways lie apart",
        description="Judges, as each gateway, the reference server that plays each other one.",
        epilog="Exit codes: 0 nothing fails on the diagonal, 1 something does.",
        allow_abbrev=False,
    )
    parser.add_argument("--output", metavar="DIR", type=Path, help="write matrix.md and matrix.json into this folder")


def main(args: argparse.Namespace) -> int:
    """Judges every pair, prints the table, and writes the files that are asked for."""
    if args.output and not args.output.is_dir():
        raise UsageError(f"{args.output} is no folder", "give --output a folder that exists")
    found = cells()
    print(table(found))
    if args.output:
        (args.output / "matrix.md").write_text(markdown(found), encoding="utf-8")
        (args.output / "matrix.json").write_text(as_json(found), encoding="utf-8")
    return 1 if any(cell.suite == cell.server and (cell.failed or cell.errored) for cell in found) else 0


def cells() -> list[Cell]:
    """Every pair of gateways."""
    import openapi
    from conformance import reference, runner

    names = ("openai", *openapi.names())
    found = []
    for server in names:
        with reference.serving(server) as served:
            for suite in names:
                report = runner.judge(base_url=served.base_url, gateway=suite, target=reference.FIXTURES).report
                found.append(_cell(suite, server, report))
    return sorted(found, key=lambda cell: (names.index(cell.suite), names.index(cell.server)))


def _cell(suite: str, server: str, report: Report) -> Cell:
    import openapi
    from conformance import register
    from conformance.model import Verdict

    if not report.findings:
        raise ConformanceError(f"nothing was judged: {suite} against {server}")
    contract = openapi.load(server)
    failed = {one.requirement: one.message for one in report.findings if one.verdict is Verdict.FAILED}
    demanded = {name: register.load().requirement(name) for name in failed}
    return Cell(
        suite,
        server,
        failed,
        {name: str(one.level) for name, one in demanded.items()},
        {
            name: one.feature in contract.features and set(one.operations) <= set(contract.operations)
            for name, one in demanded.items()
        },
        tuple(one.requirement for one in report.findings if one.verdict is Verdict.ERRORED),
    )


def table(found: list[Cell]) -> str:
    """The numbers, as a table of Markdown."""
    from conformance.report.markdown import table as markdown_table

    names = list(dict.fromkeys(cell.suite for cell in found))
    words = {(cell.suite, cell.server): cell.words for cell in found}
    rows = [[f"held to {suite}", *(words[suite, server] for server in names)] for suite in names]
    return markdown_table(["", *(f"plays {name}" for name in names)], rows)


def markdown(found: list[Cell]) -> str:
    """The numbers, and below them what each pair differs in."""
    parts = [INTRODUCTION, table(found)]
    for cell in found:
        if cell.failed:
            parts += [f"## {cell.server}, held to {cell.suite}", *_differences(cell)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _differences(cell: Cell) -> list[str]:
    unclaimed = [f"`{name}`" for name in sorted(cell.failed) if not cell.claimed[name]]
    decided = [name for name in sorted(cell.failed) if cell.claimed[name]]
    parts = []
    if unclaimed:
        parts.append(f"{cell.server} does not document: {', '.join(unclaimed)}.")
    if decided:
        from conformance.report.markdown import plain

        lines = [f"- `{name}` ({cell.levels[name]}): {plain(cell.failed[name])}" for name in decided]
        parts.append("Both document it, and differently:\n\n" + "\n".join(lines))
    return parts


def as_json(found: list[Cell]) -> str:
    """Every pair as plain values."""
    plain = [
        {
            "held_to": cell.suite,
            "plays": cell.server,
            "failed": [
                {"requirement": name, "level": cell.levels[name], "claimed": cell.claimed[name]}
                for name in sorted(cell.failed)
            ],
        }
        for cell in found
    ]
    return json.dumps(plain, indent=1) + "\n"
