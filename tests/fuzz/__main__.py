"""`python -m tests.fuzz`: malformed requests to the reference server; no answer may be a 5xx, no request may raise.

The requests follow from the seed. They are the documented examples, and bodies drawn from the schemas, of every
operation of every gateway, each with one to three things wrong.
"""

from __future__ import annotations

import argparse
import os
import time
from functools import partial
from multiprocessing import get_context

from tests.fuzz.judge import BATCH, Outcome, batch


def main() -> int:
    """Returns 0 when there is no finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="other requests for another one (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    options = parser.parse_args()
    started = time.perf_counter()
    outcome = Outcome()
    with get_context("spawn").Pool(options.processes) as pool:
        numbers = range(-(-options.requests // BATCH))
        for part in pool.imap_unordered(partial(batch, options.seed), numbers, chunksize=4):
            outcome.add(part)
    for finding, count in outcome.findings.most_common():
        print(f"{count} × {finding}\n    {outcome.examples[finding]}")
    seconds = time.perf_counter() - started
    failed = sum(count for status, count in outcome.statuses.items() if status >= 500)
    print(f"{outcome.requests} requests in {seconds:.0f} s: {failed} answers 5xx, {len(outcome.findings)} findings")
    print(f"statuses {dict(sorted(outcome.statuses.items()))}")
    return int(bool(outcome.findings))


if __name__ == "__main__":
    raise SystemExit(main())
