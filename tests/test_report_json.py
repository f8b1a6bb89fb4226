"""`report.json` is read back unchanged, and any other file is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import InvalidReport
from conformance.report import formats, read, read_view, render, write
from conformance.report.json import document

from .reporting import REGISTER, clean, report, shown


def test_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(report(), tmp_path, register=REGISTER)

    assert read(tmp_path / "report.json") == report()
    assert read(tmp_path) == report()


@pytest.mark.parametrize("name", sorted(formats()))
def test_every_format_is_the_same_from_a_file_as_from_the_run(name: str, tmp_path: Path) -> None:
    write(report(), tmp_path, register=REGISTER)

    assert render(name, read_view(tmp_path)) == render(name, shown())


def test_every_format_is_written(tmp_path: Path) -> None:
    write(report(), tmp_path / "new", register=REGISTER)

    assert sorted(formats()) == ["badge", "html", "json", "junit", "markdown"]
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"badge.svg", "report.html", "report.json", "junit.xml", "summary.md", "exchanges.har"}


def test_summary_counts_every_requirement() -> None:
    summary = document(shown())["summary"]

    assert summary["requirements"] == len(REGISTER.requirements)
    assert sum(sum(level.values()) for level in summary["standings"].values()) == summary["requirements"]
    assert summary["conformant"] is False
    assert document(clean())["summary"]["conformant"] is True


def _unknown_member(content: dict[str, Any]) -> None:
    content["findings"][0]["mood"] = "good"


def _unknown_verdict(content: dict[str, Any]) -> None:
    content["findings"][0]["verdict"] = "skipped"


def _no_counts(content: dict[str, Any]) -> None:
    del content["counts"]


def _other_version(content: dict[str, Any]) -> None:
    content["schema_version"] = "9.0"


def _local_time(content: dict[str, Any]) -> None:
    content["run"]["started"] = "2026-02-03 04:05"


@pytest.mark.parametrize("spoil", [_unknown_member, _unknown_verdict, _no_counts, _other_version, _local_time])
def test_what_breaks_the_schema_is_refused(spoil: Any, tmp_path: Path) -> None:
    content = document(shown())
    spoil(content)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(content))

    with pytest.raises(InvalidReport, match="is not a report") as caught:
        read(path)
    assert "schema" in caught.value.hint


@pytest.mark.parametrize("content", [None, "", "{", "[]", '"report"'])
def test_what_is_no_report_is_refused(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(InvalidReport) as caught:
        read(path)
    assert caught.value.hint
