"""`--fail-on`: which failures fail a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click import BadParameter

from conformance.__main__ import main
from conformance.cli import baseline
from conformance.cli.fail_on import exit_code, fail_on
from conformance.model import Finding, Level, Verdict
from conformance.run import runner

from .reporting import report

OF_CORE, OF_TOOLS = "chat.answers", "tools.named"


def code(chosen: str, *findings: Finding, ended: int | None = None) -> int:
    """The exit code of a run with these findings."""
    judged = replace(report(), findings=findings, partial="")
    outcome = runner.Outcome(judged, runner.exit_code(judged) if ended is None else ended)
    return exit_code(outcome, fail_on(chosen))


def finding(name: str, verdict: Verdict, level: Level = Level.MUST, expected: str | None = None) -> Finding:
    return Finding(name, level, verdict, expected=expected)


PASSED = finding(OF_CORE, Verdict.PASSED)
MUST_FAILED = finding(OF_TOOLS, Verdict.FAILED)
SHOULD_FAILED = finding(OF_TOOLS, Verdict.FAILED, Level.SHOULD)
MAY_FAILED = finding(OF_TOOLS, Verdict.FAILED, Level.MAY)
EXPECTED = finding(OF_TOOLS, Verdict.FAILED, Level.SHOULD, "a ticket")


@pytest.mark.parametrize(
    ("chosen", "findings", "expected"),
    [
        ("must", (PASSED, MUST_FAILED), 1),
        ("must", (PASSED, SHOULD_FAILED), 0),
        ("should", (PASSED, SHOULD_FAILED), 1),
        ("SHOULD", (PASSED, MUST_FAILED), 1),
        ("should", (PASSED, MAY_FAILED), 0),
        ("should", (PASSED, EXPECTED), 0),
        ("profile:core", (PASSED, MUST_FAILED), 0),
        ("profile:tools", (PASSED, MUST_FAILED), 1),
        ("profile:tools", (PASSED, SHOULD_FAILED), 0),
        ("profile:files", (PASSED, MUST_FAILED), 3),
    ],
)
def test_run_fails_on_what_was_chosen(chosen: str, findings: tuple[Finding, ...], expected: int) -> None:
    """Where nothing of a profile was judged there is no verdict."""
    assert code(chosen, *findings) == expected


@pytest.mark.parametrize("chosen", ["must", "should", "profile:core"])
def test_run_that_a_signal_ended_says_so(chosen: str) -> None:
    assert code(chosen, PASSED, SHOULD_FAILED, ended=143) == 143


@pytest.mark.parametrize("chosen", ["must", "should", "profile:tools"])
def test_what_a_baseline_knows_fails_nothing(chosen: str) -> None:
    judged = replace(report(), findings=(PASSED, MUST_FAILED, SHOULD_FAILED), partial="")
    known = baseline.Baseline(frozenset({(OF_TOOLS, None)}), frozenset())
    outcome = runner.Outcome(judged, runner.exit_code(judged))

    assert exit_code(outcome, chosen) == 1
    assert exit_code(outcome, chosen, baseline.without(judged, known)) == 0


@pytest.mark.parametrize("text", ["", "may", "core", "profile:", "profile:kernel"])
def test_what_does_not_exist_is_wrong_usage(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadParameter, match="write must, should, new or profile:NAME"):
        fail_on(text)

    assert main(["run", "--fail-on", text]) == 2
    assert "hint: " in capsys.readouterr().err
