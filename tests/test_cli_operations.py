"""The table of operations: no cell is empty, and what it says of histories is what they ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import gateway_contract
from conformance.__main__ import main
from conformance.cli import operations
from conformance.model import Verdict
from conformance.properties import file_history, job_history, linked, parameters
from conformance.register import select
from conformance.report import har
from conformance.run import runner
from conformance.target import reference

LINKS = [f"properties.links.{name}" for name in ("served", "listed", "apart", "gone")]
FILES = [f"properties.files.{name}" for name in ("model", "list", "paging")]
JOBS = [f"properties.jobs.{name}" for name in ("model", "apart", "unknown")]


@pytest.mark.parametrize("name", operations.FORMATS)
def test_no_cell_is_empty(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All operations of all contracts are tried in every way, and the command says so."""
    assert main(["coverage", "--operations", "--strict", "--format", name]) == 0

    written = capsys.readouterr().out
    assert "no gaps" in written if name == "text" else "deleteGeminiFile" in written


def cells(name: str) -> dict[str, operations.OperationRow]:
    """The rows of a contract, by operation."""
    return {row.operation: row for row in operations.rows(gateway_contract.load(name))}


def test_cells_say_how_an_operation_is_tried() -> None:
    """Fields, parameters, histories, the checks that follow a link, and that there is none."""
    some = cells("infery")

    assert some["createMusic"].stateful == "by music.job"
    assert some["createEmbedding"].stateful == operations.STATELESS
    assert some["retrieveFile"].valid == some["retrieveFile"].stateful == "histories of files"
    assert some["listFiles"].valid == "3 parameters"
    assert cells("foxora")["getAccount"].valid == "the only request there is"
    assert cells("openai")["retrieveGeminiModelV1"].invalid == "as retrieveGeminiModel"


@pytest.fixture
def nothing_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """No parameter has an odd value."""
    monkeypatch.setattr(parameters, "odd", lambda _: ())


@pytest.mark.usefixtures("nothing_odd")
def test_empty_cell_is_a_gap(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not tried is named, and `coverage --strict` fails."""
    assert main(["coverage", "--strict", "--quiet", "--gateway", "foxora"]) == 1

    assert "foxora getAccount: not tried: invalid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("gateway", "requirements", "history"),
    [(None, LINKS, linked), ("infery", FILES, file_history), ("foxapi", JOBS, job_history)],
    ids=["links", "files", "jobs"],
)
def test_histories_ask_what_they_say(
    gateway: str | None, requirements: list[str], history: object, tmp_path: Path
) -> None:
    """A run asks every operation that the table says a history asks."""
    contract = gateway_contract.load(gateway)
    with reference.serving(gateway) as target:
        options: dict[str, Any] = {
            "target": reference.FIXTURES,
            "requirement": requirements,
            "include": sorted(select.EXPENSIVE),
        }
        report = runner.judge(base_url=target.base_url, gateway=target.gateway, report_dir=tmp_path, **options).report
    records = har.load(tmp_path / har.FILENAME)
    found = (contract.find(one["method"], one["path"].partition("?")[0], one["protocol"]) for one in records)

    assert {finding.verdict for finding in report.findings} == {Verdict.PASSED}
    assert history.operations(contract) <= {one.id for one in found if one}
