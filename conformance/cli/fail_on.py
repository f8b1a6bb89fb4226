"""`--fail-on`: which failures fail a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gateway_contract.nearest import near

if TYPE_CHECKING:
    from conformance.model import Finding, Report
    from conformance.run.runner import Outcome

MUST, SHOULD, NEW, PROFILE = "must", "should", "new", "profile:"
HELP = (
    "what fails the run: must (default), should as well, new: a MUST that the baseline does not know, or profile:NAME, "
    "a MUST of that profile only"
)
FAILED, SIGNALLED = 1, 130


def known() -> list[str]:
    """What the option takes."""
    from conformance.register import profiles

    return [MUST, SHOULD, NEW, *(f"{PROFILE}{name}" for name in profiles.load())]


def fail_on(text: str) -> str:
    """The value of the option. Raises `BadParameter` for one that does not exist."""
    words = text.strip().lower()
    if words not in known():
        profiles = ", ".join(one.removeprefix(PROFILE) for one in known() if one.startswith(PROFILE))
        message = f"is {text!r}: write must, should, new or profile:NAME, where NAME is one of {profiles}"
        message += f"; {meant}" if (meant := near(words, known())) else ""
        raise click.BadParameter(message)
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
