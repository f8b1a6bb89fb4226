"""Which operations are tried with valid requests, with invalid ones and in histories, as the properties choose them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from conformance.cli import fields

if TYPE_CHECKING:
    from gateway_contract import Contract, Operation

COLUMNS = ("gateway", "operation", "protocol", "valid", "invalid", "stateful")
STATELESS = "stateless: no link leads to it or from it"
Cells = Mapping[str, str]
"""By operation, how it is tried."""


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation of a contract, and how a run of everything tries it; a cell is empty where it does not."""

    gateway: str
    operation: str
    protocol: str
    valid: str
    invalid: str
    stateful: str

    @property
    def gap(self) -> str | None:
        """What is missing, or None."""
        missing = [name for name in COLUMNS[3:] if not getattr(self, name)]
        return f"not tried: {', '.join(missing)}" if missing else None


def rows(contract: Contract) -> Iterator[OperationRow]:
    """A row for each operation. One under another version of its path is tried under the first, but for histories."""
    from conformance.properties import native

    stateful, generated = _stateful(contract), _generated(contract)
    first = {one.id for one in native.first_of_versions(contract.operations.values())}
    own: dict[str, OperationRow] = {}
    for operation in contract.operations.values():
        state = stateful.get(operation.id, "")
        valid, invalid = _valid(contract, operation, generated, state), _invalid(operation, generated)
        row = OperationRow(contract.name, operation.id, operation.protocol, valid, invalid, state)
        if operation.id not in first:
            alike = next(one for one in first if operation.id.startswith(one) and own[one].protocol == row.protocol)
            row = replace(row, valid=f"as {alike}", invalid=f"as {alike}")
        own[operation.id] = row
        yield row


def _generated(contract: Contract) -> tuple[Cells, Cells]:
    """How many fields of bodies are tried with valid and with invalid values, by operation."""
    valid, invalid = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for row in fields.rows(contract):
        name = row.operation.removesuffix(" as a form")
        if not row.field.startswith("?") and not row.field.endswith(":"):
            valid[name] += [row.field] * row.valid
            invalid[name] += [row.field] * row.invalid
    counted = ({name: _count(some, "field") for name, some in one.items() if some} for one in (valid, invalid))
    of_valid, of_invalid = counted
    return of_valid, of_invalid


def _valid(contract: Contract, operation: Operation, generated: tuple[Cells, Cells], stateful: str) -> str:
    """Fields or parameters with generated values, ids that a history draws, or the one request that there is."""
    from conformance.properties import valued

    parameters = [name for name, tried in valued.documented(contract, operation).items() if tried]
    cells = [generated[0].get(operation.id, ""), _count(parameters, "parameter")]
    if stateful not in ("", STATELESS):
        cells += [stateful] if not any(cells) else []
    if not operation.request_types and not operation.parameters:
        cells += ["the only request there is"]
    return ", ".join(filter(None, cells))


def _invalid(operation: Operation, generated: tuple[Cells, Cells]) -> str:
    from conformance.properties import parameters

    odd = [] if operation.request_types else [name for name, _ in parameters.odd(operation)]
    return generated[1].get(operation.id, "") or _count(odd, "parameter")


def _stateful(contract: Contract) -> Cells:
    """The histories that ask an operation; else the requirement that follows a link of it, or that there is no link."""
    from conformance import register
    from conformance.properties import file_history, job_history, linked

    cells = defaultdict[str, list[str]](list)
    for name, history in (("files", file_history), ("jobs", job_history), ("links", linked)):
        for operation in history.operations(contract):
            cells[operation].append(name)
    links = {(one.id, link.operation) for one in contract.operations.values() for link in one.links}
    judged = {one.id: set(one.operations) for one in register.load().requirements.values()}

    def cell(name: str) -> str:
        if name in cells:
            return f"histories of {' and '.join(cells[name])}"
        own = [{*link} for link in links if name in link]
        if not own:
            return STATELESS
        return next(
            (f"by {requirement}" for requirement, some in judged.items() if any(one <= some for one in own)), ""
        )

    return {name: cell(name) for name in contract.operations}


def _count(some: Sequence[str], what: str) -> str:
    return f"{len(some)} {what}{'s' if len(some) > 1 else ''}" if some else ""


def table(some: Iterable[OperationRow]) -> str:
    """The rows as Markdown."""
    from conformance.report import markdown

    lines = [(one.gateway, f"`{one.operation}`", one.protocol, *map(_cell, _tried(one))) for one in some]
    return markdown.table([name.capitalize() for name in COLUMNS], lines)


def _tried(row: OperationRow) -> tuple[str, str, str]:
    return row.valid, row.invalid, row.stateful


def _cell(text: str) -> str:
    return text or "**no**"


def _text(some: Sequence[OperationRow]) -> str:
    """How many operations are tried in each way, and which are not."""
    stateful = sum(one.stateful.startswith("histories") for one in some)
    lines = gaps(some)
    counts = (
        f"{len(some)} operations of {len({one.gateway for one in some})} contracts, {stateful} of them in histories"
    )
    return "\n".join([counts, *(["gaps:", *lines] if lines else ["no gaps"])])


def gaps(some: Sequence[OperationRow]) -> list[str]:
    """A line for each operation that is not tried in some way."""
    return [f"  {one.gateway} {one.operation}: {one.gap}" for one in some if one.gap]


def _json(some: Sequence[OperationRow]) -> str:
    return json.dumps([{**asdict(one), "gap": one.gap} for one in some], indent=2)


FORMATS: dict[str, Callable[[Sequence[OperationRow]], str]] = {"text": _text, "markdown": table, "json": _json}
