"""The progress line rewrites itself on a terminal only."""

from __future__ import annotations

from io import StringIO

from conformance.report.progress import CLEAR, Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def ran(stream: StringIO) -> str:
    progress = Progress(stream)
    for done, word in enumerate(["passed", "failed", "warned", "known", "failed"], 1):
        progress.update(done, 10, word)
    progress.close()
    return stream.getvalue()


def test_terminal_sees_one_line_that_changes() -> None:
    text = ran(Terminal())

    assert text.count("\n") == 1
    assert f"{CLEAR}[############------------] 5/10  2 failed  1 warned" in text
    assert text.endswith(f"{CLEAR}5 checks  2 failed  1 warned\n")


def test_file_sees_the_summary_only() -> None:
    assert ran(StringIO()) == "5 checks  2 failed  1 warned\n"


def test_run_without_checks_has_a_summary() -> None:
    stream = StringIO()
    Progress(stream).close()

    assert stream.getvalue() == "0 checks  no failures\n"
