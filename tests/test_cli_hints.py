"""What is said of an id, a name or a value that is wrong, and that what a hint names is there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance import register
from conformance.__main__ import main as conformance
from conformance.cli import faults
from conformance.errors import NoCatalogue
from reference_server.__main__ import main as reference_server

ALL = "gateway-conformance coverage --format markdown lists all"


@pytest.mark.parametrize(
    ("name", "kind", "requirement"),
    [
        ("stream_without_done", "fault", "chat.stream.done"),
        ("FXR-SSE-03", "sentence", "chat.stream.done"),
        ("openai-chat", "source", "chat.answers"),
        ("chat.stream", "feature", "chat.stream.done"),
        ("chat", "feature", "chat.stream.done"),
    ],
)
def test_explain_tells_the_requirements_of_other_ids(
    name: str, kind: str, requirement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a fault, a documented sentence, a source and a feature."""
    assert conformance(["explain", name]) == 0
    text = capsys.readouterr().out
    assert conformance(["explain", name, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert text.startswith(name)
    assert f"\n  {requirement}\n" in text
    assert document["kind"] == kind
    assert requirement in {one["id"] for one in document["requirements"]}


def test_explain_tells_why_a_sentence_is_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    excluded = next(one for one in register.load().claims.values() if one.excluded)
    assert conformance(["explain", excluded.id]) == 0

    text = capsys.readouterr().out
    assert f"not judged: {excluded.excluded}" in text
    assert text.endswith("  none\n")


def test_every_id_that_explain_prints_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance(["explain", "chat.stream.done"]) == 0

    text = capsys.readouterr().out
    ids = re.findall(r"^  (\w\S*) \(\w+\): “|^  feature: (\S+)|^  (\w+)(?: \(playing \w+\))?: ", text, re.MULTILINE)
    names = {name for match in ids for name in match if name} - {"MUST", "operations", "needs", "feature"}
    assert len(names) > 3
    assert [name for name in names if conformance(["explain", name])] == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("chat.stream.don", "did you mean chat.stream.done?"),
        ("stream_without_don", "did you mean stream_without_done?"),
        ("FXR-SSE-3", "did you mean FXR-SSE-03?"),
        ("zzzzqq", ALL),
        ("X-99", "known: X-01, X-02, "),
        ("", "gateway-conformance explain --help"),
        (" ", "gateway-conformance explain --help"),
    ],
)
def test_explain_hints_at_ids_that_exist(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance(["explain", name]) == 2

    assert f"hint: {hint}" in capsys.readouterr().err


def test_explain_does_without_the_fault_catalogue(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise NoCatalogue("the reference server lists no faults")

    monkeypatch.setattr(faults, "catalogue", fail)
    assert conformance(["explain", "zzzzqq"]) == 2
    assert f"hint: {ALL}" in capsys.readouterr().err


def test_what_the_hint_names_lists_every_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance(["coverage", "--format", "markdown"]) == 0

    listed = set(re.findall(r"`([^`]+)`", capsys.readouterr().out))
    assert register.load().requirements.keys() <= listed


@pytest.mark.parametrize(
    ("main", "words", "hint"),
    [
        (conformance, ["run", "--profile", "cor"], "did you mean core? known: "),
        (conformance, ["run", "--feature", "tool"], "did you mean chat.tools? known: "),
        (conformance, ["run", "--feature", "tools"], "did you mean chat.tools? known: "),
        (conformance, ["run", "--include", "image"], "did you mean images? known: "),
        (conformance, ["run", "--gateway", "foxroa"], "did you mean foxora? known: "),
        (conformance, ["run", "--level", "must-not"], "did you mean MUST? known: "),
        (conformance, ["run", "--requirement", "zzzzqq"], ALL),
        (conformance, ["run", "--fail-on", "profile:cor"], "did you mean profile:core?"),
        (conformance, ["doctor", "--base-url", "http://127.0.0.1:9/v1", "--gateway", "foxroa"], "did you mean foxora?"),
        (conformance, ["coverage", "--gateway", "foxroa"], "did you mean foxora?"),
        (conformance, ["init", "--gateway", "foxroa"], "did you mean foxora?"),
        (reference_server, ["--gateway", "foxroa"], "did you mean foxora?"),
        (reference_server, ["--fault", "stream_without_don"], "did you mean 'stream_without_done'?"),
    ],
)
def test_nearest_name_is_suggested(
    main: Callable[[list[str]], int], words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2

    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("text", ["base_url = \n", '[[expected_failures]]\nreason = "slow"\n'])
def test_wrong_target_file_points_at_an_example(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which `init` writes, wherever the suite is installed."""
    (tmp_path / "t.toml").write_text(text, encoding="utf-8")
    assert conformance(["run", "--target", str(tmp_path / "t.toml")]) == 2
    assert "hint: gateway-conformance init writes an example\n" in capsys.readouterr().err

    assert conformance(["init", "--output", str(tmp_path / "example.toml")]) == 0
    assert "[[expected_failures]]" in (tmp_path / "example.toml").read_text("utf-8")
