"""The commands that read: their output, their exit codes, and one line with a hint for each error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance import register
from conformance.__main__ import main
from conformance.cli import faults
from conformance.errors import NoCatalogue
from conformance.model import Finding, Level, Verdict
from conformance.report import read, write

from .reporting import REGISTER, report

SECRET = "sk-very-secret"
FAULT = faults.Fault("models_are_a_map", "Models come\n  as a map.", frozenset({"models.cited"}), "one")


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A register and a fault catalogue made by hand."""
    monkeypatch.setitem(REGISTER.checks_by_id, "models.cited", test_version_is_shown)
    monkeypatch.setattr(register, "load", lambda: REGISTER)
    monkeypatch.setattr(faults, "catalogue", lambda: (FAULT,))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The folder of a written report."""
    write(report(), tmp_path / "saved", register=REGISTER)
    return tmp_path / "saved"


def test_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    assert capsys.readouterr().out.startswith("gateway-conformance ")


@pytest.mark.parametrize("command", [[], ["run"], ["explain"], ["coverage"], ["diff"], ["render"]])
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0

    assert "Usage: gateway-conformance" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["judge"],
        ["run", "--wrong"],
        ["run", "--gateway", "nobody"],
        ["run", "--concurrency", "many"],
        ["run", "--concurrency", "0"],
        ["run", "--timeout", "0"],
        ["run", "--timeout", "nan"],
        ["run", "--max-requests", "0"],
        ["run", "--target", "none.toml"],
        ["run", "--replay", "none.har"],
        ["run", "--report", __file__],
        ["explain"],
        ["explain", "models.sited"],
        ["coverage", "--gateway", "nobody"],
        ["coverage", "--format", "pdf"],
        ["diff", "none.json", "none.json"],
        ["render", "pdf", "none.json"],
        ["render", "html", "none.json"],
        ["render", "html", "none.json", "more"],
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(words)

    assert code == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["error", "hint"]


def test_misspelt_names_are_guessed(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "models.sited"])
    main(["render", "htm", str(saved)])

    messages = capsys.readouterr().err
    assert "did you mean models.cited?" in messages
    assert "did you mean html?" in messages


@pytest.mark.parametrize("words", [["--api-key", SECRET], [f"--token={SECRET}"], [SECRET]])
def test_key_is_no_option_and_is_not_repeated(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *words]) == 2

    assert SECRET not in "".join(capsys.readouterr())


def test_explain_shows_all_there_is_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "models.cited"]) == 0

    out, _ = capsys.readouterr()
    assert "models.cited\n  MUST: The gateway keeps models.cited." in out
    assert "ONE-1 (one): “Models are listed.”" in out
    assert "https://public.test/reference" in out
    assert "Check: tests/test_cli.py:" in out
    assert "def test_version_is_shown" in out
    assert "models_are_a_map (playing one): Models come as a map." in out


def test_explain_shows_what_was_decided_where_documents_disagree(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "X-04"]) == 0

    out = capsys.readouterr().out
    assert "X-04 (foxora): Limits are counted per account" in out
    assert "X-04 (ofox)" in out
    assert "https://docs.ofox.ai/api" in out
    assert main(["explain", "X-99"]) == 2


def test_explain_says_when_the_faults_are_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise NoCatalogue("the reference server lists no faults", "try it")

    monkeypatch.setattr(faults, "catalogue", fail)

    assert main(["explain", "models.later"]) == 0
    out, _ = capsys.readouterr()
    assert "Check\n  none" in out
    assert "the reference server lists no faults (try it)" in out


def test_fault_catalogue_fails_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(faults, "COMMAND", ("-c", "print('no JSON')"))

    with pytest.raises(NoCatalogue) as caught:
        faults.catalogue()
    assert caught.value.hint


def test_fault_catalogue_is_read_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    entry = {"name": "one", "doc": "It is one.", "operation": "*", "breaks": ["models.cited"], "gateway": None}
    monkeypatch.setattr(faults, "COMMAND", ("-c", f"print({json.dumps(json.dumps([entry]))})"))

    assert faults.catalogue() == (faults.Fault("one", "It is one.", frozenset({"models.cited"})),)


def coverage(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    main(["coverage", "--format", "json", *words])
    table: dict[str, Any] = json.loads(capsys.readouterr().out)
    return table


def test_coverage_goes_from_sentence_to_fault(capsys: pytest.CaptureFixture[str]) -> None:
    table = coverage(capsys)

    row = next(row for row in table["rows"] if row["sentence"] == "ONE-1")
    assert (row["requirement"], row["faults"], row["gap"]) == ("models.cited", ["models_are_a_map"], None)
    assert row["check"] == "test_cli.test_version_is_shown"
    assert table["totals"]["gaps"] == 0


@pytest.mark.parametrize(("name", "words"), [("text", "no gaps"), ("markdown", "| ONE-1 | one |")])
def test_coverage_is_for_people_too(name: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["coverage", "--format", name])

    assert words in capsys.readouterr().out


def test_gap_fails_only_when_strict(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(faults, "catalogue", lambda: ())

    assert main(["coverage"]) == 0
    assert "ONE-1 → models.cited: no fault" in capsys.readouterr().out
    assert main(["coverage", "--strict"]) == 1


def judged(folder: Path, **verdicts: str) -> Path:
    """A report in which requirements of the area `chat` have these verdicts."""
    findings = tuple(Finding(f"chat.must.{name}", Level.MUST, Verdict(verdict)) for name, verdict in verdicts.items())
    write(report(findings), folder, register=REGISTER)
    return folder


@pytest.mark.parametrize(
    ("before", "after", "line", "code"),
    [
        ({"passed": "passed"}, {"passed": "failed"}, "broken   chat.must.passed: passed → failed", 1),
        ({"passed": "inconclusive"}, {"passed": "failed"}, "broken   chat.must.passed: inconclusive → failed", 1),
        ({"passed": "failed"}, {"passed": "passed"}, "fixed    chat.must.passed: failed → passed", 0),
        ({"passed": "unsupported"}, {"passed": "passed"}, "changed  chat.must.passed: unsupported → passed", 0),
        ({"passed": "inconclusive"}, {"passed": "passed"}, "changed  chat.must.passed: inconclusive → passed", 0),
        ({"passed": "passed"}, {"passed": "unsupported"}, "lost     chat.must.passed: passed → unsupported", 1),
        ({"passed": "passed"}, {"passed": "errored"}, "changed  chat.must.passed: passed → errored", 0),
        ({}, {"passed": "failed"}, "new      chat.must.passed: not judged → failed", 0),
        ({"passed": "passed"}, {}, "gone     chat.must.passed: passed → not judged", 0),
        ({"passed": "failed"}, {"passed": "failed"}, "no verdict changed", 0),
    ],
)
def test_diff_names_what_changed(
    before: dict[str, str],
    after: dict[str, str],
    line: str,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = judged(tmp_path / "a", **before), judged(tmp_path / "b", **after)

    assert main(["diff", str(first), str(second / "report.json")]) == code
    assert line in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("level", "code"), [(Level.MUST, 1), (Level.SHOULD, 0)])
def test_diff_says_how_bad_it_is_and_why(
    level: Level, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Level, reason and cause; only a MUST that broke is a regression."""
    name = f"chat.{level.lower()}.passed"
    write(report((Finding(name, level, Verdict.PASSED),)), tmp_path / "a", register=REGISTER)
    write(report((Finding(name, level, Verdict.FAILED, "id is None"),)), tmp_path / "b", register=REGISTER)

    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == code

    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        f"broken   {name}: passed → failed",
        f"         {level}: id is None",
        "         cause: Answers lack `id`",
    ]


@pytest.mark.parametrize(("name", "file"), [("html", "report.html"), ("junit", "junit.xml"), ("badge", "badge.svg")])
def test_render_gives_what_the_run_gave(name: str, file: str, saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", name, str(saved)]) == 0

    assert capsys.readouterr().out == (saved / file).read_text()


def test_render_writes_a_file(saved: Path, tmp_path: Path) -> None:
    assert main(["render", "json", str(saved), "-o", str(tmp_path / "again.json")]) == 0

    assert read(tmp_path / "again.json") == report()


def test_render_into_nowhere_is_wrong_usage(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "json", str(saved), "-o", str(tmp_path / "none" / "again.json")]) == 2

    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(("first", "second"), [("few", "many"), ("many", "few")])
def test_diff_of_runs_that_judged_other_things_is_a_line(
    first: str, second: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What only one of them judges is counted, not listed."""
    names = ("passed", "failed", "inconclusive", "unsupported", "errored")
    judged(tmp_path / "few")
    judged(tmp_path / "many", **dict.fromkeys(names, "passed"))

    assert main(["diff", str(tmp_path / first), str(tmp_path / second)]) == 0

    kind, which = ("new", "second") if second == "many" else ("gone", "first")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{kind:<8} 5 requirements that only the {which} report judges: 5 passed", f"5 {kind}"]
