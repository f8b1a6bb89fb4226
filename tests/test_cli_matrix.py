"""`matrix` reports what two gateways document differently."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

import gateway_contract
from conformance.__main__ import main
from conformance.cli import matrix
from conformance.cli.differences import Difference
from conformance.cli.matrix import Cell
from conformance.run import runner
from conformance.run.runner import Outcome

from .reporting import report

SAME = Cell("a", "a", (), ())
APART = Cell(
    "a",
    "b",
    (
        Difference("models.retrieve", "MUST", "expected 200", False, ()),
        Difference("limits.spend", "MUST", "expected [402]", True, ("errors.status.spend_limit is 402 and 429",)),
        Difference("errors.code", "SHOULD", "code is 7", True, ("errors.fields is ['code'] and []",)),
    ),
    (),
)
UNLIKE = Cell("a", "b", (Difference("errors.code", "SHOULD", "code is 7", True, ()),), ())
CELLS = [SAME, APART, Cell("b", "a", (), ()), Cell("b", "b", (), ())]


def test_numbers_stand_in_a_table() -> None:
    """The failed MUST come first, the others after a plus sign."""
    assert "| held to a | 0 | 2 + 1 |" in matrix.table(CELLS)


def test_differences_are_told_apart() -> None:
    """Undocumented features are listed apart from features that are documented differently."""
    text = matrix.markdown(CELLS)

    assert "b does not document: `models.retrieve`." in text
    assert "is 402 and 429: `limits.spend`" in text
    assert "## a, held to a" not in text


@pytest.mark.parametrize(
    ("cells", "code"), [(CELLS, 0), ([Cell("a", "a", (), ("x",))], 1), ([SAME, UNLIKE, *CELLS[2:]], 1)]
)
def test_files_and_exit_code(cells: list[Cell], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A failure that the documents do not explain is a defect, on the diagonal and off it."""
    monkeypatch.setattr(matrix, "cells", lambda: cells)

    assert main(["matrix", "--output", str(tmp_path)]) == code

    assert json.loads((tmp_path / "matrix.json").read_text())[0]["held_to"] == "a"
    assert (tmp_path / "matrix.md").read_text().startswith("# Distance")


def test_folder_has_to_exist(tmp_path: Path) -> None:
    """Nothing is judged when the output folder does not exist."""
    assert main(["matrix", "--output", str(tmp_path / "nowhere")]) == 2


@pytest.mark.parametrize("command", [["matrix"], ["agenda"], ["agenda", "--check", "nowhere"]])
def test_signal_between_two_runs_is_told(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the command does when it comes."""

    def names() -> tuple[str, ...]:
        os.kill(os.getpid(), signal.SIGTERM)
        return ()

    monkeypatch.setattr(gateway_contract, "names", names)

    assert main(command) == 143
    assert "the run was terminated" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["matrix"], ["agenda"]])
@pytest.mark.parametrize(("code", "said"), [(143, "the run was terminated"), (130, "interrupted")])
def test_signal_ends_it(
    command: list[str], code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run that a signal ends is the last, and nothing is written."""
    runs = []

    def judge(**options: object) -> Outcome:
        runs.append(options)
        return Outcome(replace(report(), partial="the run was terminated"), code)

    monkeypatch.setattr(runner, "judge", judge)

    assert main(command) == code

    assert len(runs) == 1
    assert said in capsys.readouterr().err
