"""A run with a baseline fails only on what did not fail before."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.cli import baseline
from conformance.model import Finding, Level, Verdict
from conformance.report import write
from conformance.run.runner import exit_code

from .reporting import REGISTER, report

ONE = Finding("chat.must.failed", Level.MUST, Verdict.FAILED, "as ever", case="first")
OTHER = Finding("chat.must.failed", Level.MUST, Verdict.FAILED, "not seen before", case="second")
WEAK = Finding("chat.should.failed", Level.SHOULD, Verdict.FAILED, "a warning")
GOOD = Finding("chat.must.passed", Level.MUST, Verdict.PASSED)
ODD = Finding("chat.must.errored", Level.MUST, Verdict.ERRORED, "our fault")


@pytest.fixture
def known(tmp_path: Path) -> frozenset[baseline.Failure]:
    write(report((ONE, GOOD)), tmp_path, register=REGISTER)
    return baseline.read(tmp_path / "report.json")


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ((ONE, GOOD), 0),
        ((ONE, OTHER, GOOD), 1),
        ((ONE, WEAK, GOOD), 0),
        ((ONE, ODD, GOOD), 3),
        ((GOOD,), 0),
    ],
    ids=["nothing new", "a new case", "a new warning", "an error is no verdict", "repaired"],
)
def test_only_what_is_new_fails(known: frozenset[baseline.Failure], findings: tuple[Finding, ...], code: int) -> None:
    """A case that failed before is known, another case of the same requirement is not."""
    assert exit_code(baseline.without(report(findings), known)) == code


def test_what_is_new_is_told(known: frozenset[baseline.Failure]) -> None:
    """With its level and its reason."""
    assert list(baseline.told(report((ONE, OTHER, WEAK)), known)) == [
        "NEW chat.must.failed (MUST): not seen before",
        "NEW chat.should.failed (SHOULD): a warning",
        "2 failures are new, 1 are in the baseline",
    ]


def test_baseline_that_cannot_be_read_stops_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked."""
    assert main(["run", "--baseline", str(tmp_path / "none.json"), "--report", str(tmp_path / "r")]) in (2, 3)

    assert "cannot read" in capsys.readouterr().err
