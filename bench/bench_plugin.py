"""What the plugin costs a project that has nothing to do with the suite: the start of pytest with it and without it.

Both are timed in turn, so that whatever else the machine does slows both alike; prints the medians and their ratio.
Then the same without the plugins that come with the libraries of the suite, of which schemathesis has the slowest.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLUGIN = "gateway_conformance"
WITHOUT = ("-p", f"no:{PLUGIN}")
ALONE = ("-p", f"pytest_{PLUGIN}")


def main() -> int:
    """Measure both. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="runs of each kind (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pytest.ini").write_text("[pytest]\n")
        (Path(folder) / "test_one.py").write_text("def test_one(): pass\n")
        print(f"all plugins of the environment: {_compared(folder, options.runs, (), WITHOUT)}")
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        print(f"no other plugin:                {_compared(folder, options.runs, ALONE, ())}")
    return 0


def _compared(folder: str, runs: int, loaded: tuple[str, ...], bare: tuple[str, ...]) -> str:
    pairs = [(_seconds(folder, loaded), _seconds(folder, bare)) for _ in range(runs + 1)][1:]
    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    return f"{one:.3f} s, {other:.3f} s without ours; ratio {one / other:.2f}, {1000 * (one - other):+.0f} ms"


def _seconds(folder: str, words: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", "-q", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
