"""`coverage`: traces each documented sentence to its requirement, its check, and the faults that prove the check."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import options
from gateway_contract import commandline
from gateway_contract.commandline import OUTPUT, option, output, path

if TYPE_CHECKING:
    from conformance.cli.faults import Fault
    from conformance.model import Claim, Requirement
    from conformance.register import Register


SHOWN = "What is shown"
STYLES = ("text", "markdown", "json")
TRIED = ("fields", "operations")
"""The tables of what is tried, each a module of this folder."""
PENDING = "pending: "
Sentence = tuple[str, str, str, str]
"""Its id, its gateway, its words and its address."""


@dataclass(frozen=True, slots=True)
class Row:
    """One step from a sentence to a requirement, or the reason why there is none."""

    sentence: str
    gateway: str
    quote: str
    address: str
    requirement: str | None = None
    check: str | None = None
    faults: tuple[str, ...] = ()
    exempt: str | None = None
    """Why it needs no requirement: no request can test it, or its area is pending."""
    softened: str | None = None
    """The level of the sentence, where every requirement that covers it has a lower one."""

    @property
    def gap(self) -> str | None:
        """What is missing, or None."""
        if self.exempt:
            return None
        missing = {
            "requirement": self.requirement,
            "check": self.check,
            "fault": self.faults,
            "address": self.address.startswith(("https://", "http://")),
        }
        gap = next((f"no {name}" for name, value in missing.items() if not value), None)
        return gap or (f"no requirement at its level, {self.softened}" if self.softened else None)


@commandline.command(
    "coverage",
    help="Shows documented sentence, requirement, check and fault, with the gaps.",
    examples={
        SHOWN: "gateway-conformance coverage --gateway foxora --strict",
        OUTPUT: "gateway-conformance coverage --fields --json",
    },
)
@options.gateway("its sentences only", section=SHOWN)
@option(
    "--fields",
    is_flag=True,
    section=SHOWN,
    help="show which fields of requests are tried with valid and invalid values",
)
@option(
    "--operations",
    is_flag=True,
    section=SHOWN,
    help="show which operations are tried with valid and invalid requests, and in histories",
)
@option("--strict", is_flag=True, section=SHOWN, help="exit with 1 when there are gaps")
@option("--format", type=click.Choice(STYLES), default="text", section=OUTPUT, help="default: text")
@option(
    "--write-readme",
    metavar="FILE",
    type=path,
    is_flag=False,
    flag_value="README.md",
    section=OUTPUT,
    help="write the counts of all gateways between the markers of a file instead (default: README.md)",
)
@output(quiet="only the gaps", json="the same as --format json")
def command(gateway: str | None, strict: bool, format: str, quiet: bool, json: bool, **given: Any) -> int:
    """Prints the table."""
    from conformance.target import gateways

    gateways.check(gateway)
    style = "json" if json else "quiet" if quiet else format
    for name in TRIED:
        if given[name]:
            return _show_tried(name, gateway, style, strict)
    return _show(gateway, style, strict, given["write_readme"])


def _show(gateway: str | None, style: str, strict: bool, file: Path | None) -> int:
    from conformance import register
    from conformance.cli import faults, readme

    catalogue = faults.catalogue()
    breaking: dict[str, tuple[str, ...]] = {}
    for fault in catalogue:
        for name in fault.breaks:
            breaking[name] = (*breaking.get(name, ()), fault.name)
    everything = list(rows(register.load(), breaking))
    selection = [row for row in everything if gateway in (None, row.gateway)]
    if file:
        readme.write(file, f"{_counts(everything, catalogue)}\n\n{_totals_table(everything)}")
    else:
        options.put("\n".join(_gaps(selection)) if style == "quiet" else FORMATS[style](selection))
    untried = [line for name in TRIED for line in _gaps_of(name, gateway)] if strict else []
    for line in untried:
        print(line, file=sys.stderr if style == "json" else sys.stdout)
    return 1 if strict and (untried or any(row.gap for row in selection)) else 0


def _show_tried(name: str, gateway: str | None, style: str, strict: bool) -> int:
    table = import_module(f"conformance.cli.{name}")
    some = list(_tried(name, gateway))
    options.put("\n".join(table.gaps(some)) if style == "quiet" else table.FORMATS[style](some))
    return 1 if strict and table.gaps(some) else 0


def _gaps_of(name: str, gateway: str | None) -> list[str]:
    gaps: list[str] = import_module(f"conformance.cli.{name}").gaps(list(_tried(name, gateway)))
    return gaps


def _tried(name: str, gateway: str | None) -> Iterator[Any]:
    """The fields, or the operations, of one contract, or of all."""
    import gateway_contract

    table = import_module(f"conformance.cli.{name}")
    for one in [gateway] if gateway else (gateway_contract.load().name, *gateway_contract.names()):
        yield from table.rows(gateway_contract.load(one))


def rows(known: Register, faults: Mapping[str, tuple[str, ...]]) -> Iterator[Row]:
    """A row for each pair of sentence and requirement, and one for each sentence without a requirement."""
    checks = {name: f"{check.__module__.rpartition('.')[2]}.{check.__name__}" for name, check in known.checks().items()}

    def row(requirement: Requirement, sentence: Sentence, softened: str | None = None) -> Row:
        check, breaking = checks.get(requirement.id), faults.get(requirement.id, ())
        return Row(*sentence, requirement.id, check, breaking, softened=softened)

    for claim in known.claims.values():
        sentence = (claim.id, claim.gateway, claim.quote, claim.address)
        covering = known.covering(claim.id)
        softened = _softened(claim, covering)
        yield from (row(requirement, sentence, softened) for requirement in covering)
        if not covering:
            yield Row(*sentence, exempt=claim.excluded or _pending(known.pending.get(claim.id)))
    for requirement in known.requirements.values():
        for source in known.sources_of(requirement):
            yield row(requirement, (source.id, "openai", source.title, source.url))


def _softened(claim: Claim, covering: Iterable[Requirement]) -> str | None:
    """The level of a claim, where no requirement that covers it is as binding."""
    levels = list(type(claim.level))
    binding = any(levels.index(one.level) <= levels.index(claim.level) for one in covering)
    return None if binding else claim.level.value


def _pending(area: str | None) -> str | None:
    return f"{PENDING}{area}" if area else None


COLUMNS = ("gateway", "sentences", "covered", "pending", "excluded", "requirements", "faults")


def _text(rows: list[Row]) -> str:
    gaps = _gaps(rows)
    lines = [f"{name:<40}{number:>6}" for name, number in _totals(rows).items()]
    return "\n".join([*_table(rows), "", *lines, "", *(["gaps:", *gaps] if gaps else ["no gaps"])])


def _gaps(rows: list[Row]) -> list[str]:
    return [f"  {row.sentence} → {row.requirement or '?'}: {row.gap}" for row in rows if row.gap]


def _table(rows: list[Row]) -> list[str]:
    """A line for each gateway: how many of its sentences are judged, and by what."""
    lines = [[str(cell) for cell in line] for line in (COLUMNS, *by_gateway(rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def by_gateway(rows: list[Row]) -> list[tuple[str | int, ...]]:
    """The numbers of `COLUMNS` for each gateway; those of "openai" count public documents."""
    return [
        (
            gateway,
            _distinct(row.sentence for row in own),
            _distinct(row.sentence for row in own if row.requirement),
            _distinct(row.sentence for row in own if (row.exempt or "").startswith(PENDING)),
            _distinct(row.sentence for row in own if row.exempt and not row.exempt.startswith(PENDING)),
            _distinct(row.requirement for row in own),
            _distinct(fault for row in own for fault in row.faults),
        )
        for gateway in dict.fromkeys(row.gateway for row in rows)
        for own in [[row for row in rows if row.gateway == gateway]]
    ]


def _counts(rows: Sequence[Row], faults: Sequence[Fault]) -> str:
    """How many there are of each, as a table. A variation is a fault that breaks nothing."""
    from conformance.report.markdown import table

    documented = [row for row in rows if row.gateway != "openai"]
    breaking = sum(bool(fault.breaks) for fault in faults)
    counts = {
        "requirements, each with one check": len({row.requirement for row in rows if row.requirement}),
        "faults": breaking,
        "legal variations": len(faults) - breaking,
        "documented sentences that are covered": len({row.sentence for row in documented if row.requirement}),
        "documented sentences that are excluded with a reason": len({row.sentence for row in documented if row.exempt}),
    }
    return table(("There are", "Count"), counts.items())


def _totals_table(selection: list[Row]) -> str:
    from conformance.report.markdown import table

    return table([name.capitalize() for name in COLUMNS], by_gateway(selection))


def _markdown(selection: list[Row]) -> str:
    from conformance.report.markdown import plain

    lines = [_totals_table(selection), ""]
    lines += ["| Sentence | Gateway | Quote | Requirement | Check | Faults |", "| --- | --- | --- | --- | --- | --- |"]
    for row in selection:
        quote = f"[{plain(row.quote)}](<{row.address}>)"
        reached = [row.requirement and f"`{row.requirement}`", row.check and f"`{row.check}`", ", ".join(row.faults)]
        owed = [plain(row.exempt), "", ""] if row.exempt else [cell or "**none**" for cell in reached]
        lines.append(f"| {' | '.join([plain(row.sentence), row.gateway, quote, *owed])} |")
    return "\n".join(lines)


def _json(rows: list[Row]) -> str:
    plain = [{**asdict(row), "gap": row.gap} for row in rows]
    return options.as_json({"totals": _totals(rows), "rows": plain})


FORMATS: dict[str, Callable[[list[Row]], str]] = dict(zip(STYLES, (_text, _markdown, _json), strict=True))


def _totals(rows: list[Row]) -> dict[str, int]:
    return {
        "documented sentences": _distinct(row.sentence for row in rows),
        "covered by a requirement": _distinct(row.sentence for row in rows if row.requirement),
        "exempt with a reason": _distinct(row.sentence for row in rows if row.exempt),
        "requirements": _distinct(row.requirement for row in rows),
        "requirements with a check": _distinct(row.requirement for row in rows if row.check),
        "requirements with a fault": _distinct(row.requirement for row in rows if row.faults),
        "faults": _distinct(fault for row in rows for fault in row.faults),
        "gaps": sum(row.gap is not None for row in rows),
    }


def _distinct(names: Iterable[str | None]) -> int:
    return len({name for name in names if name is not None})
