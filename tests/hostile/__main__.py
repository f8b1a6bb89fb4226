"""`python -m tests.hostile`: each hostile run as a row of a Markdown table: seconds to a verdict, exit code, memory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hostile import ROW


class Table:
    """Gathers the rows that the tests carry."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes the row of a case that has ended."""
        if report.when == "call":
            self.rows += [row for name, row in report.user_properties if name == ROW]

    def text(self) -> str:
        """The table."""
        head = ["case", "seconds", "exit", "MiB"]
        lines = [head, ["---", "---:", "---:", "---:"], *sorted(self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(words: list[str]) -> int:
    """Runs all cases, and such words as `-n 3` are for pytest; shows the table."""
    table = Table()
    code = pytest.main([str(Path(__file__).parent), "--slow", "-q", *words], plugins=[table])
    print(table.text())
    return int(code)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
