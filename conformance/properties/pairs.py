"""Requests that have several optional fields each, so that every two values of two fields stand together in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from conformance.properties import trials, values
from conformance.properties.bodies import Subject
from conformance.properties.places import Path, at, put
from conformance.properties.trials import ALL, DEAR, LIMITS, Trial
from gateway_contract import Contract

Pair = frozenset[Trial]
EACH = 3
"""So many values of a field are tried beside those of others."""


@dataclass(frozen=True)
class Together:
    """A valid request with the fields of several trials."""

    subject: Subject
    chosen: tuple[Trial, ...]

    @property
    def body(self) -> Any:
        """The plainest request with all the fields, and with what they need."""
        body = self.subject.capped(self.subject.bodies[0])
        for trial in self.chosen:
            for path in (*trial.place.needs, trial.path):
                for holder in path[:-1]:
                    body = {str(holder): {}} | body
                body = put(body, path, at(trial.body, path))
        return body

    @property
    def label(self) -> str:
        """`createChatCompletion: seed and stop`."""
        return f"{self.subject.name}: {' and '.join(one.name for one in self.chosen)}"

    @property
    def valid(self) -> bool:
        """Whether the contract allows it."""
        body = self.body
        return self.subject.accepts(body) and self.subject.operation.rule_problem(body) is None

    def smaller(self) -> Iterator[Together]:
        """The same with one field less."""
        for trial in self.chosen:
            yield Together(self.subject, tuple(one for one in self.chosen if one is not trial))


def of(subject: Subject, contract: Contract, examples: int = ALL, seed: int = 0) -> list[Together]:
    """Few requests in which any two values of two optional fields meet, as far as the schema allows them together."""
    fields = _fields(subject, contract, seed)
    left = {frozenset(pair) for some, others in combinations(fields, 2) for pair in product(some, others)}
    rows = list[Together]()
    for pair in sorted(left, key=lambda pair: sorted(one.label for one in pair)):
        if pair in left:
            rows.append(_row(subject, fields, pair, left))
            left -= {pair, *map(frozenset, combinations(rows[-1].chosen, 2))}
    valid = [row for row in rows if len(row.chosen) > 1]
    return valid[: max(1, len(valid) * min(examples, ALL) // ALL)]


def _fields(subject: Subject, contract: Contract, seed: int) -> list[list[Trial]]:
    """The optional fields of an operation, each with a few values."""
    options = set(trials.optional(subject.operation, contract))
    fields = dict[Path, list[Trial]]()
    for trial in trials.right(subject, contract, seed=seed):
        if trial.path in options and trial.path[-1] not in DEAR | LIMITS and trial.kind != values.NULL:
            fields.setdefault(trial.path, []).append(trial)
    return [_few(some, seed) for some in fields.values()]


def _few(some: list[Trial], seed: int) -> list[Trial]:
    number = min(EACH, len(some))
    return [some[(seed + place * len(some) // number) % len(some)] for place in range(number)]


def _row(subject: Subject, fields: list[list[Trial]], pair: Pair, left: set[Pair]) -> Together:
    """A pair, and of each other field the value that meets most of what is in the row for the first time."""

    def met(trial: Trial) -> int:
        return sum(frozenset({trial, one}) in left for one in row.chosen)

    row = Together(subject, tuple(one for some in fields for one in some if one in pair))
    if not row.valid:
        return Together(subject, ())
    for some in fields:
        best = max(some, key=met)
        wider = Together(subject, (*row.chosen, best))
        if met(best) and not {*some} & pair and wider.valid:
            row = wider
    return row
