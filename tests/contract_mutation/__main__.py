"""`python -m tests.contract_mutation`: how many mutants of the server's contract a run with the usual budget finds."""

from __future__ import annotations

import argparse
import logging
import random
from collections import Counter

import gateway_contract
from tests.contract_mutation.trial import EQUIVALENT, Mutant, Outcome, Result, Trial, mutants
from tests.faults.bench import Bench

SHOWN = 3
"""So many requirements are named with each mutant."""


def main() -> int:
    """0 when at least the demanded part of the mutants is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract_mutation", description=__doc__)
    names = ["openai", *gateway_contract.names()]
    parser.add_argument("--gateway", choices=names, default="openai", help="whose contract (default: the base)")
    parser.add_argument("--sample", type=int, default=300, help="how many mutants are tried (default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")
    parser.add_argument("--least", type=float, default=0.95, help="the part that has to be found (default: 0.95)")
    parser.add_argument("--apart", action="store_true", help="change what operations share for one of them at a time")
    options = parser.parse_args()
    logging.disable(logging.ERROR)  # a handler that gets what the contract refuses may well fail
    gateway = None if options.gateway == "openai" else options.gateway
    every = mutants(gateway_contract.load(gateway), options.apart)
    chosen = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    return int(_share(_tried(Trial(gateway, Bench()), chosen), len(every)) < options.least)


def _tried(trial: Trial, chosen: list[Mutant]) -> dict[Mutant, Result]:
    results = {}
    for mutant in chosen:
        result = results[mutant] = trial.judge(mutant)
        print(f"{result.outcome}: {_line(mutant, result)}", flush=True)
    return results


def _share(results: dict[Mutant, Result], made: int) -> float:
    """Prints what was not found, and the figure. Returns it."""
    counts = Counter(result.outcome for result in results.values())
    print("\nNot found:")
    for mutant, result in results.items():
        if result.outcome not in EQUIVALENT | {Outcome.FOUND}:
            print(f"  {_line(mutant, result)} ({result.outcome})")
    counted = counts.total() - sum(counts[one] for one in EQUIVALENT)
    print(f"\n{made} mutants, {counts.total()} tried: " + ", ".join(f"{counts[one]} {one}" for one in Outcome))
    print(f"{counts[Outcome.FOUND]} of {counted} that differ are found: {counts[Outcome.FOUND] / max(counted, 1):.1%}")
    return counts[Outcome.FOUND] / max(counted, 1)


def _line(mutant: Mutant, result: Result) -> str:
    more = ["…"] if len(result.requirements) > SHOWN else []
    return " ".join([str(mutant), "--" if result.requirements else "", *result.requirements[:SHOWN], *more]).strip()


if __name__ == "__main__":
    raise SystemExit(main())
