"""A run with a baseline fails only on what did not fail before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.__main__ import main
from conformance.cli import baseline
from conformance.model import Finding, Level, Verdict
from conformance.report import read, write
from conformance.run.runner import exit_code

from .reporting import REGISTER, report

ONE = Finding("chat.must.failed", Level.MUST, Verdict.FAILED, "as ever", case="first")
OTHER = Finding("chat.must.failed", Level.MUST, Verdict.FAILED, "not seen before", case="second")
WEAK = Finding("chat.should.failed", Level.SHOULD, Verdict.FAILED, "a warning")
GOOD = Finding("chat.must.passed", Level.MUST, Verdict.PASSED)
ODD = Finding("chat.must.errored", Level.MUST, Verdict.ERRORED, "our fault")


@pytest.fixture
def known(tmp_path: Path) -> baseline.Baseline:
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
        ((ONE, replace(GOOD, verdict=Verdict.UNSUPPORTED, message="refused")), 1),
        ((ONE, replace(GOOD, verdict=Verdict.UNSUPPORTED, equipped=False)), 0),
        ((ONE, replace(GOOD, verdict=Verdict.UNSUPPORTED, applicable=False)), 0),
        ((ONE, replace(GOOD, verdict=Verdict.INCONCLUSIVE)), 0),
    ],
    ids=[
        "nothing new",
        "a new case",
        "a new warning",
        "an error is no verdict",
        "repaired",
        "lost",
        "not equipped this time",
        "not demanded this time",
        "open",
    ],
)
def test_only_what_is_new_fails(known: baseline.Baseline, findings: tuple[Finding, ...], code: int) -> None:
    """A case that failed before is known, another case of the same requirement is not."""
    assert exit_code(baseline.without(report(findings), known)) == code


def test_what_is_new_is_told(known: baseline.Baseline) -> None:
    """With its level and its reason."""
    assert list(baseline.told(report((ONE, OTHER, WEAK)), known)) == [
        "NEW chat.must.failed [second] (MUST): not seen before",
        "NEW chat.should.failed (SHOULD): a warning",
        "2 failures are new, 0 lost, 1 in the baseline",
    ]


def test_what_was_lost_or_mended_is_told(known: baseline.Baseline) -> None:
    """And what could not be judged this time."""
    lost = replace(GOOD, verdict=Verdict.UNSUPPORTED, message="the target refuses chat: no")
    mended = replace(ONE, verdict=Verdict.PASSED, message="")
    unclear = replace(GOOD, verdict=Verdict.INCONCLUSIVE, message="no answer")

    assert list(baseline.told(report((mended, lost)), known)) == [
        f"LOST chat.must.passed (MUST): {baseline.LOST}: the target refuses chat: no",
        "failed in the baseline and passed now, so write the baseline again: chat.must.failed",
        "0 failures are new, 1 lost, 0 in the baseline",
    ]
    assert "passed in the baseline and inconclusive now: chat.must.passed" in baseline.told(report((unclear,)), known)


def test_baseline_that_cannot_be_read_stops_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked."""
    assert main(["run", "--baseline", str(tmp_path / "none.json"), "--report", str(tmp_path / "r")]) in (2, 3)

    assert "cannot read" in capsys.readouterr().err


@pytest.fixture
def words(server: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A run of one check against a gateway that fails it."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    url = server().replace("/v1", "/fault/stream_without_done/v1")
    return ["run", "--base-url", url, "--requirement", "chat.stream.done", "--report", str(tmp_path / "report")]


def test_run_with_its_own_report_as_baseline_passes(words: list[str], tmp_path: Path) -> None:
    """Nothing is new; the report says all the same that it failed, and what the gateway is called."""
    assert main([*words, "--name", "Gateway 1.2"]) == 1

    assert main([*words, "--baseline", str(tmp_path / "report")]) == 0
    assert main(["render", "json", str(tmp_path / "report"), "-o", str(tmp_path / "copy.json")]) == 0
    assert [one.verdict for one in read(tmp_path / "copy.json").findings] == [Verdict.FAILED]


def test_pipeline_is_shown_what_is_new(words: list[str], tmp_path: Path) -> None:
    """A known failure fails no case of JUnit and is told as known; the report itself says what the gateway does."""
    folder = tmp_path / "report"

    assert main(words) == 1
    assert 'failures="1"' in (folder / "junit.xml").read_text()

    assert main([*words, "--baseline", str(folder), "--fail-on", "new"]) == 0

    assert 'failures="0"' in (folder / "junit.xml").read_text()
    assert f"expected failure: {baseline.KNOWN}" in (folder / "junit.xml").read_text()
    assert f"(expected: {baseline.KNOWN})" in (folder / "summary.md").read_text()
    assert "Failed: MUST" not in (folder / "summary.md").read_text()
    assert not read(folder).findings[0].expected


def test_merge_shows_a_pipeline_what_is_new(tmp_path: Path) -> None:
    """As a run does; what is new fails."""
    old, new = (Finding(name, Level.MUST, Verdict.FAILED, "as ever") for name in ("chat.id", "chat.model"))
    for place, one in enumerate((old, new)):
        write(replace(report((one,)), settings={"shard": f"{place + 1}/2"}), tmp_path / str(place))
    write(replace(report((old,)), settings={}), tmp_path / "before")
    places = [str(tmp_path / name) for name in ("0", "1")]

    assert main(["merge", *places, "--report", str(tmp_path / "r"), "--baseline", str(tmp_path / "before")]) == 1

    assert 'failures="1"' in (tmp_path / "r" / "junit.xml").read_text().splitlines()[1]


def test_fail_on_new_needs_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--fail-on", "new"]) == 2

    assert "hint: name an earlier report: --baseline" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        ({"gateway": "foxapi"}, [], "the baseline is held to foxapi, and this run to openai"),
        (
            {"settings": {"profile": "tools"}},
            ["--profile", "core"],
            "was made with --profile tools: it does not have",
        ),
        ({"settings": {"requirement": "chat.id"}}, ["--quick"], "made with --requirement chat.id: it does not have"),
        ({"settings": {"level": "MUST"}}, [], "made with --level MUST: it does not have"),
    ],
)
def test_baseline_of_something_else_is_refused(
    change: dict[str, Any],
    options: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before anything is asked: all that it does not have would be new."""
    write(replace(report((GOOD,), "openai"), **change), tmp_path / "before", register=REGISTER)
    words = ["run", "--base-url", "http://127.0.0.1:9/v1", "--report", str(tmp_path / "r")]

    assert main([*words, *options, "--baseline", str(tmp_path / "before")]) == 2

    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("settings", [{}, {"profile": "core"}, {"profile": "core,tools"}])
def test_baseline_that_has_more_is_taken(settings: dict[str, str], tmp_path: Path) -> None:
    write(replace(report((GOOD,), "openai"), settings=settings), tmp_path / "before", register=REGISTER)
    args = SimpleNamespace(baseline=tmp_path / "before", fail_on="must")

    assert baseline.of(args, "openai", {"profile": "core", "level": "MUST"})


@pytest.mark.parametrize(("day", "code"), [("9999-12-31", 0), ("2001-01-01", 1)])
def test_expected_failure_counts_until_its_day(words: list[str], tmp_path: Path, day: str, code: int) -> None:
    """After that it is a failure that says so."""
    file = tmp_path / "target.toml"
    keys = '[keys]\ndefault = { env = "GATEWAY_API_KEY" }\n'
    entry = f'[[expected_failures]]\nrequirement = "chat.stream.done"\nreason = "ticket 12"\nuntil = {day}\n'
    file.write_text(keys + entry)

    assert main([*words, "--target", str(file)]) == code

    (finding,) = read(tmp_path / "report").findings
    assert ("was expected to fail until 2001-01-01" in finding.message) is bool(code)
