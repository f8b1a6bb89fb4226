"""Which fields of requests are tried with valid and with invalid values, as the properties choose them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.properties.bodies import Subject
    from gateway_contract import Contract

OWN = "by checks of its own"
ANY = "any value is right"
COLUMNS = ("gateway", "operation", "field", "valid", "invalid")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a request, and whether a run of everything tries it with a value that is valid, or that is not."""

    gateway: str
    operation: str
    field: str
    valid: bool
    invalid: bool
    exempt: str | None = None
    """Where it is tried when no value of it is generated, or why none is."""

    @property
    def gap(self) -> str | None:
        """What is missing, or None."""
        if not self.valid and self.exempt != OWN:
            return "no valid value is tried"
        return None if self.invalid or self.exempt else "no invalid value is tried"


def rows(contract: Contract) -> Iterator[FieldRow]:
    """A row for each field, at every depth, of each JSON body and form, and for each query parameter and header."""
    from conformance.properties import bodies, parameters, valued

    for subject in bodies.documented(contract):
        yield from _of_body(subject, contract)
    for operation in contract.operations.values():
        odd = set() if operation.request_types else {name for name, _ in parameters.odd(operation)}
        for name, valid in valued.documented(contract, operation).items():
            field, invalid = f"?{name}" if name in operation.query else f"{name}:", name in odd
            yield FieldRow(contract.name, operation.id, field, valid, invalid, None if valid and invalid else OWN)


def _of_body(subject: Subject, contract: Contract) -> Iterator[FieldRow]:
    from conformance.properties import trials
    from conformance.properties.fields import Claimed

    places = {id(one.schema): one for one in trials.places(subject, contract)}
    wrong = {one.path for one in trials.wrong(subject, contract)}
    for name, schema in Claimed(subject.operation, subject.schema, contract).fields:
        place = places.get(id(schema))
        invalid = place is not None and place.path in wrong
        free = place is not None and not any(trials.odd(subject, place))
        yield FieldRow(contract.name, subject.name, name, place is not None, invalid, ANY if free else None)


def table(some: Iterable[FieldRow]) -> str:
    """The rows as Markdown."""
    from conformance.report import markdown

    lines = [
        (one.gateway, one.operation, f"`{one.field}`", _mark(one.valid, one.exempt), _mark(one.invalid, one.exempt))
        for one in some
    ]
    return markdown.table([name.capitalize() for name in COLUMNS], lines)


def _text(some: Sequence[FieldRow]) -> str:
    """How many fields are tried, and which are not."""
    generated = [one for one in some if one.valid or one.invalid]
    lines = gaps(some)
    counts = f"{len(some)} fields, {len(generated)} of them with generated values"
    return "\n".join([counts, *(["gaps:", *lines] if lines else ["no gaps"])])


def gaps(some: Sequence[FieldRow]) -> list[str]:
    """A line for each field that is not tried."""
    return [f"  {one.gateway} {one.operation} {one.field}: {one.gap}" for one in some if one.gap]


def _json(some: Sequence[FieldRow]) -> str:
    return json.dumps([{**asdict(one), "gap": one.gap} for one in some], indent=2)


def _mark(tried: bool, exempt: str | None) -> str:
    return "yes" if tried else exempt or "**no**"


FORMATS: dict[str, Callable[[Sequence[FieldRow]], str]] = {"text": _text, "markdown": table, "json": _json}
