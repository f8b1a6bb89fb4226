"""`init` writes a target file that runs unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import gateway_contract
from conformance import register, target
from conformance.__main__ import main
from conformance.cli import init
from conformance.model import Verdict
from conformance.run import runner
from conformance.target import target_file

WITHOUT_DECLARATION = ("account.plans.", "chat.stream.incremental", "chat.vision", "chat.audio", "chat.files")
"""Requirements whose checks use a key or a model when it is named."""


@pytest.mark.parametrize("gateway", ["openai", *gateway_contract.names()])
def test_file_is_a_target(gateway: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file can be read, also with every setting uncommented."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-1")
    path = tmp_path / "target.toml"

    assert main(["init", "--gateway", gateway, "--output", str(path)]) == 0

    assert target.from_file(path).gateway == gateway
    lines = path.read_text().replace("# [[", "[[").splitlines()
    path.write_text("\n".join(line.removeprefix("# ") if " = " in line else line for line in lines[1:]))
    assert target_file.read(path)["models"]["chat"] == "..."


@pytest.mark.parametrize("gateway", ["openai", *gateway_contract.names()])
def test_reference_server_has_every_fixture(gateway: str, server: Callable[..., str], tmp_path: Path) -> None:
    """Every check that needs a fixture runs on the reference server with the target file that `init` fills in."""
    path = tmp_path / "target.toml"
    assert main(["init", "--gateway", gateway, "--reference", "--output", str(path)]) == 0
    features = gateway_contract.load(gateway).features
    known = [one for one in register.load().requirements.values() if one.feature in features]
    names = sorted(one.id for one in known if one.fixtures or one.id.startswith(WITHOUT_DECLARATION))

    findings = runner.judge(base_url=server(gateway), target=path, requirement=names).report.findings

    unlike = {one.requirement: one.message for one in findings if one.verdict is not Verdict.PASSED and one.applicable}
    assert not unlike
    assert {one.requirement for one in findings} == set(names)


def test_file_that_exists_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An existing file is not overwritten."""
    path = tmp_path / "target.toml"
    path.write_text("mine")

    assert main(["init", "--output", str(path)]) == 2

    assert path.read_text() == "mine"
    assert "exists" in capsys.readouterr().err


def test_every_fixture_is_described() -> None:
    """Every fixture has a description."""
    known = {f"{init.SECTIONS[section]}:{name}" for section, names in init._described().items() for name in names}

    assert not {name for one in register.load().requirements.values() for name in one.fixtures} - known
