"""Histories leave nothing behind, repeat with their seed, report their shortest failure, and confirm it first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.errors import Inconclusive
from conformance.model import Finding, Verdict
from conformance.properties.histories import Trial
from conformance.properties.history import Asking, Broken, History, Step
from conformance.register import select
from conformance.report import har
from conformance.run import runner
from conformance.target import Target, reference
from conformance.words.ask import Ask

from .canned import Canned
from .traffic import traffic

FILES = ["properties.files.model", "properties.files.list", "properties.files.paging"]
JOBS = ["properties.jobs.model", "properties.jobs.apart", "properties.jobs.unknown"]


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """A reference server that has files and jobs."""
    with reference.serving("infery") as target:
        yield target


def judged(target: Target, prefix: str = "", requirement: list[str] = FILES, **options: Any) -> dict[str, Finding]:
    """The findings of a run."""
    report = runner.judge(
        base_url=target.base_url.replace("/v1", f"{prefix}/v1"),
        gateway=target.gateway,
        target=reference.FIXTURES,
        requirement=requirement,
        include=sorted(select.EXPENSIVE),
        **options,
    ).report
    return {finding.requirement: finding for finding in report.findings}


@pytest.mark.parametrize("requirement", [FILES, JOBS], ids=["files", "jobs"])
def test_seed_repeats_a_run(target: Target, tmp_path: Path, requirement: list[str]) -> None:
    """Two runs with one seed send the same requests, a run with another seed sends others."""
    sent = []
    for number, seed in enumerate([3, 3, 4]):
        findings = judged(target, requirement=requirement, report_dir=tmp_path / str(number), seed=seed, examples=20)
        assert {finding.verdict for finding in findings.values()} == {Verdict.PASSED}
        sent.append(traffic(tmp_path / str(number)))

    assert sent[0] == sent[1]
    assert sent[0] != sent[2]
    assert len(sent[0]) > 10


@pytest.mark.slow
def test_failures_repeat_with_their_seed(target: Target, tmp_path: Path) -> None:
    """The search for the shortest history repeats as well."""
    sent = []
    for place in (tmp_path / "one", tmp_path / "two"):
        judged(target, "/fault/page_skips_a_file_after_a_deletion", report_dir=place)
        sent.append(traffic(place))

    assert sent[0] == sent[1]


def test_recording_has_the_same_verdicts(target: Target, tmp_path: Path) -> None:
    """A run can be judged again without the gateway."""
    judged(target, requirement=[*FILES, *JOBS], report_dir=tmp_path, examples=20)

    again = judged(target, requirement=[*FILES, *JOBS], replay=tmp_path / har.FILENAME, examples=20)

    assert {finding.verdict for finding in again.values()} == {Verdict.PASSED}


@pytest.mark.parametrize("prefix", ["", "/fault/every_fifth_file_forgotten"])
def test_run_leaves_no_files(target: Target, prefix: str) -> None:
    """Every upload is deleted, whatever the verdicts."""
    judged(target, prefix)

    listed = httpx.get(f"{target.base_url}/files", headers={"authorization": "Bearer sk-ok"}).json()
    assert [entry["id"] for entry in listed["data"]] == ["file-reference"]


def test_failure_is_told_in_its_shortest_history(target: Target) -> None:
    """No step of the history can be left out, and all its exchanges are the evidence."""
    finding = judged(target, "/fault/deleted_file_back_after_two_uploads")["properties.files.model"]

    assert finding.verdict is Verdict.FAILED
    acts = re.findall(r"\d+\. (\w+)", finding.message)
    assert acts == ["upload", "delete", "upload", "upload", "read"]
    sent = [evidence.request.partition(" ")[0] for evidence in finding.evidence][::-1]
    assert sent[-7:] == ["POST", "DELETE", "POST", "POST", "GET", "GET", "GET"]
    assert all(evidence.curl.startswith("curl ") for evidence in finding.evidence)


class Counting(History):
    """A history of a counter that breaks once three things exist and one has been touched since."""

    make = "make"
    acts = ("touch", "make", "rest")
    most_first = 4
    ends = 0

    def words(self, step: Step) -> str:
        return f"{step.act} {step.thing}" if step.act != "rest" else ""

    def do(self, step: Step) -> None:
        count = sum(1 for one in self.done if one.act == "make")
        self.demand(step.act == "make" or count < 3, "three", "too many")

    def closing(self) -> list[Step]:
        return []

    def end(self) -> None:
        Counting.ends += 1


def trial(start: type[History], **options: Any) -> Trial:
    asking = Asking(Ask(Canned(), "m"))
    return Trial(asking, lambda: start(asking), 0, **{"examples": 5, "steps": 12} | options)


def test_steps_are_left_out_until_none_can_be() -> None:
    """The shortest failure makes three things and touches one."""
    findings = trial(Counting).findings(["three"])

    with pytest.raises(Broken, match=r"^too many, after: 1\. make \d; 2\. make \d; 3\. make \d; 4\. touch \d$"):
        findings.demand("three")


def test_each_broken_promise_is_told() -> None:
    """A broken requirement does not hide another."""

    class Twice(Counting):
        def do(self, step: Step) -> None:
            super().do(step)
            self.demand(step.act == "make", "one", "touched")

    findings = trial(Twice).findings(["three", "one"])

    assert set(findings.broken) == {"three", "one"}


def test_shortening_is_bounded() -> None:
    """Shortening a long history takes a limited number of requests."""
    Counting.ends = 0
    trial(Counting, shorter=7, steps=30).findings([])

    assert Counting.ends <= 5 + 7


def test_history_that_does_not_break_again_is_inconclusive() -> None:
    """A failure that does not repeat may come from other traffic, so it is not reported."""
    broken = []

    class Once(Counting):
        def do(self, step: Step) -> None:
            if not broken:
                broken.append(step)
                raise Broken("once", "odd")

    with pytest.raises(Inconclusive, match="seen once, and not again: odd"):
        trial(Once).findings(["once"]).demand("once")


def test_history_without_a_verdict_is_inconclusive() -> None:
    """A target that refuses the steps is not failed, and soon no longer asked."""
    Counting.ends = 0

    class Refused(Counting):
        def do(self, step: Step) -> None:
            raise Inconclusive(f"{step.act} was answered 429")

    with pytest.raises(Inconclusive, match="make was answered 429"):
        trial(Refused, examples=20).findings(["three"]).demand("three")
    assert Counting.ends == 3


def test_list_may_lag_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correct second look counts as much as a correct first one."""
    monkeypatch.setattr("conformance.properties.history.PAUSE", 0)
    looks = iter(["nothing yet", "the file", "something else"])

    assert Asking(Ask(Canned(), "m")).look(lambda: next(looks), "the file".__eq__) == "the file"


def test_looks_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the list does not settle, its last state is reported."""
    monkeypatch.setattr("conformance.properties.history.PAUSE", 0)
    looks = iter(range(10))

    assert Asking(Ask(Canned(), "m")).look(lambda: next(looks), lambda one: one > 5) == 2
