"""`matrix` tells what two gateways document differently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.cli import matrix
from conformance.cli.matrix import Cell

SAME = Cell("a", "a", {}, {}, {}, ())
APART = Cell(
    "a",
    "b",
    {"models.retrieve": "expected 200", "limits.spend": "expected [402], got 429", "errors.code": "code is 7"},
    {"models.retrieve": "MUST", "limits.spend": "MUST", "errors.code": "SHOULD"},
    {"models.retrieve": False, "limits.spend": True, "errors.code": True},
    (),
)
FOUND = [SAME, APART, Cell("b", "a", {}, {}, {}, ()), Cell("b", "b", {}, {}, {}, ())]


def test_numbers_stand_in_a_table() -> None:
    """MUST, and the others after a plus sign."""
    assert "| held to a | 0 | 2 + 1 |" in matrix.table(FOUND)


def test_differences_are_told_apart() -> None:
    """What the other does not document is one thing, what it documents differently another."""
    text = matrix.markdown(FOUND)

    assert "b does not document: `models.retrieve`." in text
    assert "- `limits.spend` (MUST): expected" in text
    assert "## a, held to a" not in text


@pytest.mark.parametrize(("found", "code"), [(FOUND, 0), ([Cell("a", "a", {}, {}, {}, ("x",))], 1)])
def test_files_and_exit_code(found: list[Cell], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A diagonal that is not clean is a defect of the suite."""
    monkeypatch.setattr(matrix, "cells", lambda: found)

    assert main(["matrix", "--output", str(tmp_path)]) == code

    assert json.loads((tmp_path / "matrix.json").read_text())[0]["held_to"] == "a"
    assert (tmp_path / "matrix.md").read_text().startswith("# Distance")


def test_folder_has_to_exist(tmp_path: Path) -> None:
    """Nothing is judged when the result has no place."""
    assert main(["matrix", "--output", str(tmp_path / "nowhere")]) == 2
