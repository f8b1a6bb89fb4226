"""`compare` and `site`: gateways side by side, from their reports."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import register
from conformance.__main__ import main
from conformance.model import Counts, Evidence, Finding, Level, Report, Verdict
from conformance.report import write

CHAT = "POST http://gateway.test/v1/chat/completions"


def report(name: str, failing: dict[str, str], first_event: float | None = None) -> Report:
    """A run that judged a few requirements, and failed some of them with a message."""
    names = ("chat.id", "chat.model", "chat.stream.done", "auth.scheme-case")
    shown = (Evidence(1, "", CHAT, "HTTP/1.1 200\ncontent-type: application/json\n\n{}"),)
    level = register.load().requirement
    findings = tuple(
        Finding(one, level(one).level, Verdict.FAILED, failing[one], evidence=shown)
        if one in failing
        else Finding(one, level(one).level, Verdict.PASSED)
        for one in names
    )
    counts = Counts(1234, 50, 7, first_event)
    return Report(
        "http://gateway.test/v1", "openai", "m", "2026-02-03T04:05:06Z", 1.0, 0, {}, counts, findings, name=name
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of three gateways, one of which has an evil name and messages."""
    folder = tmp_path_factory.mktemp("reports")
    runs = {
        "one": report("One 1.0", {"chat.id": "id is None", "chat.model": "model is None"}, 0.25),
        "two": report("", {"chat.stream.done": "no [DONE]; the last event is '<script>x</script>|'"}),
        "three": report("<script>alert(1)</script>", {}),
    }
    for name, one in runs.items():
        write(one, folder / name)
    return folder


@pytest.fixture
def reports(written: Path, tmp_path: Path) -> Path:
    """A folder with those reports."""
    return Path(shutil.copytree(written, tmp_path / "reports"))


def compared(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["compare", *words]) == 0
    return capsys.readouterr().out


def test_gateways_stand_side_by_side(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What they cost, their causes, and the requirements in which they differ."""
    text = compared(capsys, str(reports / "one"), str(reports / "two" / "report.json"), "--format", "markdown")

    assert "|  | One 1.0 | two |" in text
    assert "| Causes that break a MUST | 1 | 1 |" in text
    assert "| Requests | 1,234 | 1,234 |" in text
    assert "| Time until a stream begins | 250 ms | – |" in text
    assert "| Answers of POST /chat/completions lack `id` and `model` | MUST, 2 |  |" in text
    assert "| chat.stream.done (MUST) | passed | failed |" in text
    assert "| auth.scheme-case" not in text


def test_terminal_has_the_same(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table that a pipe gets without colour."""
    text = compared(capsys, str(reports / "one"), str(reports / "three"))

    assert "At a glance" in text
    assert "250 ms" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("columns", [60, 100])
def test_tables_are_as_wide_as_columns_says(
    columns: int, reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    text = compared(capsys, str(reports / "one"), str(reports / "three"))

    assert columns - 10 < max(map(len, text.splitlines())) <= columns


@pytest.mark.parametrize("style", ["terminal", "markdown", "html"])
def test_tables_have_a_legend(style: str, reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And requirements their level."""
    text = compared(capsys, str(reports / "one"), str(reports / "three"), "--format", style)

    assert "Legend" in text
    assert "the situation was not reached" in text
    assert "chat.id (MUST)" in text


def test_programs_get_the_tables_as_json(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By --json as by --format."""
    paths = [str(reports / "one"), str(reports / "three")]

    tables = {one["title"]: one for one in json.loads(compared(capsys, *paths, "--json"))["tables"]}

    assert tables["At a glance"]["columns"][0] == "One 1.0"
    assert ["chat.id (MUST)", "failed", "passed"] in tables["Requirements in which they differ"]["rows"]
    assert json.loads(compared(capsys, *paths, "--format", "json"))["tables"] == list(tables.values())


def test_runs_of_one_gateway_are_told_apart_by_their_date(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So the history of a gateway can be read."""
    later = replace(report("One 1.0", {}), started="2026-03-04T05:06:07Z")
    write(later, reports / "later")

    text = compared(capsys, str(reports / "one"), str(reports / "later"), "--format", "markdown")

    assert "|  | One 1.0 2026-02-03 04:05 | One 1.0 2026-03-04 05:06 |" in text


def test_page_keeps_text_of_gateways_inert(reports: Path, tmp_path: Path) -> None:
    """Nothing of a report is markup, and nothing is loaded."""
    page = tmp_path / "compare.html"

    assert main(["compare", *(str(one) for one in reports.iterdir()), "--format", "html", "-o", str(page)]) == 0

    text = page.read_text()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not re.search(r'(?:src|href)="https?:', text)


def test_output_into_nowhere_is_wrong_usage(reports: Path, tmp_path: Path) -> None:
    """And so is a report that does not exist."""
    assert main(["compare", str(reports / "one"), "-o", str(tmp_path / "none" / "x.md")]) == 2
    assert main(["compare", str(tmp_path / "none")]) != 0


def test_site_has_a_page_for_each_gateway_and_requirement(reports: Path, tmp_path: Path) -> None:
    """Every link leads to a page that is there."""
    assert main(["site", str(reports), "--output", str(tmp_path / "site")]) == 0

    site = tmp_path / "site"
    assert {one.name for one in (site / "gateways").iterdir()} == {"one", "two", "three"}
    assert (site / "gateways" / "one" / "badge.svg").read_text().startswith("<svg")
    done = (site / "requirements" / "chat.stream.done.html").read_text()
    assert "no [DONE]" in done
    assert "<script>x" not in done
    for page in [site / "index.html", site / "requirements" / "index.html", site / "requirements" / "chat.id.html"]:
        for link in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', page.read_text()):
            assert (page.parent / link).is_file(), link


def test_site_of_nothing_is_wrong_usage(tmp_path: Path) -> None:
    """A folder without a report."""
    assert main(["site", str(tmp_path), "--output", str(tmp_path / "site")]) == 2


def test_id_of_a_requirement_leads_to_no_other_folder(reports: Path, tmp_path: Path) -> None:
    """A report that somebody sends cannot write outside the site."""
    evil = report("Evil", {})
    finding = Finding("x/../../evil", Level.MUST, Verdict.FAILED, "x")
    write(replace(evil, findings=(*evil.findings, finding)), reports / "evil")

    assert main(["site", str(reports), "--output", str(tmp_path / "site")]) == 0

    assert not list(tmp_path.rglob("evil.html"))
    assert (tmp_path / "site" / "requirements" / "x%2F..%2F..%2Fevil.html").is_file()


def runs_over_dates(folder: Path, *failing: dict[str, str]) -> list[str]:
    """The folders of reports of one gateway, a version and a month apart."""
    for month, failures in enumerate(failing, 1):
        run = replace(report(f"Some Gateway 1.{month}", failures), started=f"2026-{month:02}-03T04:05:06Z")
        write(run, folder / f"run-{month}")
    return [str(folder / f"run-{month}") for month, _ in enumerate(failing, 1)]


def test_runs_of_one_gateway_are_a_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict by date, and what failed or was mended since the run before, in whatever order they are given."""
    broken = {"chat.id": "id is None"}
    folders = runs_over_dates(tmp_path, broken, {"chat.model": "model is None", "auth.scheme-case": "refused"}, {})

    text = compared(capsys, *reversed(folders), "--format", "markdown")

    rows = text.partition("## History of Some Gateway")[2].split("\n\n")[1].splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [
        f"2026-{month:02}-03 04:05 Some Gateway 1.{month}" for month in (1, 2, 3)
    ]
    assert rows[0].endswith("| – | – |")
    assert rows[1].endswith("| 2: auth.scheme-case (SHOULD), chat.model | 1: chat.id |")
    assert rows[2].endswith("| 0 | 2: auth.scheme-case (SHOULD), chat.model |")


def test_history_counts_from_the_last_run_that_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that did not come to a requirement neither breaks nor mends it."""
    first, second, third = runs_over_dates(tmp_path, {"chat.id": "id is None"}, {}, {})
    quick = report("Some Gateway 1.2", {})
    findings = tuple(one for one in quick.findings if one.requirement != "chat.id")
    write(replace(quick, findings=findings, started="2026-02-03T04:05:06Z"), Path(second))

    text = compared(capsys, first, second, third, "--format", "markdown")

    history = text.partition("## History")[2].partition("## Profiles")[0]
    assert history.count("1: chat.id") == 1


@pytest.mark.parametrize(
    ("name", "other", "address", "number"),
    [
        ("One 1.0", "one v2.0-rc1", "http://gateway.test/v1", 1),
        ("One 1", "One 2", "http://gateway.test/v1", 0),
        ("One 1.0", "Two 1.0", "http://gateway.test/v1", 0),
        ("", "", "http://gateway.test/v1", 1),
        ("", "", "http://localhost:4000/v1", 0),
    ],
)
def test_one_gateway_is_known_by_its_name_or_address(
    name: str, other: str, address: str, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its version; what runs on the own machine may be anything."""
    for folder, called in (("a", name), ("b", other)):
        write(replace(report(called, {}), base_url=address), tmp_path / folder)

    assert compared(capsys, str(tmp_path / "a"), str(tmp_path / "b")).count("History of") == number


def test_site_compares_the_last_runs_and_keeps_all(tmp_path: Path) -> None:
    """Each run has a page, to which the history leads."""
    runs_over_dates(tmp_path / "reports", {"chat.id": "id is None"}, {})

    assert main(["site", str(tmp_path / "reports"), "--output", str(tmp_path / "site")]) == 0

    index = (tmp_path / "site" / "index.html").read_text()
    glance, _, rest = index.partition("History of")
    history, _, rest = rest.partition("Profiles")
    assert [history.count(f"gateways/run-{month}/index.html") for month in (1, 2)] == [1, 1]
    assert "gateways/run-1/" not in glance + rest
    assert (tmp_path / "site" / "gateways" / "run-1" / "index.html").is_file()
