"""Output that cannot be written, letters that it does not have, and terminals that can do little."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from conformance.report import write

from .reporting import REGISTER, report

FULL = Path("/dev/full")
LINE = "error: the output cannot be written: No space left on device\n"
full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")


def start(
    *words: str, module: str = "conformance", stdout: int | IO[str] = subprocess.PIPE, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "GATEWAY_API_KEY": "sk-ok", **variables},
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def saved(tmp_path: Path) -> str:
    """The folder of a written report."""
    write(report(), tmp_path / "saved", register=REGISTER)
    return str(tmp_path / "saved")


@full
@pytest.mark.parametrize("unbuffered", ["", pytest.param("1", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "words",
    [
        ["explain", "chat.stream.done"],
        ["coverage"],
        ["coverage", "--json"],
        ["diff", "SAVED", "SAVED"],
        ["compare", "SAVED", "SAVED"],
        ["render", "markdown", "SAVED"],
        ["doctor", "--base-url", "http://127.0.0.1:9/v1"],
        ["--help"],
        ["run", "--help"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_full_disk_is_one_line(words: list[str], unbuffered: str, saved: str) -> None:
    with FULL.open("w") as stdout:
        words = [saved if word == "SAVED" else word for word in words]
        done = start(*words, stdout=stdout, PYTHONUNBUFFERED=unbuffered)

    assert (done.returncode, done.stderr) == (3, LINE)


@full
@pytest.mark.parametrize("words", [["--list"], ["--help"], ["--scenario-schema"]])
def test_full_disk_is_one_line_for_the_server(words: list[str]) -> None:
    with FULL.open("w") as stdout:
        done = start(*words, module="reference_server", stdout=stdout)

    assert (done.returncode, done.stderr) == (3, LINE)


@full
@pytest.mark.parametrize("words", [[], ["--json"], ["--quiet"]])
def test_report_is_complete_where_the_output_is_not(
    words: list[str], server: Callable[..., str], tmp_path: Path
) -> None:
    selection = ["--requirement", "models.answers", "--report", str(tmp_path), "--base-url", server()]
    with FULL.open("w") as stdout:
        done = start("run", *selection, *words, stdout=stdout)

    assert done.returncode == 3
    assert done.stderr.count(LINE) == 1
    assert "Traceback" not in done.stderr
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["findings"]
    assert (tmp_path / "report.html").exists()


@full
def test_failed_must_fails_where_the_output_is_full(server: Callable[..., str], tmp_path: Path) -> None:
    base_url = server().replace("/v1", "/fault/total_off_by_one/v1")
    selection = ["--requirement", "chat.usage.total", "--report", str(tmp_path), "--base-url", base_url]
    with FULL.open("w") as stdout:
        assert start("run", *selection, stdout=stdout).returncode == 1


@full
def test_wrong_usage_stays_wrong_usage_where_the_output_is_full() -> None:
    with FULL.open("w") as stdout:
        assert start("doctor", "--json", stdout=stdout).returncode == 2
        assert start("explian", stdout=stdout).returncode == 2


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=lambda one: next(iter(one)),
)
@pytest.mark.parametrize("words", [["compare"], ["diff"], ["compare", "--json"]], ids=" ".join)
def test_letters_that_cannot_be_shown_are_replaced(words: list[str], variables: dict[str, str], saved: str) -> None:
    """For programs they are escaped."""
    document = json.loads(Path(saved, "report.json").read_text("utf-8"))
    document["target"]["name"] = "Gäteway → 1"
    Path(saved, "report.json").write_text(json.dumps(document), encoding="utf-8")
    done = start(*words, saved, saved, **{"PYTHONIOENCODING": "", **variables})

    assert (done.returncode, done.stderr) == (0, "")
    if "--json" in words:
        assert "Gäteway → 1" in json.dumps(json.loads(done.stdout), ensure_ascii=False)
    elif words == ["compare"]:
        assert "G?teway ? 1" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="no pseudo terminals")
@pytest.mark.parametrize(
    "words", [["run", "--requirement", "models.answers"], ["explian"], ["run", "--help"], ["doctor"]], ids=" ".join
)
def test_dumb_terminal_gets_plain_text(words: list[str], server: Callable[..., str], tmp_path: Path) -> None:
    """No colour, and no cursor that moves."""
    import pty

    ours, theirs = pty.openpty()
    place = ["--base-url", server()] if words[0] in {"run", "doctor"} else []
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *words, *place],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "GATEWAY_API_KEY": "sk-ok", "TERM": "dumb"},
        cwd=tmp_path,
    )
    os.close(theirs)
    text = b"".join(_read(ours))
    process.wait(60)

    assert text
    assert b"\x1b" not in text


def _read(terminal: int) -> list[bytes]:
    parts = []
    try:
        while part := os.read(terminal, 10_000):
            parts.append(part)
    except OSError:  # how Linux says that the other end is closed
        pass
    return parts
