"""`doctor`: looks at a target and at what leads to it, in at most a dozen requests, without judging anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import options
from conformance.errors import UsageError
from gateway_contract import commandline
from gateway_contract.commandline import OUTPUT, argument, colour, option, output, path

if TYPE_CHECKING:
    from conformance.cli.examination import Line
    from conformance.target import Target

WELL, UNWELL = 0, 3
COLOURS = {"ok": "green", "note": "yellow", "problem": "red"}
LOOK = "Look"


@commandline.command(
    "doctor",
    help="Finds out whether a target can be judged, and what stands in the way. The key is read from GATEWAY_API_KEY, "
    "or from the variable that the target file names.",
    epilog="Exit codes: 0 all is well, 2 usage, a file that is not there, or a wrong one for --target, 3 there is a "
    "problem, as in a file for --offline.",
    examples={
        options.TARGET: "gateway-conformance doctor --base-url https://host/v1",
        LOOK: "gateway-conformance doctor --offline target.toml",
        OUTPUT: "gateway-conformance doctor --base-url https://host/v1 --quiet",
    },
)
@options.target
@option(
    "--timeout",
    metavar="S",
    type=options.at_least(float, 0.001, options.DAY),
    default=20.0,
    section=LOOK,
    help="default: 20 s",
)
@option(
    "--offline",
    metavar="FILE...",
    multiple=True,
    type=path,
    section=LOOK,
    help="only check target files; send nothing, need no key",
)
@argument("more", metavar="[FILE...]", nargs=-1, type=path, help="more target files for --offline")
@output(
    quiet="problems only",
    verbose="tell each request as it is answered, on standard error",
    json="print JSON",
)
def command(more: tuple[Path, ...], **given: Any) -> int:
    """Prints a line for everything that was looked at; 3 when one of them is a problem."""
    from conformance.cli import spoken

    args = SimpleNamespace(**given)
    if args.offline:
        return _report(args, "", _offline([*args.offline, *more]))
    if more:
        raise click.UsageError("too many arguments", click.get_current_context())
    if not (args.base_url or args.target):
        raise UsageError("nothing to look at", "give --base-url, --target, or --offline with target files")
    target = _target(args)
    with spoken.requests(args.verbose):
        return _report(args, target.base_url, _online(target))


def _target(args: SimpleNamespace) -> Target:
    from conformance.target import from_file, from_options, gateways, headers_from

    if args.target:
        target = from_file(args.target, args.base_url, args.gateway, args.model)
    else:
        target = from_options(args.base_url, args.gateway, args.model)
    gateways.check(target.gateway)
    return replace(target, timeout=args.timeout, headers={**target.headers, **headers_from(args.header)})


def _online(target: Target) -> Iterator[Line]:
    from conformance.cli.examination import MOST, Examination
    from conformance.run.session import recorder_of

    recorder = recorder_of(replace(target, max_requests=MOST, max_time=None))
    try:
        yield from Examination(target, recorder).lines()
    finally:
        recorder.close()


def _offline(paths: list[Path]) -> Iterator[Line]:
    """Raises `UsageError` for a file that is not there."""
    from conformance.cli.examination import file_line

    if missing := next((one for one in paths if not one.is_file()), None):
        raise UsageError(f"no such file: {missing}", "give the paths of files that exist")
    return map(file_line, paths)


def _report(args: SimpleNamespace, base_url: str, lines: Iterator[Line]) -> int:
    entries: list[dict[str, str]] = []
    for line in lines:
        entries.append({name: _safe(value) for name, value in asdict(line).items()})
        if not args.json and not (args.quiet and line.state != "problem"):
            click.echo(click.style(shown(line), fg=COLOURS[line.state]), color=colour())
    well = all(entry["state"] != "problem" for entry in entries)
    if args.json:
        print(options.as_json({"base_url": base_url, "ok": well, "lines": entries}))
    return WELL if well else UNWELL


def shown(line: Line) -> str:
    """A line as the terminal has it."""
    text = f"{line.state:<8} {line.name:<10} {_safe(line.text)}"
    return f"{text}\n{'':<19} hint: {_safe(line.hint)}" if line.hint else text


def _safe(text: str) -> str:
    """Without keys, and without what a gateway could do to a terminal."""
    from conformance.report.inert import inert
    from conformance.wire.secrets import safe

    return inert(safe(" ".join(text.split())))
