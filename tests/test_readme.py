"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.__main__ import main

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_coverage_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    """The table is the one that the command writes."""
    main(["coverage", "--format", "markdown"])
    written = capsys.readouterr().out.split("\n\n")[0]

    shown = re.search(r"<!-- coverage -->\n(.*)\n<!-- /coverage -->", README, re.DOTALL)
    assert shown
    assert shown[1].strip() == written.strip()
