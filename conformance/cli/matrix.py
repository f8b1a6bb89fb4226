"""`matrix`: how much the documents of the gateways differ.

The suite judges, as each gateway, the reference server that plays each other one. The server follows the documents that
it plays exactly, so a failure off the diagonal is a difference between the documents of two gateways.
"""

from __future__ import annotations

import json as codec
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.cli.differences import Difference
from conformance.errors import ConformanceError, UsageError
from gateway_contract import commandline
from gateway_contract.commandline import OUTPUT, option, output, path

if TYPE_CHECKING:
    from conformance.model import Report

INTRODUCTION = """\
# Distance between the documents

Each row is a gateway whose documents are demanded, each column one whose documents the reference server keeps. A cell
counts the requirements that fail there: MUST, and SHOULD and MAY after the plus sign. The diagonal has to be 0, and
whatever fails elsewhere has to be explained by a place in which the documents differ. Of two values, the first is that
of the documents that are demanded. Written by `gateway-conformance matrix`.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What fails when `server` is judged by the documents of `suite`. `errored` are requirements without a verdict."""

    suite: str
    server: str
    differences: tuple[Difference, ...]
    errored: tuple[str, ...]

    @property
    def words(self) -> str:
        """`12 + 3`: failed MUST, and the others."""
        counts = Counter(one.level == "MUST" for one in self.differences)
        return f"{counts[True]} + {counts[False]}" if counts[False] else str(counts[True])

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The failures that no difference between the documents explains: on the diagonal, all of them."""
        same = self.suite == self.server
        failed = [one.requirement for one in self.differences if same or (one.documented and not one.reasons)]
        return (*failed, *self.errored)


@commandline.command(
    "matrix",
    help="Judges, as each gateway, the reference server that plays each other one.",
    epilog="Exit codes: 0 every failure is a difference between documents, 1 one is not.",
    examples={OUTPUT: "gateway-conformance matrix --output reports"},
)
@option(
    "--output",
    "folder",
    metavar="DIR",
    type=path,
    section=OUTPUT,
    help="write matrix.md and matrix.json into this folder",
)
@output(quiet="only what the documents do not explain", json="print the content of matrix.json")
def command(folder: Path | None, quiet: bool, json: bool) -> int:
    """Judges every pair, prints the table, and writes the files that are asked for."""
    if folder and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "give --output a folder that exists")
    results = cells()
    if not quiet:
        print(as_json(results) if json else table(results))
    if folder:
        (folder / "matrix.md").write_text(markdown(results), encoding="utf-8")
        (folder / "matrix.json").write_text(as_json(results), encoding="utf-8")
    unexplained = [(cell, name) for cell in results for name in cell.unexplained]
    for cell, name in unexplained:
        text = f"not explained by the documents: {name} of {cell.suite} fails on {cell.server}"
        print(text, file=sys.stderr if json else sys.stdout)
    return 1 if unexplained else 0


def cells() -> list[Cell]:
    """The results of every pair of gateways."""
    import gateway_contract
    from conformance.run import runner
    from conformance.target import reference

    names = ("openai", *gateway_contract.names())
    results = []
    for server in names:
        with reference.serving(server) as target:
            for suite in names:
                outcome = runner.judge(base_url=target.base_url, gateway=suite, target=reference.FIXTURES)
                results.append(_cell(suite, server, runner.entire(outcome)))
    return sorted(results, key=lambda cell: (names.index(cell.suite), names.index(cell.server)))


def _cell(suite: str, server: str, report: Report) -> Cell:
    import gateway_contract
    from conformance.cli import differences
    from conformance.model import Verdict

    if not report.findings:
        raise ConformanceError(f"nothing was judged: {suite} against {server}")
    held, plays = gateway_contract.load(suite), gateway_contract.load(server)
    failed = [one for one in report.findings if one.verdict is Verdict.FAILED]
    errored = tuple(one.requirement for one in report.findings if one.verdict is Verdict.ERRORED)
    return Cell(suite, server, tuple(differences.between(one, held, plays) for one in failed), errored)


def table(results: list[Cell]) -> str:
    """The numbers as a Markdown table."""
    from conformance.report.markdown import table as markdown_table

    names = list(dict.fromkeys(cell.suite for cell in results))
    words = {(cell.suite, cell.server): cell.words for cell in results}
    rows = [[f"held to {suite}", *(words[suite, server] for server in names)] for suite in names]
    return markdown_table(["", *(f"plays {name}" for name in names)], rows)


def markdown(results: list[Cell]) -> str:
    """The numbers, and below them the differences of each pair."""
    parts = [INTRODUCTION, table(results)]
    for cell in results:
        if cell.differences:
            parts += [f"## {cell.server}, held to {cell.suite}", *_paragraphs(cell)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _paragraphs(cell: Cell) -> Iterator[str]:
    from conformance.report.markdown import plain

    if undocumented := [f"`{one.requirement}`" for one in cell.differences if not one.documented]:
        yield f"{cell.server} does not document: {', '.join(undocumented)}."
    by_reason: dict[str, list[str]] = {}
    for one in cell.differences:
        if one.documented:
            reasons = "; ".join(one.reasons) or "NOT EXPLAINED"
            by_reason.setdefault(reasons, []).append(f"`{one.requirement}`")
    if by_reason:
        lines = [f"- {plain(reasons)}: {', '.join(names)}" for reasons, names in by_reason.items()]
        yield "Both document it, and differently:\n\n" + "\n".join(lines)


def as_json(results: list[Cell]) -> str:
    """Every pair as plain values."""
    plain = [
        {
            "held_to": cell.suite,
            "plays": cell.server,
            "failed": [
                {
                    "requirement": one.requirement,
                    "level": one.level,
                    "documented": one.documented,
                    "reasons": list(one.reasons),
                }
                for one in cell.differences
            ],
        }
        for cell in results
    ]
    return codec.dumps(plain, indent=1) + "\n"
