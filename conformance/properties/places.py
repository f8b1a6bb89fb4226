"""Every place in the requests of an operation that its schema speaks of, at every depth, in a valid request.

A place of an example of the contract is taken as it stands there, in its neighbourhood. What no example has is put
where it belongs, with the plainest value that its schema allows.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.properties import values
from conformance.properties.fields import Schema, resolved
from gateway_contract import NEEDS, Operation

Path = tuple[str | int, ...]
EXAMPLE = "an example"
UNIONS = ("anyOf", "oneOf")


@dataclass(frozen=True)
class Place:
    """Something that stands in a valid body, and one of the schemas that speak of it.

    `kind` is what stands there, when it was put there; `base` is the body before that, if it was. `needs` stand beside
    it, since it needs them; `duty` is what has to stand beside it if it becomes another thing.
    """

    path: Path
    schema: Schema
    body: Any
    kind: str = EXAMPLE
    needs: tuple[Path, ...] = ()
    base: Any = None
    duty: Mapping[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> Any:
        """What stands there."""
        return at(self.body, self.path)

    def with_value(self, value: Any) -> Any:
        """The body with another value there."""
        return put(self.body, self.path, value)


def at(body: Any, path: Path) -> Any:
    """What stands in a body."""
    for step in path:
        body = body[step]
    return body


def put(body: Any, path: Path, value: Any) -> Any:
    """The body with a value there; the body stays as it is."""
    if not path:
        return copy.deepcopy(value)
    changed = copy.deepcopy(body)
    at(changed, path[:-1])[path[-1]] = copy.deepcopy(value)
    return changed


def without(body: Any, path: Path) -> Any:
    """The body without a member; the body stays as it is, and so does one that lacks it."""
    changed = copy.deepcopy(body)
    with suppress(LookupError, TypeError):
        del at(changed, path[:-1])[path[-1]]
    return changed


class Places:
    """The places of an operation. Another seed takes them from other neighbourhoods, where there are several."""

    def __init__(
        self,
        operation: Operation,
        schema: Schema,
        bodies: Collection[Any],
        is_claimed: Callable[[Schema], bool],
        seed: int = 0,
    ) -> None:
        self._operation = operation
        self._schema = schema
        self._is_claimed = is_claimed
        self._seed = seed
        self._instances: dict[int, list[Place]] = {}
        for body in bodies:
            self._read(Place((), schema, body))

    def __iter__(self) -> Iterator[Place]:
        """All of them; those that have to be put there come when what they stand in has come."""
        done = set[int]()
        while left := [key for key in self._instances if key not in done]:
            for key in left:
                done.add(key)
                place = self._chosen(key)
                yield place
                for added in self._added(place):
                    self._read(added)

    def _chosen(self, key: int) -> Place:
        """Of the whole body always the first, which is the plainest."""
        some = self._instances[key]
        return some[self._seed % len(some)] if some[0].path else some[0]

    def _read(self, place: Place) -> None:
        """Notes what stands there and what is within it."""
        self._instances.setdefault(id(place.schema), []).append(place)
        for path, schema in self._within(place):
            inherited = place.duty if path == place.path else {}
            self._read(replace(place, path=path, schema=schema, duty=schema.get(NEEDS, inherited)))

    def _within(self, place: Place) -> Iterator[tuple[Path, Schema]]:
        """The schemas that speak of the same, and of what is in it."""
        schema, value, path = place.schema, place.value, place.path
        if "$ref" in schema:
            yield path, self._operation.resolve({"$ref": schema["$ref"]})
        yield from ((path, part) for part in schema.get("allOf", ()))
        for branch in self._branches(schema):
            if self._operation.allows(branch, value):
                yield path, branch
        if isinstance(value, dict):
            for name in value:
                if (member := _member(schema, name)) is not None and self._claims(member):
                    yield (*path, name), member
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            yield from (((*path, number), schema["items"]) for number in range(len(value)))

    def _added(self, place: Place) -> Iterator[Place]:
        """What stands nowhere yet, put there."""
        schema, value, path = place.schema, place.value, place.path
        for branch in self._branches(schema):
            yield from self._put(place, path, branch, values.joined(self._operation, schema, branch))
        if isinstance(value, dict):
            for name, member in schema.get("properties", {}).items():
                if name not in value and self._claims(member):
                    room = put(place.body, path, _without_others(schema, value, name))
                    yield from self._put(place, (*path, name), member, room=room)
            if values.is_map(schema):
                yield from self._put(place, (*path, values.FREE_NAMES[0]), schema["additionalProperties"])
        if value == [] and isinstance(schema.get("items"), dict):
            yield from self._put(place, (*path, 0), schema["items"], room=put(place.body, path, [None]))

    def _put(
        self, place: Place, path: Path, schema: Schema, joined: Schema | None = None, room: Any = None
    ) -> Iterator[Place]:
        """The value of a schema at a path: of one branch `joined` with what all demand, in the body or in a `room`."""
        if id(schema) in self._instances:
            return
        value = values.sample(self._operation, joined or schema)
        whole = resolved(self._operation, joined or schema)
        if value is None and "null" not in values.types(whole):
            return
        body = put(place.body if room is None else room, path, value)
        duty = whole.get(NEEDS, place.duty if path == place.path else {})
        needs = {(*path[:-1], name): one for name, one in duty.items()}
        for other, one in needs.items():
            body = put(body, other, one)
        if self._operation.allows(self._schema, body):
            yield Place(path, schema, body, values.kind_of(whole, value), (*place.needs, *needs), place.body, duty)

    def _branches(self, schema: Schema) -> list[Schema]:
        return [branch for name in UNIONS for branch in schema.get(name, ())]

    def _claims(self, schema: Schema) -> bool:
        return self._is_claimed(resolved(self._operation, schema))


def _without_others(schema: Schema, value: dict[str, Any], name: str) -> dict[str, Any]:
    """An object without what must not stand beside a member."""
    others = values.one_of(schema) if name in values.one_of(schema) else []
    return {other: one for other, one in value.items() if other not in others}


def _member(schema: Schema, name: str) -> Schema | None:
    more = schema["additionalProperties"] if values.is_map(schema) else None
    member: Schema | None = schema.get("properties", {}).get(name, more)
    return member
