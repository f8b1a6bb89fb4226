"""The pages about the gateways, made from their reports and from what was read of them.

    python -m tests.gateways.table --write

writes the table of `reports/README.md` and `reports/NAME/README.md`; without `--write` it tells which of them differ.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from conformance.model import Level
from conformance.report.markdown import plain, prose
from conformance.report.view import Standing
from tests.gateways import catalogue, verified
from tests.gateways.catalogue import REPORTS, Gateway

BEGIN, END = "<!-- gateways: python -m tests.gateways.table --write -->", "<!-- end of gateways -->"
HEADER = """\
| gateway | MUST failed | true | arguable | false | causes | passed | open | not offered |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
COMMAND = "python -m tests.gateways.table --write"


def published() -> list[Gateway]:
    """The gateways that have a report."""
    everyone = map(catalogue.load, catalogue.names())
    return [one for one in everyone if (one.reports / "report.json").exists()]


def table() -> str:
    """The table of all of them."""
    return "\n".join([HEADER, *map(_row, published())])


def _row(gateway: Gateway) -> str:
    report = verified.view(gateway)
    read = Counter(one.reading for one in verified.of_failures(gateway))
    counts = {standing: len(report.at(standing, Level.MUST)) for standing in Standing}
    cells = [
        f"[{plain(report.report.name)}]({gateway.name}/README.md){', a mock' if gateway.mock else ''}",
        counts[Standing.FAILED],
        *(read[word] for word in verified.READINGS),
        sum(one.level == Level.MUST for one in report.causes),
        counts[Standing.PASSED],
        counts[Standing.INCONCLUSIVE],
        counts[Standing.UNSUPPORTED],
    ]
    return f"| {' | '.join(map(str, cells))} |"


def page(gateway: Gateway) -> str:
    """What is wrong with one gateway, and what was read of it."""
    report = verified.view(gateway)
    parts = [
        f"# {plain(report.report.name)}",
        f"<{gateway.homepage}>, judged in front of the reference server. {report.headline.detail}",
        f"Reproduce: `tox -e {gateway.environment}`. How it is set up: `tests/gateways/{gateway.name}.toml`."
        " Everything that failed, with the exchanges: [summary.md](summary.md).",
        "## Causes, the worst first",
        "\n".join(f"1. {prose(one.title)} ({one.level}, {len(one.requirements)})" for one in report.causes) or "None.",
        "## Every failed MUST, read by hand",
        "\n".join(_readings(gateway)) or "None failed.",
    ]
    return "\n\n".join(parts) + "\n"


def _readings(gateway: Gateway) -> Iterator[str]:
    rows = verified.of_failures(gateway)
    if rows:
        yield "| requirement | the accusation is | by |\n| --- | --- | --- |"
    for one in rows:
        yield f"| `{one.requirement}` | {one.reading} | {prose(one.by)} |"


def pages() -> Iterator[tuple[Path, str]]:
    """Each file that is made, and what it has to be."""
    index = REPORTS / "README.md"
    before, _, rest = index.read_text().partition(BEGIN)
    yield index, f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"
    for gateway in published():
        yield gateway.reports / "README.md", page(gateway)


def outdated() -> list[Path]:
    """The files that are not what they have to be."""
    return [path for path, text in pages() if not path.exists() or path.read_text() != text]


def write() -> None:
    """Writes them."""
    for path, text in pages():
        path.write_text(text)


def main() -> int:
    """Writes the pages, or tells which differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        write()
    for path in outdated():
        print(f"{path} is not what the reports say: {COMMAND}")
    return 1 if outdated() else 0


if __name__ == "__main__":
    sys.exit(main())
