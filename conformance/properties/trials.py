"""Requests with one field each, at every depth: at the values that its schema allows, and at those that it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.properties import values
from conformance.properties.bodies import Subject
from conformance.properties.fields import is_claimed, properties_of, required_of
from conformance.properties.places import EXAMPLE, Path, Place, Places, put, without
from conformance.words.ask import encoded
from gateway_contract import Contract, Operation

DEAR = {"n", "candidateCount", "best_of"}
"""Fields that multiply the cost of an answer: they are not asked for at their maximum."""
LIMITS = {"max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"}
"""Fields that limit an answer. Each request has one of them already."""
FREE = {"user", "user_id", "system", "instructions", "stop", "stop_sequences", "stopSequences"}
"""Fields that any text will do for: any other may have to be the name of something."""
TOGETHER = {values.PLAIN, values.MOST, values.MINIMUM, values.MAXIMUM}
"""The kinds of values that are asked for in one request."""
ALL = 40
"""With so many generated requests for each operation, or more, every value of every place is tried."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A body with one value at a place, right or wrong. `base` is the valid body that differs in that alone, if any."""

    subject: Subject
    place: Place
    kind: str
    value: Any
    body: Any
    base: Any = None

    @property
    def path(self) -> Path:
        """Where the value stands."""
        return self.place.path

    @property
    def name(self) -> str:
        """`generationConfig.topP`, `messages[].content`."""
        return "".join("[]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")

    @property
    def optional(self) -> bool:
        """Whether it stands in a field that a request may lack."""
        return bool(self.path) and self.path[0] not in required_of(self.subject.operation, self.subject.schema)

    @property
    def neighbourhood(self) -> tuple[Path, bytes]:
        """The place, and all that stands beside it."""
        return self.path, encoded(put(self.body, self.path, None))

    @property
    def label(self) -> str:
        """`generateContent: generationConfig.topP, its maximum (1)`."""
        return f"{self.subject.name}: {self.name or 'the body'}, {self.kind} ({self.value!r:.60})"


def right(subject: Subject, contract: Contract, examples: int = ALL, seed: int = 0) -> list[Trial]:
    """Every value of every place that the schema allows, each alone in a valid request."""
    trials = _different(map(_without_what_contradicts, _right(subject, contract, seed)))
    return _some([one for one in trials if _is_right(one)], examples, seed)


def wrong(subject: Subject, contract: Contract, examples: int = ALL, seed: int = 0) -> list[Trial]:
    """Every place with every kind of value that its schema refuses, each in a request that is valid otherwise."""
    return _some(_different(_wrong(subject, contract, seed)), examples, seed)


def _right(subject: Subject, contract: Contract, seed: int) -> Iterator[Trial]:
    for body in map(subject.capped, subject.bodies):
        yield Trial(subject, Place((), subject.schema, body), EXAMPLE, body, body)
    for place in places(subject, contract, seed):
        if place.base is not None:
            yield Trial(subject, place, place.kind, place.value, place.body, place.base)
        for kind, value in values.right(place.schema, place.value):
            if not (kind == values.MAXIMUM and place.path[-1] in DEAR):
                yield Trial(subject, place, kind, value, place.with_value(value), place.body)


def _is_right(trial: Trial) -> bool:
    subject = trial.subject
    allowed = subject.accepts(trial.body) and subject.can_say(trial.body)
    return allowed and subject.operation.rule_problem(trial.body) is None


def _without_what_contradicts(trial: Trial) -> Trial:
    """The trial without what stands beside its value and may not: `stream_options` where `stream` is false."""
    problem = trial.subject.operation.rule_problem(trial.body)
    if problem is None or problem.path[: len(trial.path)] == trial.path or not isinstance(problem.path[-1], str):
        return trial
    body, base = without(trial.body, problem.path), without(trial.base, problem.path)
    return replace(trial, body=body, base=base)


def _wrong(subject: Subject, contract: Contract, seed: int) -> Iterator[Trial]:
    for place in places(subject, contract, seed):
        for kind, value in (*values.wrong(place.schema, place.value), *odd(subject, place, seed)):
            body = place.with_value(value)
            if not subject.accepts(body) and subject.can_say(body):
                yield Trial(subject, place, kind, value, body, place.body)


def odd(subject: Subject, place: Place, seed: int = 0) -> values.Kinds:
    """A value that the schema refuses: of another type, if there is one."""
    first = seed % len(values.ODD)
    candidates = sorted(
        (*values.ODD[first:], *values.ODD[:first]), key=lambda one: values.is_of_type(one, place.schema)
    )
    for value in candidates:
        body = place.with_value(value)
        if not subject.accepts(body) and subject.can_say(body):
            yield "of a wrong type", value
            return


def _different(trials: Iterable[Trial]) -> list[Trial]:
    """The trials without those that would send the same again."""
    first: dict[bytes, Trial] = {}
    for trial in trials:
        first.setdefault(encoded(trial.body), trial)
    return list(first.values())


def _some(trials: list[Trial], examples: int, seed: int) -> list[Trial]:
    """As many of the trials as the number of examples asks for: the first of each field, and others in turn."""
    if examples >= ALL:
        return trials
    first = {one.path[:1]: one for one in reversed(trials)}
    step = -(-ALL // examples)
    return [one for number, one in enumerate(trials) if one is first[one.path[:1]] or number % step == seed % step]


def places(subject: Subject, contract: Contract, seed: int = 0) -> Iterable[Place]:
    """Every place of the requests of an operation that the gateway claims."""
    bodies = [subject.capped(one) for one in subject.bodies]
    return Places(subject.operation, subject.schema, bodies, lambda schema: is_claimed(schema, contract), seed)


def together(subject: Subject, contract: Contract, seed: int = 0) -> tuple[dict[str, Any], list[Trial]]:
    """One request with all plain options, at one of their bounds or at a value between them, and each alone.

    With another seed a field is at another one of its values.
    """
    options = set(optional(subject.operation, contract))
    fields = dict[Path, list[Trial]]()
    for trial in right(subject, contract):
        if trial.path in options and trial.path[-1] not in DEAR | LIMITS and _is_plain(trial):
            fields.setdefault(trial.path, []).append(trial)
    chosen = [some[(number + seed) % len(some)] for number, some in enumerate(fields.values())]
    body = subject.capped(subject.bodies[0])
    for trial in chosen:
        for holder in trial.path[:-1]:
            body = {str(holder): {}} | body
        body = put(body, trial.path, trial.value)
    return body, chosen


def _is_plain(trial: Trial) -> bool:
    of_any_value = isinstance(trial.value, int | float | dict) or trial.path[-1] in FREE
    return trial.kind in TOGETHER and of_any_value and not trial.place.needs


def optional(operation: Operation, contract: Contract) -> Iterator[Path]:
    """The optional fields of a body that the gateway claims; of an object without required members, its members."""
    for name, schema in properties_of(operation).items():
        if name not in required_of(operation) and is_claimed(schema, contract):
            members = properties_of(operation, schema)
            if not members or required_of(operation, schema):
                yield (name,)
            else:
                yield from ((name, one) for one in members if is_claimed(members[one], contract))
