"""The suite as a pytest plugin: in a checkout, in a foreign repository, with the usual options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FEW = ["--pyargs", "conformance.checks.test_chat_usage", "conformance.checks.test_chat_stream_usage"]
"""Enough of the suite for what is about pytest."""
Result = subprocess.CompletedProcess[str]
FOREIGN = {
    "pytest.ini": """
[pytest]
addopts = -q --strict-markers --strict-config
python_files = check_*.py
python_functions = check_*
filterwarnings = error
testpaths = mine
""",
    "conftest.py": """
import pytest
def pytest_addoption(parser):
    for name in ("--model", "--gateway", "--target", "--report"):
        parser.addoption(name)
@pytest.fixture
def target():
    raise RuntimeError("not yours")
""",
    "mine/check_mine.py": "def check_mine(): pass\n",
}


@pytest.fixture
def foreign(tmp_path: Path) -> Callable[..., Result]:
    """Runs pytest in a repository that has its own conftest and options."""
    for name, text in FOREIGN.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(*words: str, key: str = "sk-ok") -> Result:
        environment = os.environ | {"GATEWAY_API_KEY": key}
        command = [sys.executable, "-m", "pytest", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)

    return run


def test_inert_in_other_projects(foreign: Callable[..., Result]) -> None:
    """The tests of a project run as if the plugin were not installed."""
    result = foreign()

    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout


def test_pyargs_judges_the_reference_server(foreign: Callable[..., Result]) -> None:
    """`pytest --pyargs conformance` needs no options."""
    result = foreign("--pyargs", "conformance", "-k", "test_usage or test_stream_done")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "passed" in result.stdout


def test_base_url_is_judged(foreign: Callable[..., Result], server: Callable[..., str]) -> None:
    """`--base-url` sets the target; a failed MUST shows the sentence, the exchange and a curl command."""
    root = server().removesuffix("/v1")
    result = foreign("--base-url", f"{root}/fault/total_off_by_one/v1", *FEW)

    assert result.returncode == 1
    assert "chat.usage.total: total_tokens is" in result.stdout
    assert "MUST  `total_tokens` is the sum" in result.stdout
    assert "curl -sS" in result.stdout
    assert "sk-ok" not in result.stdout + result.stderr


def test_should_only_warns(foreign: Callable[..., Result], server: Callable[..., str]) -> None:
    """A SHOULD that fails does not fail the run."""
    root = server().removesuffix("/v1")
    words = ["--base-url", f"{root}/fault/finish_reason_absent_until_the_end/v1", "-k", "finish_null"]
    result = foreign("--pyargs", "conformance.checks.test_chat_stream", *words)

    assert result.returncode == 0, result.stdout
    assert "1 warned" in result.stdout


def test_usual_options(foreign: Callable[..., Result], server: Callable[..., str]) -> None:
    """Marks and last-failed work."""
    result = foreign("--base-url", server(), *FEW, "-m", "requirement", "--lf")

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_report_is_written(
    foreign: Callable[..., Result], server: Callable[..., str], tmp_path: Path, workers: str
) -> None:
    """xdist works; `--conformance-report` leaves a report, written by one process whatever the number of workers."""
    words = ["--base-url", server(), "--conformance-report", "out", *FEW, "-n", workers]
    result = foreign(*words)

    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    lines = map(json.loads, (tmp_path / "out" / "findings.jsonl").read_text().splitlines())
    journal = [line for line in lines if "run" not in line]
    assert len(report["findings"]) == len(journal) > 3
    assert report["counts"]["requests"] >= 2
    assert "sk-ok" not in "".join(path.read_text() for path in (tmp_path / "out").iterdir())


def test_feature_and_level_select(foreign: Callable[..., Result], server: Callable[..., str]) -> None:
    """Features are selected by prefix, levels from the strictest down."""
    words = ["--conformance-feature", "chat.stream.usage", "--conformance-level", "MUST", "--collect-only"]
    modules = ["conformance.checks.test_chat_stream", "conformance.checks.test_chat_stream_usage"]
    result = foreign("--pyargs", *modules, "--base-url", server(), *words)

    assert "test_stream_usage_total" in result.stdout
    assert "null_before" not in result.stdout
    assert "test_stream_done" not in result.stdout


def test_refused_key_is_no_verdict(foreign: Callable[..., Result], server: Callable[..., str]) -> None:
    """A target that rejects the key is not judged."""
    result = foreign("--base-url", server(), *FEW, key="sk-nobody")

    assert result.returncode == 3
    assert "the target refuses the key" in result.stdout
    assert "failed" not in result.stdout.splitlines()[-1]


def test_nobody_listens(foreign: Callable[..., Result], tmp_path: Path) -> None:
    """An unreachable target ends the run at once, and leaves no report of an earlier run."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_text("{}")
    (tmp_path / "out" / "mine.txt").write_text("kept")

    result = foreign("--base-url", "http://127.0.0.1:9/v1", *FEW, "--conformance-report", "out")

    assert result.returncode == 3
    assert "cannot connect" in result.stdout
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_run_that_ends_early_is_no_verdict(
    foreign: Callable[..., Result], server: Callable[..., str], tmp_path: Path
) -> None:
    """What was learned is reported as a part."""
    result = foreign(
        *("--base-url", server(), *FEW, "--conformance-max-requests", "3", "--conformance-concurrency", "1"),
        *("--conformance-report", "out"),
    )

    assert result.returncode == 3, result.stdout
    assert json.loads((tmp_path / "out" / "report.json").read_text())["run"]["partial"]


def test_unknown_gateway_is_wrong_usage(foreign: Callable[..., Result]) -> None:
    result = foreign("--conformance-gateway", "foxroa", *FEW)

    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout
