"""Estimates how long the validation of a value takes: schemas come from requests, and references multiply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reference_server.errors import UnsatisfiableSchema
from reference_server.model.schemas import resolved

_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("not", "if", "then", "else")
_OF_MEMBERS = ("items", "contains", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_REFERENCES = ("$ref", "$dynamicRef")
_MOST_PLACES = 50_000
Pair = tuple[Any, Any]
"""A schema, and the value that it is asked about."""


class Effort:
    """Counts the schemas that a validator looks at, at most."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = dict(root)
        self._counts: dict[tuple[int, int], int] = {}

    def of(self, value: Any) -> int:
        """How many schemas are looked at for a value. Raises UnsatisfiableSchema when even counting takes too long."""
        return self._count(self._root, value)

    def _count(self, schema: Any, value: Any) -> int:
        if not isinstance(schema, Mapping):
            return 1
        place = (id(schema), id(value))
        if place not in self._counts:
            if len(self._counts) > _MOST_PLACES:
                raise UnsatisfiableSchema("its references stand for too many schemas")
            self._counts[place] = 1  # a reference to itself in one place is looked at once
            self._counts[place] = 1 + sum(self._count(*pair) for pair in self._pairs(schema, value))
        return self._counts[place]

    def _pairs(self, schema: Mapping[str, Any], value: Any) -> Iterator[Pair]:
        for name, part in schema.items():
            if name in _SINGLE:
                yield part, value
            elif name in _LISTS and isinstance(part, list):
                yield from ((one, value) for one in part)
            elif name in _REFERENCES and isinstance(part, str):
                yield self._target(part), value
            elif isinstance(value, (dict, list)):
                yield from _inside(name, part, value)

    def _target(self, reference: str) -> Any:
        try:
            return resolved(self._root, reference)
        except (UnsatisfiableSchema, AttributeError, LookupError, TypeError, ValueError):
            return True


def _inside(keyword: str, part: Any, value: dict[str, Any] | list[Any]) -> Iterator[Pair]:
    """What a keyword asks about the members of a value."""
    members = list(value.values()) if isinstance(value, dict) else value
    if keyword in _OF_MEMBERS:
        yield from ((part, member) for member in members)
    elif keyword == "properties" and isinstance(part, Mapping) and isinstance(value, dict):
        yield from ((part[name], member) for name, member in value.items() if name in part)
    elif keyword == "patternProperties" and isinstance(part, Mapping):
        yield from ((one, member) for one in part.values() for member in members)
    elif keyword == "prefixItems" and isinstance(part, list) and isinstance(value, list):
        yield from zip(part, members, strict=False)
    elif keyword == "dependentSchemas" and isinstance(part, Mapping):
        yield from ((one, value) for one in part.values())
