"""Commands side by side: all are run, and one that fails is named."""

from __future__ import annotations

import shlex
import sys

import pytest

from . import abreast


def python(code: str) -> str:
    """A command line that runs Python code."""
    return shlex.join([sys.executable, "-c", code])


def test_every_output_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    """Commands that succeed are shown with what they wrote."""
    assert abreast.main([python("print('one')"), python("import sys; print('two', file=sys.stderr)")]) == 0

    lines = capfd.readouterr().out.splitlines()
    assert {"one", "two"} <= set(lines)


def test_failure_fails_and_stops_no_other(capfd: pytest.CaptureFixture[str]) -> None:
    """A command that fails is named at the end, when the others have ended."""
    bad = python("raise SystemExit(3)")

    assert abreast.main([bad, python("print('still')")]) == 1

    lines = capfd.readouterr().out.splitlines()
    assert "still" in lines
    assert lines[-1] == f"failed: {bad}"
