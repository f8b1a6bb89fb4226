"""The checks of files leave nothing behind, judge a recording alike, and do not mistake other traffic for a defect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from conformance.errors import Inconclusive
from conformance.model import Verdict
from conformance.report import har
from conformance.run import runner
from conformance.target import Target, reference
from conformance.words.openai.files import steady


@pytest.fixture(scope="module", params=[None, "infery"])
def judged(request: pytest.FixtureRequest) -> Iterator[Target]:
    """A reference server that plays a gateway with files."""
    with reference.serving(request.param) as target:
        yield target


def judge(target: Target, prefix: str = "", **options: Path) -> dict[str, Verdict]:
    """The verdicts on files."""
    outcome = runner.judge(
        base_url=target.base_url.replace("/v1", f"{prefix}/v1"),
        gateway=target.gateway,
        target=reference.FIXTURES,
        feature=["files"],
        **options,
    )
    return {finding.requirement: finding.verdict for finding in outcome.report.findings}


def listed(target: Target) -> list[str]:
    """The ids of all files."""
    headers = {"authorization": "Bearer sk-ok"}
    body = httpx.get(f"{target.base_url}/files", headers=headers).json()
    return [entry["id"] for entry in body["data"]]


def test_run_leaves_no_files(judged: Target) -> None:
    """Every upload is deleted, whatever the verdicts."""
    judge(judged)
    judge(judged, "/fault/any_purpose_taken/fault/purpose_optional/fault/file_optional")

    assert listed(judged) == ["file-reference"]


def test_recording_has_the_same_verdicts(judged: Target, tmp_path: Path) -> None:
    """A run can be judged again without the gateway."""
    live = judge(judged, report_dir=tmp_path)

    assert judge(judged, replay=tmp_path / har.FILENAME) == live
    assert set(live.values()) == {Verdict.PASSED, Verdict.UNSUPPORTED}


def looking_at(*looks: object) -> Callable[[int], object]:
    """The files that each look at the list sees."""
    return lambda look: looks[look - 1]


def test_first_look_is_enough() -> None:
    """A satisfied check looks once."""
    assert steady(looking_at(7), lambda value: value == 7) == 7


def test_second_look_forgives_the_first() -> None:
    """A single disturbance by other traffic is no defect."""
    assert steady(looking_at(9, 7), lambda value: value == 7) == 7


def test_two_equal_looks_are_believed() -> None:
    """A defect that repeats is reported."""
    assert steady(looking_at(0, 0), lambda value: value == 7) == 0


def test_two_different_looks_prove_nothing() -> None:
    """Continuous other traffic makes the check inconclusive."""
    with pytest.raises(Inconclusive):
        steady(looking_at(0, 3), lambda value: value == 7)
