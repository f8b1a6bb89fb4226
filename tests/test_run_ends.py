"""However a run ends, it leaves a report that is true, and exits with 0 only when there is a verdict."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import report
from conformance.__main__ import main
from conformance.report import folder, har, journal
from conformance.run import agenda

from . import reporting

ROOT = Path(__file__).parent.parent
RUN = [sys.executable, "-m", "conformance", "run"]
Server = Callable[..., str]
WITH_WORKERS = pytest.mark.parametrize("workers", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)])
"""With one process, and with several."""


def begun(folder: Path, findings: int = 20) -> None:
    """Waits until a run has come to that many findings."""
    deadline = time.monotonic() + 60
    journal = folder / "findings.jsonl"
    while not journal.exists() or len(journal.read_text().splitlines()) < findings:
        assert time.monotonic() < deadline, "the run does not begin"
        time.sleep(0.05)


def partial(folder: Path) -> str:
    """Why the run in the folder ended early, by its report, which every format renders."""
    for name in ("badge", "html", "json", "junit", "markdown"):
        assert main(["render", name, str(folder), "-o", os.devnull]) == 0
    return str(json.loads((folder / "report.json").read_text())["run"]["partial"])


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_leaves_a_partial_report(sent: signal.Signals, code: int, server: Server, tmp_path: Path) -> None:
    words = [*RUN, "--base-url", server(), "--report", str(tmp_path), "--feature", "chat", "--feature", "files"]
    with subprocess.Popen(words, env=os.environ | {"GATEWAY_API_KEY": "sk-ok"}, stdout=subprocess.DEVNULL) as process:
        begun(tmp_path)
        process.send_signal(sent)

        assert process.wait(timeout=30) == code

    assert "interrupted" in partial(tmp_path) or "terminated" in partial(tmp_path)


def test_killed_run_is_rendered_and_compared(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*RUN, "--base-url", server(), "--report", str(tmp_path), "--feature", "chat", "--feature", "files"]
    with subprocess.Popen(words, env=os.environ | {"GATEWAY_API_KEY": "sk-ok"}, stdout=subprocess.DEVNULL) as process:
        begun(tmp_path)
        process.kill()
    with (tmp_path / "findings.jsonl").open("a") as journal:
        journal.write('{"requirement": "cut sh')

    assert main(["render", "markdown", str(tmp_path)]) == 0
    assert "the run was killed" in capsys.readouterr().out
    assert main(["diff", str(tmp_path), str(tmp_path / "findings.jsonl")]) == 0


def test_request_cap_leaves_a_partial_report(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    words = ["--base-url", server(), "--report", str(tmp_path), "--feature", "chat", "--max-requests", "12"]

    assert main(["run", *words]) == 3
    assert "the limit" in partial(tmp_path)


def test_request_cap_holds_over_all_that_is_in_flight(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    words = ["--base-url", server(), "--report", str(tmp_path), "--feature", "chat.stream", "--max-requests", "8"]

    main(["run", *words, "--concurrency", "6"])

    assert json.loads((tmp_path / "report.json").read_text())["counts"]["requests"] <= 8


def test_verdict_stands_though_nobody_reads_it(server: Server, tmp_path: Path) -> None:
    """A pipe that is closed early, as by `head`, makes no failed run a success."""
    base_url = server().replace("/v1", "/fault/total_off_by_one/v1")
    words = [*RUN, "--base-url", base_url, "--report", str(tmp_path), "--requirement", "chat.usage.total"]
    environment = os.environ | {"GATEWAY_API_KEY": "sk-ok"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as run:
        assert run.stdout
        run.stdout.close()

        assert run.wait(timeout=60) == 1


def test_gateway_that_dies_leaves_a_partial_report(tmp_path: Path) -> None:
    serving = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    environment = os.environ | {"GATEWAY_API_KEY": "sk-ok"}
    with subprocess.Popen(serving, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as gateway:
        assert gateway.stdout
        words = [*RUN, "--base-url", gateway.stdout.readline().strip(), "--report", str(tmp_path), "--feature", "chat"]
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
            begun(tmp_path)
            gateway.kill()

            assert process.wait(timeout=60) == 3

    assert "cannot connect" in partial(tmp_path)


def test_full_disk_is_told(server: Server, tmp_path: Path) -> None:
    words = [*RUN, "--base-url", server(), "--report", str(tmp_path), "--feature", "chat"]
    process = subprocess.run(
        words,
        env=os.environ | {"GATEWAY_API_KEY": "sk-ok"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert process.returncode == 3
    assert "the report cannot be written" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(("url", "code"), [("http://127.0.0.1:9/v1", 3), ("ftp://host/v1", 2)])
def test_run_without_a_report_leaves_none_of_an_earlier_one(
    url: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would look like this run's. After wrong usage there was no run; what the user keeps beside it stays."""
    for name in (*folder.WRITTEN[:-1], "curl-one.sh", "mine.txt"):
        (tmp_path / name).write_text("{}")

    assert main(["run", "--base-url", url, "--report", str(tmp_path)]) == code

    assert ({one.name for one in tmp_path.iterdir()} == {"mine.txt"}) is (code == 3)
    assert ("the report of an earlier run is gone" in capsys.readouterr().err) is (code == 3)


def test_what_a_run_reads_is_spared(tmp_path: Path) -> None:
    """A baseline may lie where the report is written."""
    report.write(replace(reporting.report((), "openai"), settings={}), tmp_path, None)
    words = ["--base-url", "http://127.0.0.1:9/v1", "--report", str(tmp_path), "--baseline", str(tmp_path)]

    assert main(["run", *words]) == 3

    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_all_that_a_run_leaves_is_known() -> None:
    """So nothing of it stays behind."""
    names = {one.FILENAME for one in (*report.formats().values(), har, journal)}

    assert names | {"curl-*.sh"} == {*folder.WRITTEN}


def test_nothing_judged_is_no_success(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    words = ["--base-url", server(), "--report", str(tmp_path), "--requirement", "auth.expired"]

    assert main(["run", *words]) == 3


@pytest.mark.parametrize("option", ["--base-url", "--gateway", "--model", "--target", "--report", "--feature"])
def test_empty_value_is_wrong_usage(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", option, ""]) == 2
    assert "is empty" in capsys.readouterr().err


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest in a folder."""
    environment = os.environ | {"GATEWAY_API_KEY": "sk-ok"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@WITH_WORKERS
def test_empty_base_url_judges_nobody_in_pytest(tmp_path: Path, workers: list[str]) -> None:
    words = ["--pyargs", "conformance.checks.test_chat_stream", "--base-url", "", "-k", "test_stream_done", *workers]
    ended = pytest_in(tmp_path, *words)

    assert ended.returncode not in (0, 5)
    assert "--base-url is empty" in ended.stdout + ended.stderr


@WITH_WORKERS
def test_pytest_without_a_verdict_ends_with_3(server: Server, tmp_path: Path, workers: list[str]) -> None:
    words = ["--pyargs", "conformance.checks.test_auth", "--base-url", server(), "-k", "test_expired", *workers]
    ended = pytest_in(tmp_path, *words)

    assert ended.returncode == 3, ended.stdout
    assert "no verdict" in ended.stdout


def test_unknown_feature_is_wrong_usage_in_pytest(tmp_path: Path) -> None:
    ended = pytest_in(tmp_path, "--pyargs", "conformance", "--conformance-feature", "chatt")

    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "unknown feature 'chatt'" in ended.stderr
    assert "INTERNALERROR" not in ended.stdout + ended.stderr


def test_checks_of_a_clone_fail_where_the_suite_is_installed(server: Server, tmp_path: Path) -> None:
    """The checks come from the clone, the suite from where it is installed: an assertion of either is a verdict."""
    shutil.copytree(ROOT / "conformance", tmp_path / "conformance", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    url = server().replace("/v1", "/fault/total_off_by_one/v1")
    words = ["--base-url", url, "-k", "test_usage_total and not embeddings"]
    environment = os.environ | {"GATEWAY_API_KEY": "sk-ok", "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "conformance/checks/test_chat_usage.py", *words]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 1, ended.stdout
    assert "FAILED" in ended.stdout


def test_unknown_expected_failure_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "target.toml"
    entry = '[[expected_failures]]\nrequirement = "errors.array-body"\nreason = "x"\n'
    file.write_text(f'base_url = "http://127.0.0.1:9/v1"\n{entry}')

    assert main(["run", "--target", str(file)]) == 2
    assert "errors.array-body" in capsys.readouterr().err


@pytest.mark.slow
def test_replay_has_the_same_verdicts_and_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"--feature={name}" for name in ("chat.stream", "chat.tools", "files", "anthropic.tools", "sdk.openai")]
    main(["run", *words, "--seed", "7", "--report", str(tmp_path / "live")])
    live = json.loads((tmp_path / "live" / "report.json").read_text())
    capsys.readouterr()

    main(["run", *words, "--replay", str(tmp_path / "live/exchanges.har"), "--report", str(tmp_path / "again")])

    again = json.loads((tmp_path / "again" / "report.json").read_text())
    assert f"a recording of {live['target']['base_url']}" in capsys.readouterr().out
    assert main(["diff", str(tmp_path / "live"), str(tmp_path / "again")]) == 0
    assert "no verdict changed" in capsys.readouterr().out
    assert again["counts"]["requests"] == 0
    assert again["run"]["seed"] == 7


@pytest.mark.slow
def test_terminated_agenda_ends_and_writes_nothing(tmp_path: Path) -> None:
    """Its exit code is that of any command that was asked to end."""
    words = [sys.executable, "-m", "conformance", "agenda"]
    before = {path: path.read_bytes() for path in agenda.FOLDER.glob("*.json")}
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("*/findings.jsonl")):
            assert time.monotonic() < deadline, "the run does not begin"
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=30)

    assert process.returncode == 143
    assert b"terminated" in error
    assert {path: path.read_bytes() for path in agenda.FOLDER.glob("*.json")} == before


def test_recording_of_an_earlier_run_goes_with_its_report(tmp_path: Path) -> None:
    """A run that is killed leaves nothing that is not its own."""
    (tmp_path / "exchanges.har").write_text("{}")

    journal.Journal(tmp_path).describe(reporting.report((), "openai"))

    assert [one.name for one in tmp_path.iterdir()] == [journal.FILENAME]


def test_recording_that_is_replayed_stays(tmp_path: Path) -> None:
    """Also where the report is written beside it."""
    recording = tmp_path / "exchanges.har"
    main(["run", "--requirement", "models.list", "--report", str(tmp_path)])
    before = recording.read_bytes()

    main(["run", "--requirement", "models.list", "--replay", str(recording), "--report", str(tmp_path)])

    assert recording.read_bytes() == before
    assert json.loads((tmp_path / "report.json").read_text())["counts"]["requests"] == 0
