"""A wrong set-up is told in one line and a hint, before anything is sent."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.report.folder import claimed

from .conftest import RUN


def _told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a run says that is refused."""
    assert main(["run", *words]) == 2
    said = capsys.readouterr().err.strip().split("\n")
    assert len(said) == 2
    assert said[1].startswith("hint: ")
    return said[0]


@pytest.mark.parametrize(
    "url", ["http://h:abc/v1", "http://h:99999/v1", "http://[::1", "http://h/v1\n/x", "http://h/ v1", "ftp://h", "h"]
)
def test_wrong_url(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(capsys, "--base-url", url, "--report", str(tmp_path))

    assert repr(url) in told


@pytest.mark.parametrize("option", ["--timeout", "--max-time"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", "1e300", "soon"])
def test_wrong_time(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert option in _told(capsys, f"{option}={value}")


@pytest.mark.parametrize("line", ["timeout = nan", "timeout = inf", "max_time = -inf", "timeout = 1e9", "max_time = 0"])
def test_wrong_time_in_a_target_file(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "http://127.0.0.1:9/v1"\n{line}\n')

    assert "line 2" in _told(capsys, "--target", str(file), "--report", str(tmp_path / "report"))


@pytest.mark.parametrize("text", ["", "[]", '{"log": {"entries": []}}'])
def test_empty_recording(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "exchanges.har"
    file.write_text(text)

    assert str(file) in _told(capsys, "--replay", str(file), "--report", str(tmp_path / "report"))


def test_recording_without_an_exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = {name: {} for name in ("models", "files", "protocols")} | {"keys": [], "include": []}
    target = {"base_url": "http://127.0.0.1:9/v1", "gateway": "openai", **named}
    file = tmp_path / "exchanges.har"
    file.write_text(json.dumps({"log": {"entries": [], "_target": target}}))

    assert main(["run", "--replay", str(file), "--report", str(tmp_path / "report")]) == 2
    assert "holds no exchange" in capsys.readouterr().err


def test_report_below_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()

    assert "cannot be written" in _told(capsys, "--report", str(tmp_path / "file" / "report"))


def test_second_run_into_a_folder_is_refused(tmp_path: Path) -> None:
    with claimed(tmp_path):
        words = [*RUN, "--base-url", "http://127.0.0.1:9/v1", "--report", str(tmp_path)]
        second = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    assert second.returncode == 2
    assert "another run is writing" in second.stderr


def test_tls_is_told_by_its_cause(tmp_path: Path, server: Callable[..., str]) -> None:
    base = server().replace("http://", "https://")
    words = [*RUN, "--base-url", base, "--report", str(tmp_path)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 3
    assert "TLS failed" in ended.stderr
    assert "Traceback" not in ended.stderr
