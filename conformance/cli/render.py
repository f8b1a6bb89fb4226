"""`render`: writes a report in another format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from conformance.errors import UsageError


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "render",
        help="write a report in another format",
        description="Renders a report.json as badge, html, json, junit or markdown.",
        allow_abbrev=False,
    )
    parser.add_argument("format", metavar="FORMAT", help="badge, html, json, junit or markdown")
    parser.add_argument("report", metavar="REPORT", type=Path, help="a report.json, or the folder that holds it")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: standard output")


def main(args: argparse.Namespace) -> int:
    """Renders to the file, or to standard output."""
    from conformance import report

    report.known(args.format)
    text = report.render(args.format, report.read_view(args.report))
    if args.output is None:
        sys.stdout.write(text)
        return 0
    try:
        args.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {args.output}: {error.strerror}", "give -o a file in a folder that exists"
        ) from None
    return 0
