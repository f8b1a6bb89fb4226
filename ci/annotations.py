"""Prints the failures of a report as annotations of GitHub Actions: `python annotations.py REPORT`.

Needs nothing but Python, so that it runs whatever is installed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

MOST = 10
"""How many annotations of a kind GitHub shows for one step."""
KINDS = {"MUST": "error", "SHOULD": "warning"}
LONGEST = 300


def lines(report: dict[str, Any]) -> Iterator[str]:
    """The commands, those of failed MUSTs first."""
    texts = {one["id"]: one["text"] for one in report["requirements"]}
    for level, kind in KINDS.items():
        failed = dict[str, str]()
        for finding in report["findings"]:
            if finding["verdict"] == "failed" and finding["level"] == level and not finding["expected"]:
                failed.setdefault(finding["requirement"], finding["message"])
        shown = list(failed.items()) if len(failed) <= MOST else list(failed.items())[: MOST - 1]
        for name, message in shown:
            yield command(kind, name, f"{texts.get(name, name)}\n{message[:LONGEST]}")
        if len(failed) > len(shown):
            yield command(kind, "and more", f"{len(failed) - len(shown)} more {level} failed: see the report")


def command(kind: str, title: str, text: str) -> str:
    """One command. What ends a line or a property in it is escaped, so that an answer's text is only text."""
    title = escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={title}::{escaped(text)}"


def escaped(text: str) -> str:
    """Text as the data of a command."""
    lines = text.replace("%", "%25").splitlines()
    return "%0A".join("".join(char if char.isprintable() else "?" for char in line) for line in lines)


def main(words: Sequence[str]) -> int:
    """Prints the annotations of a report, if there is one; that there is none is said elsewhere."""
    path = Path(words[0]) / "report.json"
    if path.is_file():
        print("\n".join(lines(json.loads(path.read_text(encoding="utf-8")))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
