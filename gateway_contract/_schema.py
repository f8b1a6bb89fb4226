"""A JSON Schema that validates in microseconds and explains a failure only when there is one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from gateway_contract._problem import Problem, explain

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import Draft202012Validator

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Schema:
    """One schema of a document. It is compiled when it is first used."""

    def __init__(self, schema: dict[str, Any], components: dict[str, Any]) -> None:
        self.schema = {"$schema": DIALECT, **schema, "components": components}

    @cached_property
    def fast(self) -> jsonschema_rs.Validator:
        """The fast validator, which explains nothing."""
        import jsonschema_rs

        return jsonschema_rs.validator_for(self.schema)

    def problem(self, value: object) -> Problem | None:
        """What is wrong with `value`, or None when it satisfies the schema."""
        if self.fast.is_valid(value):
            return None
        return self._explained(value)

    @cached_property
    def _slow(self) -> Draft202012Validator:
        """The validator that explains, which remembers what its references stand for."""
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self.schema)

    def _explained(self, value: object) -> Problem:
        problem = explain(self._slow.iter_errors(value))
        return problem or Problem("The body does not satisfy its schema.", None, "schema", ())
