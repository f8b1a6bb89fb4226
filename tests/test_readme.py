"""What the README says is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.__main__ import main

README = Path(__file__).parent.parent / "README.md"


def test_counts_are_current(tmp_path: Path) -> None:
    """The tables are those that the command writes."""
    copy = tmp_path / "README.md"
    copy.write_bytes(README.read_bytes())

    assert main(["coverage", "--write-readme", str(copy)]) == 0
    assert copy.read_text(encoding="utf-8") == README.read_text(encoding="utf-8"), (
        "README.md counts what is no longer so; run: gateway-conformance coverage --write-readme"
    )


@pytest.mark.parametrize("text", [None, "# A file\n", "<!-- coverage -->\nwithout an end\n"])
def test_file_without_markers_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    """There has to be a place to write to."""
    path = tmp_path / "other.md"
    if text is not None:
        path.write_text(text)

    assert main(["coverage", "--write-readme", str(path)]) == 2
    assert "hint: " in capsys.readouterr().err
    assert text is None or path.read_text() == text
