"""Judges hostile gateways, some of which stand before a good one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import ROW
from .gateway import Behaviour, serving

RUN = [sys.executable, "-m", "conformance", "run"]
LONGEST = 150
"""The most seconds that a run may take."""
FORMATS = ("badge", "html", "json", "junit", "markdown")
MOST_MEMORY = 300 << 20
"""The most bytes that a run may take."""


@dataclass(frozen=True)
class Judged:
    """How a run ended."""

    code: int
    seconds: float
    memory: int
    output: str
    folder: Path

    @property
    def report(self) -> dict[str, Any]:
        """Its report."""
        report: dict[str, Any] = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return report

    def ended(self, verdict: str, *levels: str) -> dict[str, str]:
        """The findings with that verdict, at any of these levels: requirement to message."""
        return {
            one["requirement"]: one["message"]
            for one in self.report["findings"]
            if one["verdict"] == verdict and (not levels or one["level"] in levels)
        }


Judge = Callable[..., Judged]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs of the suite in processes are slow cases; what waits until the suite has enough of a target begins first."""
    ours = {item: _patience(item) for item in items if Path(__file__).parent in item.path.parents}
    for item, patience in ours.items():
        if patience:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: ours.get(item, 0), reverse=True)


def _patience(item: pytest.Item) -> int:
    """2 for a case that waits, 1 for a run of the suite in a process, else 0."""
    return 2 if item.get_closest_marker("slow") else int("judge" in getattr(item, "fixturenames", ()))


def begun(folder: Path, findings: int = 5) -> None:
    """Waits until a run has come to that many findings."""
    deadline = time.monotonic() + 60
    journal = folder / "findings.jsonl"
    while not journal.exists() or len(journal.read_text().splitlines()) < findings:
        assert time.monotonic() < deadline, "the run does not begin"
        time.sleep(0.05)


@pytest.fixture
def judge(tmp_path: Path, server: Callable[..., str], request: pytest.FixtureRequest) -> Judge:
    """`judge(behave, *words)`: the run of the suite on a gateway that behaves so, in a process of its own."""

    def judged(behave: Behaviour, *words: str, code: int | None = None) -> Judged:
        with serving(behave, server()) as base:
            ended = _run([*RUN, "--base-url", base, "--report", str(tmp_path / "report"), *words], tmp_path)
        row = [request.node.name, f"{ended.seconds:.1f}", str(ended.code), str(ended.memory >> 20)]
        request.node.user_properties.append((ROW, row))
        assert "Traceback" not in ended.output, ended.output[-3000:]
        assert ended.memory < MOST_MEMORY
        assert code is None or ended.code == code, ended.output[-3000:]
        return ended

    return judged


def _peak(pid: int) -> int:
    """The most memory that a process has taken so far, in bytes."""
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        return 1024 * next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
    return 0


def _run(words: list[str], folder: Path) -> Judged:
    """Runs a command, and measures its time and the most memory that it took."""
    start = time.monotonic()
    with (folder / "output").open("w+b") as output:
        process = subprocess.Popen(
            words, stdout=output, stderr=subprocess.STDOUT, env=os.environ | {"GATEWAY_API_KEY": "sk-ok"}
        )
        memory, deadline = 0, start + LONGEST
        while process.poll() is None:
            memory = max(memory, _peak(process.pid))
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise AssertionError(f"the run has no end: {(folder / 'output').read_bytes()[-2000:]!r}")
            time.sleep(0.05)
    text = (folder / "output").read_text(encoding="utf-8", errors="replace")
    return Judged(process.returncode, time.monotonic() - start, memory, text, folder / "report")
