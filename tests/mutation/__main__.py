"""`python -m tests.mutation --output DIR`: how many mutants of the checks the proof sees, and which it does not."""

from __future__ import annotations

import argparse
import random
import time
from importlib import import_module
from pathlib import Path

from tests.mutation import mutants, report
from tests.mutation.proof import Proof, modules


def main() -> int:
    """0 when every mutant is seen or explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=["*"], help="which modules, by their last name, such as test_chat*"
    )
    parser.add_argument("--output", type=Path, required=True, help="the folder for mutation.json and mutation.md")
    parser.add_argument("--sample", type=float, default=1.0, help="the part of the mutants that is tried (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")
    parser.add_argument("--operator", action="append", help="try the mutants of this operator only; may be repeated")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    start = time.process_time()
    names = modules(options.modules)
    for name in names:
        import_module(name)
    chooser = random.Random(options.seed)
    wanted = options.operator
    every = [one for name in names for one in mutants.of(name) if not wanted or one.operator in wanted]
    chosen = [mutant for mutant in every if chooser.random() < options.sample]
    proof = Proof(
        chosen, options.output, lambda line: print(f"{time.process_time() - start:7.1f} s  {line}", flush=True)
    )
    proof.run()
    result = report.result(proof, len(every), options.sample, options.seed, time.process_time() - start)
    return report.write(result, options.output)


if __name__ == "__main__":
    raise SystemExit(main())
