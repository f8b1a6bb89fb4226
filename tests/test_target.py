"""Who is judged: target files and options, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import reference, target
from conformance.errors import InvalidTarget


def written(folder: Path, text: str) -> Path:
    """A target file."""
    path = folder / "target.toml"
    path.write_text(text)
    return path


def test_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A target file names a variable; the key never shows itself."""
    monkeypatch.setenv("MY_KEY", "sk-secret")
    path = written(tmp_path, 'base_url = "https://host/v1/"\n[keys]\ndefault = { env = "MY_KEY" }\n')

    found = target.from_file(path)

    assert found.base_url == "https://host/v1"
    assert found.keys["default"].reveal() == "sk-secret"
    assert "sk-secret" not in repr(found)


def test_options_win_over_the_file(tmp_path: Path) -> None:
    """What is given on the command line counts."""
    path = written(tmp_path, 'base_url = "https://host/v1"\n[models]\nchat = "a"\nslow = "s"\n')

    found = target.from_file(path, "https://other/v1", "foxora", "b")

    assert (found.base_url, found.gateway, found.models["chat"]) == ("https://other/v1", "foxora", "b")
    assert found.fixture("model:slow")
    assert not found.fixture("key:expired")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no base_url"),
        ('base_url = "ftp://host"', "not an http URL"),
        ('base_url = "https://user:pass@host/v1"', "credentials"),
        ('base_url = "https://host/v1?key=1"', "query"),
        ('base_url = "https://host/v1"\ngatway = "foxora"', "unknown key in the target file: gatway"),
        ('base_url = "https://host/v1"\n[keys]\ndefault = "sk-1"', "keys.default is not understood"),
        ('base_url = "https://host/v1"\n[keys]\ndefault = { env = "NOT_SET_ANYWHERE" }', "NOT_SET_ANYWHERE is not set"),
        ('base_url = "https://host/v1"\n[[expected_failures]]\nrequirement = "a"', "needs a requirement and a reason"),
        ("base_url = ", "not TOML"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """Each mistake is told with a hint, and without showing what a key is."""
    with pytest.raises(InvalidTarget, match=said) as caught:
        target.from_file(written(tmp_path, text))

    assert caught.value.hint


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is told."""
    with pytest.raises(InvalidTarget, match="cannot read"):
        target.from_file(tmp_path / "none.toml")


def test_each_run_of_the_reference_server_has_its_own_limits() -> None:
    """`{run}` makes the limited keys of two runs different, and those of one run belong together."""
    one, two = (reference.at("http://127.0.0.1:1/v1").keys for _ in range(2))

    assert one["limited"].reveal() != two["limited"].reveal()
    assert one["limited"].reveal().partition("@")[2] == one["limited-sibling"].reveal().partition("@")[2]
