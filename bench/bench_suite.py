"""Measures the suite against the reference server: milliseconds per check and requests per requirement.

Judges once to warm up and then a few times; prints the fastest run. `without waiting` leaves out the fixtures that are
slow on purpose (a paced stream, a rate limit that has to pass), so that only the cost of the suite itself remains.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from conformance.run import runner
from conformance.target import reference

PLAIN = '[keys]\ndefault = { value = "sk-ok" }\n\n[models]\nchat = "gpt-4o-mini"\nvision = "gpt-4o"\n'


def main() -> int:
    """Measure both kinds of run. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of each kind (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, reference.serving() as target:
        plain = Path(folder) / "plain.toml"
        plain.write_text(PLAIN)
        for name, fixtures in (("without waiting", plain), ("all fixtures", reference.FIXTURES)):
            print(f"{name:16} {_fastest(target.base_url, fixtures, options.runs)}")
    return 0


def _fastest(base_url: str, fixtures: Path, runs: int) -> str:
    runner.judge(base_url=base_url, target=fixtures)
    seconds, report = min((_timed(base_url, fixtures) for _ in range(runs)), key=lambda pair: pair[0])
    requirements = len({finding.requirement for finding in report.findings})
    return (
        f"{seconds:5.2f} s, {len(report.findings)} checks, {1000 * seconds / len(report.findings):.1f} ms per check, "
        f"{report.counts.requests} requests, {report.counts.requests / requirements:.2f} per requirement"
    )


def _timed(base_url: str, fixtures: Path) -> tuple[float, runner.Report]:
    start = time.perf_counter()
    report = runner.judge(base_url=base_url, target=fixtures).report
    return time.perf_counter() - start, report


if __name__ == "__main__":
    sys.exit(main())
