"""The progress of a run is a table on a terminal, and elsewhere a line for each area that is done."""

from __future__ import annotations

import re
from io import StringIO

import pytest

from conformance.model import Counts
from conformance.report.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def ran(stream: StringIO) -> str:
    progress = Progress(stream)
    progress.begin(["chat", "chat", "auth", "chat"])
    progress.counts = Counts(7, 30, 12)
    for area, word in [("chat", "passed"), ("auth", "failed"), ("chat", "warned"), ("chat", "known")]:
        progress.update(area, word)
    progress.close()
    return stream.getvalue()


def test_terminal_sees_a_table_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done, what failed and what it cost; the summary is all that stays."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")

    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", ran(Terminal()))

    assert "4/4" in text
    assert "0 waiting" in text
    assert "7 requests  42 tokens" in text
    assert "  auth                      1 failed" in text
    assert text.endswith("4 checks  1 failed  1 warned\n")


def test_pipe_sees_a_line_for_each_area() -> None:
    """In the order in which they are done."""
    assert ran(StringIO()).splitlines() == [
        "auth: 1 check  1 failed",
        "chat: 3 checks  1 warned",
        "4 checks  1 failed  1 warned",
    ]


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NO_COLOR` is respected."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")

    assert not re.search(r"\x1b\[(?:3\d|9\d|38)", ran(Terminal()))


def test_run_without_checks_has_a_summary() -> None:
    stream = StringIO()
    Progress(stream).close()

    assert stream.getvalue() == "0 checks  no failures\n"
