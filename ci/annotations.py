"""Prints the causes of failures as annotations of GitHub Actions: `python annotations.py REPORT [BASELINE]`.

Needs nothing but Python, so that it runs whatever is installed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

MOST = 10
"""How many annotations of a kind GitHub shows for one step."""
NAMED = 5
"""The most requirements that one names."""
KINDS = {"MUST": "error", "SHOULD": "warning"}


def lines(report: dict[str, Any], known: Collection[str] = ()) -> Iterator[str]:
    """The commands, those of failed MUSTs first. What is wrong only with requirements that are known is not told."""
    for level, kind in KINDS.items():
        causes = [one for one in report["causes"] if one["level"] == level]
        causes = [one for one in causes if not set(one["requirements"]) <= set(known)]
        shown = causes if len(causes) <= MOST else causes[: MOST - 1]
        for cause in shown:
            yield command(kind, cause["title"], f"{cause['impact']}\n{_named(cause['requirements'])}")
        if len(causes) > len(shown):
            yield command(kind, "and more", f"{len(causes) - len(shown)} more causes: see the report")


def _named(requirements: Sequence[str]) -> str:
    more = f" and {len(requirements) - NAMED} more" if len(requirements) > NAMED else ""
    return ", ".join(requirements[:NAMED]) + more


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
    path, *baseline = (Path(word) for word in words if word)
    report = path / "report.json"
    known = {name for one in baseline for name in _failed(json.loads(one.read_text(encoding="utf-8")))}
    if report.is_file():
        print("\n".join(lines(json.loads(report.read_text(encoding="utf-8")), known)))
    return 0


def _failed(report: dict[str, Any]) -> Iterator[str]:
    return (one["requirement"] for one in report["findings"] if one["verdict"] == "failed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
