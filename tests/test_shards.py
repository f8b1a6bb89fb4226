"""A run in parts: each requirement is judged by one of them, and their reports make that of the whole run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import register, report
from conformance.__main__ import main
from conformance.errors import UsageError
from conformance.model import Counts, Evidence, Finding, Report, Verdict
from conformance.register import select
from conformance.report.merged import merged
from conformance.run.runner import judge

KNOWN = register.load().requirements
OF_SEVERAL_AREAS = ("chat.id", "chat.stop", "models.answers", "errors.unknown-model", "wire.readable")


def found(name: str, verdict: Verdict, exchange: int = 1, message: str = "") -> Finding:
    """A finding that rests on one exchange."""
    shown = (Evidence(exchange, "curl", "GET /v1/models", "HTTP/1.1 200\n\n{}"),)
    return Finding(name, KNOWN[name].level, verdict, message, exchanges=(exchange,), evidence=shown)


def shard(place: str, *findings: Finding, requests: int = 10) -> Report:
    """The report of a shard."""
    versions = {"gateway-conformance": "0.1.0"}
    counts = Counts(requests, 100, 7, 0.5)
    settings = {"examples": "10", "shard": place}
    return Report(
        "https://host/v1", "openai", "m", "2026-02-03T04:05:06Z", 2.0, 0, versions, counts, findings, settings
    )


@pytest.mark.parametrize("total", [1, 2, 3, 7, 150])
def test_each_requirement_is_in_one_shard(total: int) -> None:
    """Only what judges the whole run is judged in each."""
    wanted = [select.wanted(None, None, shard=f"{number}/{total}") for number in range(1, total + 1)]

    for name, one in KNOWN.items():
        places = sum(keep is None or keep(name) for keep in wanted)
        assert places == (total if one.area in select.OF_THE_RUN else 1), name


def test_shards_are_of_one_size() -> None:
    """The largest of four is not a third larger than the smallest."""
    sizes = [sum(map(select.wanted(None, None, shard=f"{number}/4") or bool, KNOWN)) for number in range(1, 5)]

    assert max(sizes) < min(sizes) * 1.33


def test_shard_keeps_to_what_is_asked_for() -> None:
    """Options that select requirements count within a shard."""
    both = [select.wanted("chat.stop", "MUST", shard=f"{number}/2") for number in (1, 2)]
    asked = select.wanted("chat.stop", "MUST")

    assert asked
    assert {name for name in KNOWN if any(keep and keep(name) for keep in both)} == {*filter(asked, KNOWN)}


@pytest.mark.parametrize("text", ["0/2", "3/2", "1/0", "1", "one/2", "-1/2", "1/2/3", ""])
def test_wrong_shard_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names a right one."""
    with pytest.raises(UsageError, match="is no shard"):
        select.shard_of(text)

    assert main(["run", f"--shard={text}"]) == 2
    assert "1/4" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1/99999", "there are at most 999 shards"),
        ("-1/4", "shards are counted from 1"),
        ("5/4", "there are only 4"),
        ("one", "two numbers"),
    ],
)
def test_wrong_shard_is_told_why(text: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where it begins like an option."""
    assert main(["run", "--shard", text]) == 2
    assert f"{text!r} is no shard: {reason}" in capsys.readouterr().err


def test_shards_give_the_report_of_the_whole_run() -> None:
    """Findings of all of them, counts in total, and exchanges that are numbered on."""
    one = shard("1/2", found("chat.id", Verdict.FAILED, 3, "id is None"), requests=12)
    two = shard("2/2", found("models.answers", Verdict.PASSED, 3))

    whole = merged([two, one])

    assert [(entry.requirement, entry.exchanges) for entry in whole.findings] == [
        ("chat.id", (3,)),
        ("models.answers", (15,)),
    ]
    assert whole.findings[1].evidence[0].exchange == 15
    assert whole.counts == Counts(22, 200, 14, 0.5)
    assert (whole.partial, whole.settings) == ("", {"examples": "10"})


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((Verdict.PASSED, Verdict.FAILED), Verdict.FAILED),
        ((Verdict.INCONCLUSIVE, Verdict.PASSED), Verdict.PASSED),
        ((Verdict.UNSUPPORTED, Verdict.INCONCLUSIVE), Verdict.INCONCLUSIVE),
        ((Verdict.ERRORED, Verdict.PASSED), Verdict.ERRORED),
    ],
)
def test_worst_verdict_on_the_whole_run_counts(verdicts: tuple[Verdict, Verdict], expected: Verdict) -> None:
    """What one shard has seen counts, whichever it is."""
    shards = [shard(f"{place}/2", found("wire.complete", one)) for place, one in enumerate(verdicts, 1)]

    (finding,) = merged(shards).findings

    assert finding.verdict is expected


def test_one_cause_is_one_accusation_across_shards() -> None:
    """A broad requirement is left to what it restates, which another shard judged."""
    broad = next(one for one in KNOWN.values() if one.broad and one.restates and not KNOWN[one.restates[0]].broad)
    one = shard("1/2", found(broad.id, Verdict.FAILED, message="broken"))
    two = shard("2/2", found(broad.restates[0], Verdict.FAILED))

    verdicts = {entry.requirement: entry.verdict for entry in merged([one, two]).findings}

    assert verdicts == {broad.id: Verdict.INCONCLUSIVE, broad.restates[0]: Verdict.FAILED}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda one: replace(one, base_url="https://other/v1"), "different targets"),
        (lambda one: replace(one, gateway="foxapi"), "different contracts"),
        (lambda one: replace(one, model="other"), "different models"),
        (lambda one: replace(one, versions={"gateway-conformance": "0.2.0"}), "different versions"),
        (lambda one: replace(one, name="Gateway 2"), "different names"),
        (lambda one: replace(one, settings={"examples": "40", "shard": "2/2"}), "different options"),
        (lambda one: replace(one, settings={"examples": "10", "shard": "2/3"}), "different numbers of shards"),
        (lambda one: replace(one, settings={"examples": "10", "shard": "1/2"}), "shard 1 is given twice"),
        (lambda one: replace(one, settings={}), "not that of a shard"),
    ],
)
def test_reports_of_different_runs_are_refused(change: Callable[[Report], Report], what: str) -> None:
    """The message says in what they differ."""
    with pytest.raises(UsageError, match=what):
        merged([shard("1/2"), change(shard("2/2"))])


def test_missing_shard_is_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What there is is written, and the exit code is 3."""
    report.write(shard("1/2", found("chat.id", Verdict.PASSED)), tmp_path / "one", None)

    code = main(["merge", str(tmp_path / "one"), "--report", str(tmp_path / "whole")])

    assert code == 3
    assert "of 2 shards, 2 is missing" in capsys.readouterr().out
    assert report.read(tmp_path / "whole").partial


@pytest.mark.parametrize("options", [[], ["--fail-on", "profile:embeddings"]])
def test_merge_ends_as_the_whole_run_would(tmp_path: Path, options: list[str]) -> None:
    """A failed MUST fails it, or what `--fail-on` names."""
    report.write(shard("1/2", found("chat.id", Verdict.FAILED, message="id is None")), tmp_path / "one", None)
    report.write(shard("2/2", found("embeddings.answers", Verdict.PASSED)), tmp_path / "two", None)
    paths = [str(tmp_path / name) for name in ("one", "two")]

    code = main(["merge", *paths, "--report", str(tmp_path / "whole"), *options])

    assert code == (0 if options else 1)


def test_merged_verdicts_are_those_of_one_run(server: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shards against a server find what one run finds."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    base_url = server()
    of_all = judge(base_url=base_url, requirement=OF_SEVERAL_AREAS).report
    shards = [judge(base_url=base_url, requirement=OF_SEVERAL_AREAS, shard=f"{one}/2").report for one in (1, 2)]

    whole = merged(shards)

    assert all(one.findings for one in shards)
    assert Verdict.ERRORED not in {one.verdict for one in whole.findings}
    assert [(one.requirement, one.verdict) for one in whole.findings] == [
        (one.requirement, one.verdict) for one in of_all.findings
    ]


def test_merge_does_not_write_over_a_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its folder may be named by the file in it."""
    report.write(shard("1/1", found("chat.id", Verdict.PASSED)), tmp_path, None)
    before = (tmp_path / "report.json").read_bytes()

    assert main(["merge", str(tmp_path / "report.json"), "--report", str(tmp_path)]) == 2

    assert "the shard would be lost" in capsys.readouterr().err
    assert (tmp_path / "report.json").read_bytes() == before
