"""`render`: writes a report in another format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.cli import options
from gateway_contract import commandline
from gateway_contract.commandline import ARGUMENTS, OUTPUT, argument, names, option, path


def _formats() -> Iterable[str]:
    from conformance import report

    return report.formats()


@commandline.command(
    "render",
    help="Renders a report.json as badge, html, json, junit or markdown.",
    examples={ARGUMENTS: "gateway-conformance render markdown report"},
)
@argument("name", metavar="FORMAT", shell_complete=names(_formats), help="badge, html, json, junit or markdown")
@argument("place", metavar="REPORT", type=path, help="a report.json, or the folder that holds it")
@option("-o", "--output", metavar="FILE", type=path, section=OUTPUT, help="default: standard output")
def command(name: str, place: Path, output: Path | None) -> int:
    """Renders to the file, or to standard output."""
    from conformance import report

    report.known(name)
    text = report.render(name, report.read_view(place))
    with options.written(output) as stream:
        stream.write(text)
    return 0
