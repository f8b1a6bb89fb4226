"""Requests with one optional field each: at every value that its schema allows, and at those that it refuses."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from conformance.properties import values
from conformance.properties.bodies import Subject
from conformance.properties.fields import Schema, properties_of, required_of
from gateway_contract import Contract, Operation

Field = tuple[str, ...]
Kinds = Callable[[Operation, Schema], values.Kinds]
NEEDS = "x-needs"
"""What the contract says that a field needs beside it: members of the same object, with their values."""
DEAR = {"n", "candidateCount", "best_of"}
"""Fields that multiply the cost of an answer: they are not asked for at their maximum."""
LIMITS = {"max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"}
"""Fields that limit an answer. Each request has one of them already."""
FREE = {"user", "user_id", "system", "instructions", "stop", "stop_sequences", "stopSequences"}
"""Fields that any text will do for: any other may have to be the name of something."""
TOGETHER = {values.PLAIN, values.MOST, values.MINIMUM, values.MAXIMUM}
"""The kinds of values that are asked for in one request."""
MOST_OF_A_FIELD = 24
"""How many values are tried of one field, unless told otherwise: some hold a whole schema."""


class Option(NamedTuple):
    """An optional field, and what stands beside it in a request that has it."""

    field: Field
    schema: Schema
    needs: dict[Field, Any]


@dataclass(frozen=True)
class Trial:
    """A body with one field more than the plainest request, or with one that is wrong."""

    subject: Subject
    field: Field
    kind: str
    value: Any
    body: dict[str, Any]
    needs: tuple[Field, ...] = ()
    """The fields that stand beside it, since it needs them."""

    @property
    def name(self) -> str:
        """`generationConfig.topP`."""
        return ".".join(self.field)

    @property
    def label(self) -> str:
        """`generateContent: generationConfig.topP at its maximum`."""
        return f"{self.subject.operation.id}: {self.name}, {self.kind} ({self.value!r:.60})"


def right(subject: Subject, contract: Contract, most: int = MOST_OF_A_FIELD) -> list[Trial]:
    """The optional fields that the gateway claims, each alone at every kind of value that the schema allows."""
    some = (one for one in _trials(subject, contract, values.right, most) if subject.operation.accepts(one.body))
    return [one for one in some if not (one.kind == values.MAXIMUM and one.field[-1] in DEAR)]


def wrong(subject: Subject, contract: Contract, most: int = MOST_OF_A_FIELD) -> list[Trial]:
    """The optional fields that the gateway claims, each alone with every kind of value that the schema refuses."""
    return [one for one in _trials(subject, contract, values.wrong, most) if not subject.operation.accepts(one.body)]


def together(subject: Subject, contract: Contract, seed: int = 0) -> tuple[dict[str, Any], list[Trial]]:
    """One request with all plain options, at one of their bounds or at a value between them, and each alone.

    With another seed a field is at another one of its values.
    """
    fields = dict[str, list[Trial]]()
    for trial in right(subject, contract):
        if trial.kind in TOGETHER and trial.field[-1] not in DEAR | LIMITS and _is_plain(trial):
            fields.setdefault(trial.name, []).append(trial)
    chosen = [some[(number + seed) % len(some)] for number, some in enumerate(fields.values())]
    body = copy.deepcopy(subject.capped(subject.bodies[0]))
    for trial in chosen:
        _put(body, trial.field, trial.value)
    return body, chosen


def _is_plain(trial: Trial) -> bool:
    return (isinstance(trial.value, int | float | dict) or trial.field[-1] in FREE) and not trial.needs


def optional(operation: Operation, contract: Contract) -> Iterator[Option]:
    """The optional fields of a body that the gateway claims; of an object without required members, its members."""
    for name, schema in properties_of(operation).items():
        if name not in required_of(operation) and _is_claimed(schema, contract):
            yield from _options(operation, contract, Option((name,), schema, _needs((), schema)))


def _options(operation: Operation, contract: Contract, whole: Option) -> Iterator[Option]:
    members = properties_of(operation, whole.schema)
    if not members or required_of(operation, whole.schema):
        yield whole
        return
    for name, member in members.items():
        if _is_claimed(member, contract):
            yield Option((*whole.field, name), member, {**whole.needs, **_needs(whole.field, member)})


def _needs(holder: Field, schema: Schema) -> dict[Field, Any]:
    return {(*holder, name): value for name, value in schema.get(NEEDS, {}).items()}


def _is_claimed(schema: Schema, contract: Contract) -> bool:
    return schema.get("x-feature") in {None, *contract.features}


def _trials(subject: Subject, contract: Contract, kinds: Kinds, most: int) -> Iterator[Trial]:
    for option in optional(subject.operation, contract):
        seen = dict[tuple[str, str], Any]()
        for kind, value in kinds(subject.operation, option.schema):
            seen.setdefault((kind, repr(value)), value)
        step = -(-len(seen) // most) or 1
        for (kind, _), value in list(seen.items())[::step]:
            yield Trial(subject, option.field, kind, value, _body(subject, option, value), tuple(option.needs))


def _body(subject: Subject, option: Option, value: Any) -> dict[str, Any]:
    """The plainest request, with what the field needs and with the field."""
    body = copy.deepcopy(subject.capped(subject.bodies[0]))
    for field, one in {**option.needs, option.field: value}.items():
        _put(body, field, one)
    return body


def _put(body: dict[str, Any], field: Field, value: Any) -> None:
    for name in field[:-1]:
        body = body.setdefault(name, {})
    body[field[-1]] = copy.deepcopy(value)
