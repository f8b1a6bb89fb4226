"""What a run ends with on a terminal: its causes, at most a screen of them, in colour where that is wanted."""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO

import pytest

from conformance.cli import verdicts

from .reporting import shown
from .test_report_progress import Terminal

COLOUR = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "60", "LINES": "24"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)


def written(stream: StringIO) -> str:
    verdicts.show(shown(), stream)
    return stream.getvalue()


def test_terminal_is_coloured_and_not_overrun() -> None:
    """No line is wider than the terminal."""
    text = written(Terminal())

    assert COLOUR.search(text)
    assert max(len(COLOUR.sub("", line)) for line in text.splitlines()) <= 60


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NO_COLOR` is respected."""
    monkeypatch.setenv("NO_COLOR", "1")

    assert not re.search(r"\x1b\[(?:\d+;)*3\d", written(Terminal()))


def test_pipe_gets_plain_lines_that_are_not_broken() -> None:
    """No colour, and no line break that a search would miss."""
    text = written(StringIO())

    assert "\x1b" not in text
    assert "FAILED models.cited" in text
    assert any(len(line) > 60 for line in text.splitlines())


def test_causes_come_before_profiles_and_fit_a_screen() -> None:
    """The last screen begins with the worst cause."""
    text = written(StringIO())
    causes, _, rest = text.partition("causes, the worst first:")[2].partition("\n\n")

    assert causes.strip().startswith("1. ")
    assert causes.count("\n") < 24
    assert "MUST failed" in rest


def test_text_of_a_gateway_stays_inert() -> None:
    """Markup is no markup, and no control character reaches the terminal."""
    text = COLOUR.sub("", written(Terminal()))

    assert "\x00" not in text
    assert "<script>" in text


@pytest.mark.parametrize("module", ["reference_server.service", "reference_server.__main__", "conformance.cli.run"])
def test_rich_is_imported_only_when_something_is_shown(module: str) -> None:
    """It costs time, and the reference server has no use for it."""
    code = f"import {module}, sys; sys.exit('rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
