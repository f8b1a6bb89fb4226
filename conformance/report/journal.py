"""`findings.jsonl`: what a run has learned so far, a line for each finding, so that a killed run loses none.

The first line is the run itself: an object with the members of a report but its findings. It is written anew when more
is known of the run, and the last such line counts.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.errors import InvalidReport
from conformance.model import Counts, Finding, Report
from conformance.report.folder import clear

FILENAME = "findings.jsonl"
KILLED = "the run was killed before it could write its report"


class Journal:
    """The journal in a folder, of which nothing but what is `spared` is left of an earlier run.

    Raises `OSError` when it cannot be written.
    """

    def __init__(self, directory: Path, spared: Collection[Path] = ()) -> None:
        self.directory = directory
        self.spared = spared
        self._begun = False

    def describe(self, report: Report) -> None:
        """Keep what is known of the run."""
        run = {name: value for name, value in asdict(report).items() if name != "findings"}
        self._write({"run": run})

    def add(self, finding: Finding) -> None:
        """Keep a finding."""
        self._write(finding.to_plain())

    def _write(self, line: dict[str, Any]) -> None:
        """Appends a line. The first one begins a new file, and the report of the run before goes."""
        if not self._begun:
            self.directory.mkdir(parents=True, exist_ok=True)
            clear(self.directory, self.spared)
        with (self.directory / FILENAME).open("a" if self._begun else "w", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._begun = True


def read(path: Path) -> Report:
    """The report of a run that was killed. A last line that was cut short is left out. Raises `InvalidReport`."""
    lines = [line for line in map(_decoded, path.read_text(encoding="utf-8").splitlines()) if line]
    runs = [line["run"] for line in lines if "run" in line]
    if not runs:
        raise InvalidReport(f"{path} does not begin with a run", "give a report.json, or the folder of a run")
    findings = tuple(Finding.from_plain(line) for line in lines if "run" not in line)
    run: dict[str, Any] = runs[-1]
    return Report(**{**run, "counts": Counts(**run["counts"]), "findings": findings, "partial": KILLED})


def _decoded(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
