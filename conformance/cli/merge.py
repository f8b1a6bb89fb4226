"""`merge`: one report out of those of the shards of a run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from conformance.cli.fail_on import HELP, MUST, exit_code, fail_on
from conformance.cli.options import filled
from conformance.errors import UsageError


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "merge",
        help="one report out of those of shards",
        description="Puts the reports of `run --shard` together. Recordings stay where they are.",
        epilog="Exit codes are those of run; 3 as well where a shard is missing.",
        allow_abbrev=False,
    )
    parser.add_argument("reports", metavar="REPORT", nargs="+", type=Path, help="a report.json, or its folder")
    parser.add_argument("--report", metavar="DIR", type=filled(Path), default=Path("report"), help="default: report")
    parser.add_argument("--baseline", metavar="REPORT", type=filled(Path), help="fail only on what did not fail there")
    parser.add_argument("--fail-on", metavar="WHAT", type=fail_on, default=MUST, help=HELP)


def main(args: argparse.Namespace) -> int:
    """Writes the report, prints the verdicts and returns the exit code that the whole run asks for."""
    from conformance import register, report
    from conformance.cli import baseline, verdicts
    from conformance.report.inert import inert
    from conformance.report.merged import merged
    from conformance.report.view import view
    from conformance.run.runner import Outcome
    from conformance.run.runner import exit_code as of_run

    known = baseline.read(args.baseline) if args.baseline else None
    whole = merged([report.read(path) for path in args.reports])
    try:
        report.write(whole, args.report, None)
    except OSError as error:
        raise UsageError(f"cannot write to {args.report}: {error.strerror}", "give --report a folder") from None
    verdicts.show(view(whole, register.load()), sys.stdout)
    if known is not None:
        print(inert("\n".join(baseline.told(whole, known))))
    print(f"{len(args.reports)} shards, {whole.counts.requests} requests: {args.report / 'report.json'}")
    rest = None if known is None else baseline.without(whole, known)
    return exit_code(Outcome(whole, of_run(whole)), args.fail_on, rest)
