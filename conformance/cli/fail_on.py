"""`--fail-on`: which failures fail a run."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.model import Finding, Report
    from conformance.run.runner import Outcome

MUST, SHOULD, PROFILE = "must", "should", "profile:"
HELP = "what fails the run: must (default), should as well, or profile:NAME, a MUST of that profile only"
FAILED, SIGNALLED = 1, 130


def fail_on(text: str) -> str:
    """The value of the option. Raises `ArgumentTypeError` for one that does not exist."""
    from conformance.register import profiles

    words = text.strip().lower()
    if words in {MUST, SHOULD}:
        return words
    name = words.removeprefix(PROFILE)
    if name == words or name not in profiles.load():
        known = ", ".join(profiles.load())
        raise ArgumentTypeError(f"is {text!r}: write must, should or profile:NAME, where NAME is one of {known}")
    return words


def exit_code(outcome: Outcome, chosen: str, rest: Report | None = None) -> int:
    """The exit code of a run that fails on what was chosen. A run that a signal ended keeps its own.

    `rest` is the report without what a baseline knows, where there is one.
    """
    if outcome.exit_code >= SIGNALLED or (chosen == MUST and rest is None):
        return outcome.exit_code
    from conformance.run import runner

    report = outcome.report if rest is None else rest
    if chosen == SHOULD and any(_is_warning(one) for one in report.findings):
        return FAILED
    if chosen.startswith(PROFILE):
        findings = [one for one in report.findings if _profile(one) == chosen.removeprefix(PROFILE)]
        return runner.exit_code(replace(report, findings=tuple(findings)))
    return runner.exit_code(report) if outcome.exit_code == FAILED else outcome.exit_code


def _is_warning(finding: Finding) -> bool:
    return finding.status == "warned" and finding.level == "SHOULD"


def _profile(finding: Finding) -> str:
    from conformance import register
    from conformance.register import profiles

    return profiles.of(register.load().requirement(finding.requirement).feature)
