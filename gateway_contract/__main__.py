"""Builds, checks and shows the contract: `python -m gateway_contract build|check|show NAME`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from gateway_contract._build import all_names, build, demand_current, write
from gateway_contract.errors import ContractError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit status is 0 on success and 1 on any defect of the contract."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ContractError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway_contract", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("build", help="write openapi/built/ from the sources").set_defaults(run=_build)
    commands.add_parser("check", help="fail unless openapi/built/ is current").set_defaults(run=_check)
    show = commands.add_parser("show", help="print the document of one gateway")
    show.add_argument("name", metavar="NAME", help=f"one of {', '.join(all_names())}")
    show.set_defaults(run=_show)
    return parser


def _build(_: argparse.Namespace) -> None:
    for name in all_names():
        write(name)


def _check(_: argparse.Namespace) -> None:
    for name in all_names():
        demand_current(name)


def _show(options: argparse.Namespace) -> None:
    json.dump(build(options.name), sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    sys.exit(main())
