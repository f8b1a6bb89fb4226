"""`doctor`: looks at a target and at what leads to it, in at most a dozen requests, without judging anything."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.cli import options
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.cli.examination import Line
    from conformance.target import Target

WELL, UNWELL = 0, 3
EPILOG = """\
The key is read from GATEWAY_API_KEY, or from the variable that the target file names.
Exit codes: 0 all is well, 2 usage or a wrong target file, 3 there is a problem.
"""


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="look at a target before it is judged",
        description="Finds out whether a target can be judged, and what stands in the way.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_target(parser)
    parser.add_argument(
        "--timeout", metavar="S", type=options.at_least(float, 0.001, options.DAY), default=20.0, help="default: 20 s"
    )
    parser.add_argument(
        "--offline",
        metavar="FILE",
        nargs="+",
        type=options.filled(Path),
        help="only check target files; send nothing, need no key",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def main(args: argparse.Namespace) -> int:
    """Prints a line for everything that was looked at; 3 when one of them is a problem."""
    if args.offline:
        return _report(args, "", _offline(args.offline))
    if not (args.base_url or args.target):
        raise UsageError("nothing to look at", "give --base-url, --target, or --offline with target files")
    target = _target(args)
    return _report(args, target.base_url, _online(target))


def _target(args: argparse.Namespace) -> Target:
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
    from conformance.cli.examination import file_line

    yield from map(file_line, paths)


def _report(args: argparse.Namespace, base_url: str, lines: Iterator[Line]) -> int:
    entries: list[dict[str, str]] = []
    for line in lines:
        entries.append({name: _safe(value) for name, value in asdict(line).items()})
        if not args.json:
            print(shown(line), flush=True)
    well = all(entry["state"] != "problem" for entry in entries)
    if args.json:
        print(json.dumps({"base_url": base_url, "ok": well, "lines": entries}, indent=2, ensure_ascii=False))
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
