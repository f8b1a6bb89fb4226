"""Commands that no terminal can show stand in files of their own beside the report."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from conformance.model import Finding, Verdict
from conformance.report.inert import CONTROLS, LONGEST

MOST = 12
"""The most lines that are read as one command."""


def named(command: str) -> str:
    """The command; where a terminal cannot show it so that it can be copied, how to run the file that holds it."""
    return command if _is_short(command) else f"sh {_name(command)}    # in the folder of the report"


def files(findings: Iterable[Finding]) -> dict[str, str]:
    """The commands that are named by their file, by its name."""
    failed = (one for one in findings if one.verdict in (Verdict.FAILED, Verdict.ERRORED))
    commands = (command for finding in failed for command in finding.curls)
    return {_name(command): f"{command}\n" for command in commands if not _is_short(command)}


def _is_short(command: str) -> bool:
    lines = command.split("\n")
    return len(lines) <= MOST and not CONTROLS.search(command) and all(len(line) + 8 <= LONGEST for line in lines)


def _name(command: str) -> str:
    return f"curl-{sha256(command.encode()).hexdigest()[:8]}.sh"
