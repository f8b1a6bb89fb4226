"""The published reports of gateways that others wrote: each failure was read, and the pages come from the reports."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from ci import pages
from conformance.report.view import Standing
from tests.gateways import catalogue, publish, table, verified
from tests.gateways.catalogue import Gateway

PASSED = SimpleNamespace(judgements=[])
PUBLISHED = table.published()
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("gateway", PUBLISHED, ids=lambda one: one.name)
def test_every_failure_was_read(gateway: Gateway) -> None:
    """`verified.toml` names exactly the MUSTs that failed, and says by which document."""
    left = "\n".join(verified.problems(gateway))

    assert not left, f"the failures of {gateway.title} are not those that were read:\n{left}"


def test_pages_come_from_the_reports() -> None:
    """The table and the page of each gateway are those that the command writes."""
    assert not table.outdated(), f"write them: {table.COMMAND}"


def test_docs_show_them() -> None:
    """The site of the docs has the table, and the page of each gateway."""
    paths = [path for path, _ in pages.reports()]

    assert "judged/README.md" in paths
    assert {f"judged/{one.name}/README.md" for one in PUBLISHED} <= {*paths}


@pytest.mark.parametrize("gateway", PUBLISHED, ids=lambda one: one.name)
def test_report_names_the_gateway_and_how_to_reproduce(gateway: Gateway) -> None:
    """The head of a summary has the version and the command."""
    head = (gateway.reports / "summary.md").read_text()[:400]

    assert verified.view(gateway).report.name.startswith(gateway.title)
    assert f"`tox -e gateway-{gateway.name}`" in head


@pytest.mark.parametrize("gateway", PUBLISHED, ids=lambda one: one.name)
def test_pinned_version_is_the_published_one(gateway: Gateway) -> None:
    """A report of another version than the pinned one has to be made again: `tox -e gateway-NAME`."""
    name = verified.view(gateway).report.name

    assert not gateway.version or name == f"{gateway.title} {gateway.version}"


def test_every_gateway_has_an_environment() -> None:
    """The environments of tox and the files are the same."""
    section = re.search(r"\[testenv:gateway-\{(.+?)\}\]", (ROOT / "tox.ini").read_text(), re.DOTALL)

    assert section
    assert sorted(section[1].split(",")) == sorted(catalogue.names())


def test_every_port_is_its_own() -> None:
    """No two gateways listen at the same port."""
    ports = [catalogue.load(name).port for name in catalogue.names()]

    assert len({*ports}) == len(ports)


def test_unread_failure_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure that nobody read, and one that is no more, each tell which line to add or remove."""
    monkeypatch.setattr(catalogue, "REPORTS", tmp_path)
    monkeypatch.setattr(verified, "view", lambda _: PASSED)
    monkeypatch.setattr(verified, "failures", lambda _: ["chat.id"])
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx" / "verified.toml").write_text('"chat.usage" = { reading = "true", by = "RFC 9110" }\n')

    added, removed = verified.problems(catalogue.load("nginx"))

    assert added.startswith("chat.id fails and nobody has read why")
    assert '"chat.id" = { reading = ' in added
    assert removed == "chat.usage fails no more: remove its line from reports/nginx/verified.toml"


def test_reading_of_what_one_run_hides_may_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is reset makes a failure inconclusive; the next run needs its reading again."""
    hidden = SimpleNamespace(judgements=[SimpleNamespace(id="chat.usage", standing=Standing.INCONCLUSIVE)])
    monkeypatch.setattr(catalogue, "REPORTS", tmp_path)
    monkeypatch.setattr(verified, "view", lambda _: hidden)
    monkeypatch.setattr(verified, "failures", lambda _: [])
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx" / "verified.toml").write_text('"chat.usage" = { reading = "true", by = "RFC 9110" }\n')

    assert not [*verified.problems(catalogue.load("nginx"))]


def test_no_report_has_a_path_of_the_machine() -> None:
    """A stack trace of a gateway shows where it is installed."""
    report = {"text": f'File "{ROOT}/.tox/gateways/any/server.py", line 1', "numbers": [1, "two"]}

    assert publish.shortened(report) == {"text": 'File ".tox/gateways/any/server.py", line 1', "numbers": [1, "two"]}
    assert not [one.name for one in PUBLISHED for path in one.reports.iterdir() if f"{ROOT}/" in path.read_text()]
