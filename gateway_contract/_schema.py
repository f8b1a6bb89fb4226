"""A JSON Schema that validates in microseconds and explains a failure only when there is one."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gateway_contract._bundle import references
from gateway_contract._problem import Problem, explain

if TYPE_CHECKING:
    import jsonschema_rs

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Schema:
    """One schema of a document. It is compiled when it is first used."""

    def __init__(self, schema: dict[str, Any], components: dict[str, Any]) -> None:
        self._own = schema
        self._components = components

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The schema, with what it refers to: a validator keeps a copy of all that it is made of."""
        return {"$schema": DIALECT, **self._own, "components": needed(self._own, self._components)}

    @cached_property
    def fast(self) -> jsonschema_rs.Validator:
        """The validator."""
        import jsonschema_rs

        return jsonschema_rs.validator_for(self.schema)

    def problem(self, value: object) -> Problem | None:
        """What is wrong with `value`, or None when it satisfies the schema."""
        try:
            return None if self.fast.is_valid(value) else self._explained(value)
        except UnicodeEncodeError:
            value = _encodable(value)
            return None if self.fast.is_valid(value) else self._explained(value)

    def _explained(self, value: object) -> Problem:
        return explain(self.fast.iter_errors(value), self.schema, value)


def needed(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """The components that a schema refers to, directly or through another."""
    found: dict[str, Any] = {}
    waiting = list(references(schema))
    while waiting:
        section, name = waiting.pop().removeprefix("#/components/").split("/", 1)
        if name not in found.setdefault(section, {}):
            found[section][name] = components[section][name]
            waiting.extend(references(components[section][name]))
    return found


def _encodable(value: object) -> object:
    """The value with a question mark for each half of a surrogate pair."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
