"""What the README counts: `gateway-conformance coverage --write-readme` writes it between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import UsageError
from conformance.report.markdown import table

if TYPE_CHECKING:
    from conformance.cli.coverage import Row
    from conformance.cli.faults import Fault

START, END = "<!-- coverage -->\n", "<!-- /coverage -->"


def write(path: Path, text: str) -> None:
    """Puts the text between the markers of a file. Raises `UsageError` when there is no such file or marker."""
    try:
        whole = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "run this in a clone, or name the file") from None
    before, start, rest = whole.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise UsageError(f"{path} has no markers", f"put {START.strip()} and {END} on lines of their own")
    path.write_text(f"{before}{start}{text}\n{end}{after}", encoding="utf-8")


def counts(found: Sequence[Row], faults: Sequence[Fault]) -> str:
    """How many there are of each, as a table. A variation is a fault that breaks nothing."""
    documented = [row for row in found if row.gateway != "openai"]
    covered = {row.sentence for row in documented if row.requirement}
    excluded = {row.sentence for row in documented if row.exempt}
    breaking = sum(bool(fault.breaks) for fault in faults)
    rows = {
        "requirements, each with one check": len({row.requirement for row in found if row.requirement}),
        "faults": breaking,
        "legal variations": len(faults) - breaking,
        "documented sentences that are covered": len(covered),
        "documented sentences that are excluded with a reason": len(excluded),
    }
    return table(("There are", "Count"), rows.items())
