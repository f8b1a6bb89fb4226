"""Rules between the fields of a body, which no schema says: what a field needs beside it, and which names it takes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway_contract._problem import Path, Problem, param_name

NEEDS = "x-needs"
"""What a field needs beside it: members of the same object, with their values. `true` is demanded."""
ALONE = "x-alone"
"""The schema of the values with which a field needs nothing; any other one demands that what it needs is there."""
AMONG = "x-among"
"""Names within a field, each with the place in the same object where names are of which it has to be one.

`[]` is each entry of a list, `[role=tool]` each that has this member. Where both stand in the same list, only names in
earlier entries count.
"""
STEP = re.compile(r"([^.\[\]]+)|\[(?:(\w+)=(\w+))?\]")
Schema = dict[str, Any]
Allows = Callable[[Schema, object], bool]
Steps = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Rule(ABC):
    """What a field of the object at `within` demands."""

    within: Path
    field: str

    def problem(self, body: Any) -> Problem | None:
        """What is wrong with a body whose types are right, or None."""
        for step in self.within:
            body = body.get(step) if isinstance(body, dict) else None
        return self.problem_in(body) if isinstance(body, dict) and body.get(self.field) is not None else None

    @abstractmethod
    def problem_in(self, holder: dict[str, Any]) -> Problem | None:
        """What is wrong with the object that has the field."""

    def at(self, *path: str | int) -> Path:
        """The place of something within the field."""
        return (*self.within, self.field, *path)


@dataclass(frozen=True)
class Need(Rule):
    """A field that may stand only where another one of the same object is true, or is there."""

    other: str
    true: bool
    alone: Callable[[object], bool] = field(compare=False)

    def problem_in(self, holder: dict[str, Any]) -> Problem | None:
        """The field lacks the other one."""
        if holder.get(self.other) or self.alone(holder[self.field]):
            return None
        state = "is true" if self.true else "is given"
        path = self.at()
        return Problem(f"{self.field!r} is only allowed when {self.other!r} {state}.", param_name(path), NEEDS, path)


@dataclass(frozen=True)
class Among(Rule):
    """Names within a field that have to be among those elsewhere in the same object."""

    own: str
    other: str

    def problem_in(self, holder: dict[str, Any]) -> Problem | None:
        """A name is not among the others."""
        first: dict[str, Path] = {}
        for where, name in _found(holder, _steps(self.other)):
            first.setdefault(name, where)
        for path, name in _found(holder[self.field], _steps(self.own)):
            if name not in first or not _counts(first[name], (self.field, *path)):
                place = self.at(*path[:-1]) if isinstance(path[-1], int) else self.at(*path)
                message = f"Invalid value for {param_name(place)!r}: {name!r} is not among the names in {self.other!r}."
                return Problem(message, param_name(place), AMONG, place)
        return None


def _counts(where: Path, place: Path) -> bool:
    """Whether a name counts for a place: in the same list only where it comes before."""
    same = where[0] == place[0]
    return not same or (isinstance(where[1], int) and isinstance(place[1], int) and where[1] < place[1])


def _steps(path: str) -> Steps:
    return tuple((name, member, value) for name, member, value in STEP.findall(path))


def _found(value: Any, steps: Steps, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text at a path, and where it stands."""
    if not steps:
        if isinstance(value, str):
            yield path, value
        return
    (name, member, wanted), rest = steps[0], steps[1:]
    if name:
        if isinstance(value, dict) and name in value:
            yield from _found(value[name], rest, (*path, name))
        return
    for place, entry in enumerate(value if isinstance(value, list) else ()):
        if not member or (isinstance(entry, dict) and entry.get(member) == wanted):
            yield from _found(entry, rest, (*path, place))


def rules_of(schema: Schema, resolve: Callable[[Schema], Schema], allows: Allows, within: Path = ()) -> Iterator[Rule]:
    """The rules of a schema and of the objects in it; deeper, schemas stand in themselves."""
    for part in schema.get("allOf", ()):
        yield from rules_of(resolve(part), resolve, allows, within)
    for name, member in schema.get("properties", {}).items():
        whole = {**resolve(member), **member}
        yield from _of_field(whole, name, allows, within)
        if "properties" in whole and not within:
            yield from rules_of(whole, resolve, allows, (*within, name))


def _of_field(schema: Schema, name: str, allows: Allows, within: Path) -> Iterator[Rule]:
    for other, value in schema.get(NEEDS, {}).items():
        if value is True:
            yield Need(within, name, other, True, lambda _: False)
        elif ALONE in schema:
            yield Need(within, name, other, False, lambda one: allows(schema[ALONE], one))
    for own, place in schema.get(AMONG, {}).items():
        yield Among(within, name, own, place)
