"""`run`: judges a gateway, shows the verdicts, and writes a report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.cli.fail_on import HELP, MUST, exit_code, fail_on
from conformance.cli.options import DAY, add_target, at_least, filled
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.model import Report
    from conformance.run.runner import Outcome

NO_VERDICT = 3
EPILOG = """\
The key is read from GATEWAY_API_KEY, or from the variable that the target file names.
Exit codes: 0 no MUST failed, 1 one did, or what --fail-on names, 2 usage, 3 no verdict: the target could not be judged,
the run ended early, or the suite itself erred; 130 interrupted, 143 terminated.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "run",
        help="judge a gateway",
        description="Judges a gateway; the reference server when no URL is given.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_target(parser)
    _add_selection(parser)
    parser.add_argument("--report", metavar="DIR", type=filled(Path), default=Path("report"), help="default: report")
    parser.add_argument("--baseline", metavar="REPORT", type=filled(Path), help="fail only on what did not fail there")
    parser.add_argument("--fail-on", metavar="WHAT", type=fail_on, default=MUST, help=HELP)
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=at_least(int, 1),
        help="requests in flight at a time, default: 8, at most 16",
    )
    parser.add_argument(
        "--examples", metavar="N", type=at_least(int, 1), help="generated requests for each operation, default: 40"
    )
    parser.add_argument("--seed", metavar="N", type=at_least(int, 0), help="of generated input, default: 0")


def _add_target(parser: argparse.ArgumentParser) -> None:
    group = add_target(parser)
    group.add_argument("--name", metavar="N", default="", help="what the report calls it, such as 'Gateway 1.2'")
    group.add_argument("--replay", metavar="HAR", type=filled(Path), help="judge a recording instead of a live gateway")
    group.add_argument(
        "--timeout",
        metavar="S",
        type=at_least(float, 0.001, DAY),
        help="without a byte, default: 60 s; thrice that for a whole answer",
    )
    group.add_argument("--max-time", metavar="S", type=at_least(float, 0.001, DAY), help="end the run after S seconds")
    group.add_argument("--node-modules", metavar="DIR", type=filled(Path), help="holds the official client for Node")
    group.add_argument("--max-requests", metavar="N", type=at_least(int, 1), help="stop before request N + 1")


def _add_selection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("selection")
    group.add_argument(
        "--feature",
        metavar="F",
        type=filled(str),
        action="append",
        default=[],
        help="and all below it; may be repeated",
    )
    group.add_argument(
        "--profile", metavar="P", type=filled(str), action="append", default=[], help="such as core; may be repeated"
    )
    group.add_argument(
        "--quick", action="store_true", help="one glance with a few requests: alive, chat, streams, tools, errors"
    )
    group.add_argument(
        "--requirement", metavar="ID", type=filled(str), action="append", default=[], help="only this; may be repeated"
    )
    group.add_argument(
        "--include",
        metavar="F",
        type=filled(str),
        action="append",
        help="judge what costs more as well: images, audio, videos, music, tasks or generated; may be repeated",
    )
    group.add_argument("--shard", metavar="I/N", type=_shard, help="one of N parts, to be put together with merge")
    group.add_argument("--level", metavar="L", type=str.upper, help="MUST, SHOULD or MAY: this level and those above")


def _shard(text: str) -> str:
    from conformance.register import select

    try:
        select.shard_of(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(f"{error}: {error.hint}") from None
    return text


def main(args: argparse.Namespace) -> int:
    """Judges the gateway, prints the verdicts and writes the report; returns the exit code of the run."""
    from conformance import register
    from conformance.cli import baseline, cost, verdicts
    from conformance.register import select
    from conformance.report.inert import inert
    from conformance.report.view import view
    from conformance.run.runner import judge

    _check(args)
    known = baseline.read(args.baseline) if args.baseline else None
    if args.quick:
        args.requirement += select.QUICK
    sight = None
    with _unread():
        sight = cost.announce(args)
    outcome = judge(
        base_url=args.base_url,
        gateway=args.gateway,
        model=args.model,
        target=args.target,
        report_dir=args.report,
        feature=args.feature,
        level=args.level,
        requirement=args.requirement,
        profile=args.profile,
        include=args.include,
        shard=args.shard,
        concurrency=args.concurrency,
        replay=args.replay,
        seed=args.seed,
        examples=args.examples,
        timeout=args.timeout,
        max_requests=args.max_requests,
        max_time=args.max_time,
        headers=args.header,
        node_modules=args.node_modules,
        name=args.name,
        progress=True,
        sight=sight,
    )
    with _unread():
        print()
        verdicts.show(view(outcome.report, register.load()), sys.stdout)
        if known is not None:
            print(inert("\n".join(baseline.told(outcome.report, known))))
        _point_at(args.report, outcome.report)
        sys.stdout.flush()
    _explain(outcome)
    rest = None if known is None else baseline.without(outcome.report, known)
    return exit_code(outcome, args.fail_on, rest)


@contextmanager
def _unread() -> Iterator[None]:
    """Lets nothing be printed any more when nobody reads it: the verdict stands all the same."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(outcome: Outcome) -> None:
    """Says why there is no verdict, when there is none."""
    from conformance.report.inert import inert

    report = outcome.report
    if report.partial:
        hint = outcome.trouble.hint if outcome.trouble else "what was learned is in the report"
        print(inert(f"error: the run ended early: {report.partial}\nhint: {hint}"), file=sys.stderr)
    elif outcome.exit_code == NO_VERDICT and not any(one.verdict == "errored" for one in report.findings):
        print("error: nothing that was asked for came to a verdict", file=sys.stderr)
        print("hint: the report says why each requirement was not judged", file=sys.stderr)


def _check(args: argparse.Namespace) -> None:
    """Rejects wrong options before anything starts."""
    from conformance.register import select
    from conformance.report.folder import claimed
    from conformance.target import checked_url, gateways

    words = [",".join(one) or None for one in (args.feature, args.requirement, args.profile)]
    select.wanted(words[0], args.level, *words[1:])
    select.included(args.include or (), words[0])
    for path in (args.target, args.replay):
        if path and not path.is_file():
            raise UsageError(f"no such file: {path}", "give the path of a file that exists")
    if args.report.exists() and not args.report.is_dir():
        raise UsageError(f"--report {args.report} is a file", "give a folder; it is made when it does not exist")
    with claimed(args.report):
        pass
    if args.base_url:
        checked_url(args.base_url)
    gateways.check(args.gateway)


def _point_at(directory: Path, report: Report) -> None:
    counts = report.counts
    tokens = f"{counts.prompt_tokens} prompt and {counts.completion_tokens} completion tokens"
    print(f"{counts.requests} requests, {tokens}, {report.wall_time:.1f} s")
    for path in sorted(directory.glob("*.*")):
        print(f"  {path}")
