"""`run`: the options that it passes to the runner, its output, and its exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from conformance import register
from conformance.__main__ import main
from conformance.errors import CannotConnect
from conformance.report import write
from conformance.report.har import save
from conformance.run import agenda
from conformance.run.agenda import Plan
from conformance.target import Target

from .reporting import REGISTER, clean, report

SECRET = "sk-very-secret"


class Runner:
    """Stands in for the runner: records its options and returns a report."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.outcome = SimpleNamespace(report=report(), exit_code=1)
        self.error: BaseException | None = None
        self.planned = False
        self.thinks = False

    def judge(self, **options: Any) -> SimpleNamespace:
        self.options = options
        if self.error:
            raise self.error
        write(self.outcome.report, options["report_dir"], register=REGISTER)
        return self.outcome

    def look(self, target: Target) -> SimpleNamespace:
        model = target.models.get("chat", "gpt-5-mini")
        return SimpleNamespace(model=model, cap=2048, thinks=self.thinks, latency=0.4, absent={}, recorder=None)

    def plan(self, *_: Any) -> Plan:
        self.planned = True
        return Plan(9, 140, 5000, {"chat": 100, "models": 40})


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    runner = Runner()
    module = ModuleType("conformance.run.runner")
    vars(module).update(judge=runner.judge, look=runner.look)
    monkeypatch.setattr(agenda, "plan", runner.plan)
    monkeypatch.setitem(sys.modules, "conformance.run.runner", module)
    monkeypatch.setattr(register, "load", lambda: REGISTER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_API_KEY", SECRET)
    return runner


@pytest.mark.usefixtures("runner")
def test_run_shows_verdicts_costs_and_paths(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "--base-url", "https://gateway.test/v1"])

    out, _ = capsys.readouterr()
    assert code == 1
    assert "about 140 requests and 5000 tokens for 9 requirements: 100 chat, 40 models" in out
    assert "Time     about 12 s" in out
    assert "failed               3       1       1" in out
    assert "FAILED models.cited\n  The gateway keeps models.cited.\n  “Models are listed.” https://one.test/docs" in out
    assert "  → [second] expected a list\n    curl https://gateway.test/v1/models" in out
    assert "WARNED chat.should.failed (SHOULD): → it is failed" in out
    assert "3 MUST failed: 1 of 7 MUST passed" in out
    assert "140 requests, 2345 prompt and 678 completion tokens, 12.5 s" in out
    assert "report/summary.md" in out
    assert SECRET not in out


@pytest.mark.parametrize("thinks", [True, False])
def test_run_tells_what_thinking_costs(runner: Runner, capsys: pytest.CaptureFixture[str], thinks: bool) -> None:
    runner.thinks = thinks

    main(["run", "--base-url", "https://gateway.test/v1"])

    told = "the model thinks before it speaks, so each answer may take 2048 tokens" in capsys.readouterr().out
    assert told is thinks


def test_run_of_the_reference_server_costs_nothing(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    runner.outcome = SimpleNamespace(report=clean().report, exit_code=0)

    assert main(["run"]) == 0
    assert not runner.planned
    assert "Conformant: 8 of 8 MUST passed." in capsys.readouterr().out


def test_run_passes_its_options_on(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    recording = tmp_path / "exchanges.har"
    save([], recording, {"base_url": "https://gateway.test/v1"})
    options = "--feature chat --feature models --requirement models.cited --include audio --level must --concurrency 2"
    options += " --seed 7 --timeout 9.5 --max-requests 50 --node-modules modules --shard 2/4"
    named = ["--name", "Gateway 1.2"]

    main(["run", *options.split(), *named, "--replay", str(recording), "--model", "m", "--report", "there"])

    assert runner.options == {
        "base_url": None,
        "gateway": None,
        "model": "m",
        "target": None,
        "report_dir": Path("there"),
        "feature": ["chat", "models"],
        "level": "MUST",
        "requirement": ["models.cited"],
        "profile": [],
        "include": ["audio"],
        "shard": "2/4",
        "concurrency": 2,
        "replay": recording,
        "seed": 7,
        "examples": None,
        "timeout": 9.5,
        "max_requests": 50,
        "max_time": None,
        "node_modules": Path("modules"),
        "headers": [],
        "name": "Gateway 1.2",
        "progress": True,
        "sight": None,
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [(CannotConnect("cannot connect", "is it up?"), 3), (ValueError("a defect"), 3), (KeyboardInterrupt(), 130)],
)
def test_run_that_cannot_judge_is_no_failed_must(runner: Runner, error: BaseException, code: int) -> None:
    runner.error = error

    assert main(["run"]) == code


@pytest.mark.parametrize("option", ["--feature", "--level", "--requirement", "--include"])
def test_word_that_nobody_knows_loses_no_report(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = tmp_path / "findings.jsonl"
    findings.write_text("{}\n")

    assert main(["run", "--gateway", "infery", option, "nope", "--report", str(tmp_path)]) == 2

    assert findings.read_text() == "{}\n"
    assert "hint: " in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--level", "none"], ["--feature", "none"], ["--include", "none"]])
@pytest.mark.usefixtures("runner")
def test_wrong_selection_is_all_that_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """No target is announced that is not going to be judged."""
    assert main(["run", *words]) == 2

    out, err = capsys.readouterr()
    assert not out
    assert "none" in err.lower()


@pytest.mark.parametrize(
    "words", [["--feature", "chat"], ["--profile", "core"], ["--level", "MUST"], ["--shard", "1/2"]]
)
@pytest.mark.usefixtures("runner")
def test_glance_chooses_alone(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What it would leave out of a selection is not left out silently."""
    assert main(["run", "--quick", *words]) == 2

    assert f"--quick chooses what is judged, and {words[0]} does as well" in capsys.readouterr().err
