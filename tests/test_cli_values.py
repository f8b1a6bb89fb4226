"""Values of options that are wrong, or would be without effect, are refused before anything starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.__main__ import main as conformance
from conformance.errors import InvalidTarget
from conformance.target import from_file
from reference_server.__main__ import main as reference_server

URL = ["--base-url", "http://127.0.0.1:9/v1"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--name", ""], "'--name': is empty"),
        (["run", "--concurrency", "17"], "must be at most 16"),
        (["run", "--concurrency", "99"], "must be at most 16"),
        (["run", "--node-modules", "/nope"], "--node-modules /nope is no folder"),
        (
            ["run", *URL, "--header", "Authorization: Bearer sk-secret"],
            "the header authorization is where the key goes",
        ),
        (["run", *URL, "--header", "AUTHORIZATION: sk-secret"], "the header authorization is where the key goes"),
        (["doctor", *URL, "--header", "Authorization: sk-secret"], "the header authorization is where the key goes"),
        (["run", "--header", "Authorization: Bearer sk-secret"], "the header authorization is where the key goes"),
        (["doctor", "--offline", "none.toml"], "no such file: none.toml"),
        (["init", "--output", "sub/t.toml"], "hint: make the folder sub first"),
    ],
)
@pytest.mark.parametrize("key", ["sk-ok", ""])
def test_wrong_value_is_wrong_usage(
    words: list[str],
    message: str,
    key: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a key as without."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_API_KEY", key)
    assert conformance(words) == 2

    text = capsys.readouterr().err
    assert message in text
    assert "hint: " in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--record", "api.openai.com"], "write it as https://"),
        (["--record", "ftp://api.openai.com"], "write it as https://"),
        (["--record", "https://"], "write it as https://"),
        (["--record", ""], "is empty"),
        (["--record", "http://[::1"], "write it as https://"),
        (["--scenario", "nope.yaml"], "error: cannot read nope.yaml: No such file or directory\n"),
        (["--scenario", "."], "error: cannot read .: Is a directory\n"),
        (["--scenario", "latin.yaml"], "error: latin.yaml is not UTF-8: "),
    ],
)
def test_wrong_value_is_wrong_usage_of_the_server(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"rules: [\xe4]")
    recording = ["--scenario", "new.yaml"] if "--record" in words else []
    assert reference_server([*words, *recording, "--port", "0"]) == 2

    text = capsys.readouterr().err
    assert message in text
    assert "Errno" not in text


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('headers.Authorization = { value = "Bearer x" }', "the header authorization"),
        ('headers.api-key = { value = "x" }\ncredential = { header = "Api-Key" }', "the header api-key"),
        ('node_modules = "/nope"', "t.toml: node_modules /nope is no folder"),
    ],
)
def test_target_file_with_a_value_without_effect_is_refused(lines: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(f'base_url = "https://host/v1"\n{lines}\n', encoding="utf-8")

    with pytest.raises(InvalidTarget, match=message):
        from_file(tmp_path / "t.toml")


def test_header_beside_the_key_is_taken(tmp_path: Path) -> None:
    """Where the key goes elsewhere, `Authorization` is free."""
    text = '[headers]\nauthorization = { value = "Basic x" }\n[credential]\nheader = "api-key"\n'
    (tmp_path / "t.toml").write_text(f'base_url = "https://host/v1"\n{text}', encoding="utf-8")

    assert from_file(tmp_path / "t.toml").headers == {"authorization": "Basic x"}


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        *(
            (name, "", f"--conformance-{name} is empty")
            for name in ("feature", "profile", "requirement", "level", "shard", "report", "max-requests", "concurrency")
        ),
        ("feature", " ", "--conformance-feature is empty"),
        ("concurrency", "99", "give a number from 1 to 16"),
        ("concurrency", "0", "give a number from 1 to 16"),
        ("concurrency", "many", "give a number from 1 to 16"),
    ],
)
def test_wrong_value_of_pytest_is_wrong_usage(
    option: str, value: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = pytest.main([f"--conformance-{option}={value}", f"--rootdir={tmp_path}", str(tmp_path)])

    text = capsys.readouterr().err
    assert code == pytest.ExitCode.USAGE_ERROR
    assert message in text
    assert "Traceback" not in text


def test_selection_that_exists_is_taken(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one(): pass\n")
    words = ["--conformance-concurrency=16", "--conformance-seed=0", "--conformance-feature=chat"]

    assert _pytest(tmp_path, *words).returncode == pytest.ExitCode.OK


def _pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
