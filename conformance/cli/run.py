"""`run`: judges a gateway, shows the verdicts, and writes a report."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click

from conformance.cli import ending, options
from conformance.cli.options import DAY, at_least, target
from conformance.errors import UsageError
from gateway_contract import commandline
from gateway_contract.commandline import filled, names, option, output, path, together

SELECTION, LIMITS = "Selection", "Limits"
EXIT_CODES = (
    "Exit codes: 0 no MUST failed, 1 one did, or what --fail-on names, 2 usage, 3 no verdict: the target could not be "
    "judged, the run ended early, or the suite itself erred; 130 interrupted, 143 terminated."
)
EXAMPLES = {
    options.TARGET: "gateway-conformance run --base-url https://host/v1 --model gpt-4o-mini",
    SELECTION: "gateway-conformance run --profile core --level MUST",
    ending.RESULT: "gateway-conformance run --baseline baseline.json --fail-on new",
    LIMITS: "gateway-conformance run --max-requests 500 --max-time 600",
    commandline.OUTPUT: "gateway-conformance run --quick --json",
}
PASSED_ON = (
    *("base_url", "gateway", "model", "target", "feature", "level", "requirement", "profile", "include", "shard"),
    *("concurrency", "replay", "seed", "examples", "timeout", "max_requests", "max_time", "node_modules", "name"),
)
"""The options that the runner has by the same names."""


def _level(text: str) -> str:
    return text.upper()


def _shard(text: str) -> str:
    from conformance.register import select

    try:
        select.shard_of(text)
    except UsageError as error:
        raise click.BadParameter(f"{error}: {error.hint}") from None
    return text


def _concurrency(text: str) -> int:
    from conformance.run.schedule import MOST

    return at_least(int, 1, MOST)(text)


def _costly() -> list[str]:
    from conformance.register import select

    return sorted(select.EXPENSIVE)


_target = partial(option, section=options.TARGET)
_selection = partial(option, section=SELECTION)
_several = partial(_selection, type=filled, multiple=True)
_limit = partial(option, section=LIMITS)
_seconds = at_least(float, 0.001, DAY)
declared = together(
    target,
    _target("--name", metavar="N", type=filled, help="what the report calls it, such as 'Gateway 1.2'"),
    _target("--replay", metavar="HAR", type=path, help="judge a recording instead of a live gateway"),
    _target("--node-modules", metavar="DIR", type=path, help="holds the official client for Node"),
    _selection("--quick", is_flag=True, help="one glance with a few requests: alive, chat, streams, tools, errors"),
    _several("--profile", metavar="P", shell_complete=names(options.profiles), help="such as core; repeatable"),
    _several("--feature", metavar="F", shell_complete=names(options.features), help="with all below it; repeatable"),
    _several("--requirement", metavar="ID", shell_complete=names(options.requirements), help="only this; repeatable"),
    _several(
        "--include",
        metavar="F",
        shell_complete=names(_costly),
        help="judge what costs more as well: images, audio, videos, music, tasks or generated; repeatable",
    ),
    _selection(
        "--level",
        metavar="L",
        type=_level,
        shell_complete=names(lambda: ("MUST", "SHOULD", "MAY")),
        help="MUST, SHOULD or MAY: this level and those above",
    ),
    _selection("--shard", metavar="I/N", type=_shard, help="one of N parts, to be put together with merge"),
    ending.declared,
    _limit("--concurrency", metavar="N", type=_concurrency, help="requests in flight, default: 8, at most 16"),
    _limit(
        "--timeout", metavar="S", type=_seconds, help="without a byte, default: 60 s; thrice that for a whole answer"
    ),
    _limit("--max-time", metavar="S", type=_seconds, help="end the run after S seconds"),
    _limit("--max-requests", metavar="N", type=at_least(int, 1), help="stop before request N + 1"),
    _limit("--examples", metavar="N", type=at_least(int, 1), help="generated requests for each operation, default: 40"),
    _limit("--seed", metavar="N", type=at_least(int, 0), help="of generated input, default: 0"),
    output(
        quiet="only the verdict, and a line for each cause",
        verbose="tell each request as it is answered, on standard error",
        json="print the result as JSON",
    ),
)


SELECTING = ("feature", "level", "profile", "shard")
"""The options that select what is judged, and cannot do so beside `--quick`."""


@commandline.command(
    "run",
    help="Judges a gateway; the reference server when no URL is given. The key is read from GATEWAY_API_KEY, or from "
    "the variable that the target file names.",
    epilog=EXIT_CODES,
    examples=EXAMPLES,
)
@declared
def command(**given: Any) -> int:
    """Judges the gateway, prints the verdicts and writes the report; returns the exit code of the run."""
    from conformance.register import select

    args = SimpleNamespace(**{name: list(one) if isinstance(one, tuple) else one for name, one in given.items()})
    args.include, args.name = args.include or None, args.name or ""
    _check(args)
    if args.quick and (others := [name for name in SELECTING if getattr(args, name)]):
        reason = f"--quick chooses what is judged, and --{others[0]} does as well"
        raise UsageError(reason, f"leave --quick out, or --{others[0]}; --requirement adds to --quick")
    if args.quick:
        args.requirement += select.QUICK
    return _judge(args)


def _judge(args: SimpleNamespace) -> int:
    from conformance.cli import baseline, cost, spoken
    from conformance.report import folder
    from conformance.run.runner import judge

    judged = cost.subject(args)
    known = baseline.of(args, judged.gateway, _selected(args))
    with spoken.requests(args.verbose), folder.cleared(args.report, _read(args)):
        sight = cost.announce(args, judged)
        outcome = judge(
            **{name: getattr(args, name) for name in PASSED_ON},
            report_dir=args.report,
            headers=args.header,
            progress=not args.quiet,
            sight=sight,
        )
    return ending.end(outcome, args, known, judged.plan)


def _selected(args: SimpleNamespace) -> dict[str, str]:
    """What the run judges, as its report tells it."""
    given = {name: getattr(args, name) for name in ("feature", "level", "requirement", "profile", "shard")}
    return {name: ",".join(one) if isinstance(one, list) else one for name, one in given.items() if one}


def _read(args: SimpleNamespace) -> list[Path]:
    """What the run reads, which may lie in the folder of its report."""
    from conformance.report import json

    read = [one for one in (args.replay, args.baseline, args.target) if one]
    return [one / json.FILENAME if one.is_dir() else one for one in read]


def _check(args: SimpleNamespace) -> None:
    """Rejects wrong options before anything starts."""
    from conformance.register import select
    from conformance.report.folder import claimed
    from conformance.target import checked_folder, checked_url, gateways

    words = [",".join(one) or None for one in (args.feature, args.requirement, args.profile)]
    select.wanted(words[0], args.level, *words[1:])
    select.included(args.include or (), words[0])
    for one in (args.target, args.replay):
        if one and not one.is_file():
            raise UsageError(f"no such file: {one}", "give the path of a file that exists")
    if args.report.exists() and not args.report.is_dir():
        raise UsageError(f"--report {args.report} is a file", "give a folder; it is made when it does not exist")
    with claimed(args.report):
        pass
    if args.base_url:
        checked_url(args.base_url)
    if args.node_modules:
        checked_folder(args.node_modules, "--node-modules")
    gateways.check(args.gateway)
