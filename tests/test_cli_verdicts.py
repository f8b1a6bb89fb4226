"""What a run ends with on a terminal: its causes, at most a screen of them, in colour where that is wanted."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import pytest

from conformance import register
from conformance.cli import verdicts
from conformance.model import Finding, Verdict
from conformance.report.view import view

from .reporting import report, shown
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


def test_many_routes_are_told_by_what_they_begin_with() -> None:
    """Whole, on a line that nothing cuts."""
    routes = {f"GET http://gateway.test/gemini/v1/models/{{model}}:{name}": "" for name in range(60)}
    many = replace(shown(), report=replace(shown().report, routes={**routes, "GET /files": "", "POST /files": ""}))
    stream = StringIO()

    verdicts.show(many, stream)

    assert "\nIt has 62 optional routes, at /files, /gemini/v1/models.\n" in stream.getvalue()


def test_open_requirements_of_a_profile_are_named() -> None:
    """Those that neither passed nor failed."""
    names = [one.id for one in register.load().requirements.values() if one.feature == "embeddings"]
    levels = (register.load().requirement(name).level for name in names)
    findings = tuple(Finding(name, level, Verdict.INCONCLUSIVE) for name, level in zip(names, levels, strict=True))
    stream = StringIO()

    verdicts.show(view(report(findings, "openai"), register.load()), stream)

    assert f"  open: {', '.join(one.requirement for one in findings if one.level == 'MUST')}"[:60] in stream.getvalue()
