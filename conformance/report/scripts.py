"""Commands that are too long for a terminal stand in files of their own beside the report."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from conformance.model import Finding, Verdict
from conformance.report.inert import LONGEST


def named(command: str) -> str:
    """The command; where a line of it is too long, how to run the file that holds it."""
    return command if _is_short(command) else f"sh {_name(command)}    # in the folder of the report"


def files(findings: Iterable[Finding]) -> dict[str, str]:
    """What is too long for a terminal, by the name of its file."""
    failed = (one for one in findings if one.verdict in (Verdict.FAILED, Verdict.ERRORED))
    commands = (command for finding in failed for command in finding.curls)
    return {_name(command): f"{command}\n" for command in commands if not _is_short(command)}


def _is_short(command: str) -> bool:
    return all(len(line) + 8 <= LONGEST for line in command.splitlines())


def _name(command: str) -> str:
    return f"curl-{sha256(command.encode()).hexdigest()[:8]}.sh"
