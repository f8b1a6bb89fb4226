"""Requests drawn from the schemas of the contract, and legal conversations. The same seed draws the same requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.errors import Inconclusive
from conformance.properties.search import Patience, Search
from gateway_contract import JSON, Operation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")
LIMIT = 16
"""The most tokens that a drawn request asks for."""
LIMITS = {
    **dict.fromkeys(("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"), LIMIT),
    **dict.fromkeys(("n", "best_of", "candidateCount"), 4),
}
"""The most that a drawn request asks for of what costs money."""
MOST = 2
"""The most members of a drawn list or free object of which the contract names no most."""
REFERENCE = re.compile(r'"#/components/schemas/([^"/]+)')
VALUES = {"const", "default", "enum", "example", "examples"}
"""The members of a schema that are values, not schemas."""


def search(
    strategy: SearchStrategy[Drawn],
    demand: Callable[[Drawn], None],
    seed: int,
    examples: int,
    *,
    touched: list[Any] | None = None,
    patience: Patience | None = None,
) -> None:
    """Judge so many drawn values. A value that fails is made as small as it can be, and its failure is raised.

    `touched` and `patience` are as in `Search`. Raises `Inconclusive` as its `run` does.
    """
    quick = Search(seed, examples, touched=touched, patience=patience, shrinks=False)

    def judge_all() -> None:
        for value in drawn(strategy, seed, examples):
            _judge(quick, demand, deepcopy(value))

    try:
        quick.run(judge_all)
    except AssertionError as error:
        failure = error
    else:
        return
    smaller = Search(seed, examples, touched=touched)
    smaller.run(_given(smaller, strategy, lambda value: _judge(smaller, demand, value)))
    raise Inconclusive(f"seen once, and not again: {failure}")


def _judge(search: Search, demand: Callable[[Drawn], None], value: Drawn) -> None:
    search.begin()
    search.step(lambda: demand(value))


@lru_cache(maxsize=256)
def drawn(strategy: SearchStrategy[Drawn], seed: int, examples: int) -> list[Drawn]:
    """The values that a search judges where none fails. Several checks judge the same ones."""
    values: list[Drawn] = []
    search = Search(seed, examples)
    search.run(_given(search, strategy, lambda value: _judge(search, values.append, value)))
    return values


def _given(search: Search, strategy: SearchStrategy[Drawn], use: Callable[[Drawn], None]) -> Callable[[], None]:
    from hypothesis import given
    from hypothesis import seed as seeded

    return seeded(search.seed)(search.settings()(given(strategy)(lambda value: use(value))))


def bodies(operation: Operation) -> SearchStrategy[dict[str, Any]]:
    """Bodies in JSON that the schema of an operation allows, and cheap. Operations that take the same share them."""
    document = json.dumps(_document(operation), sort_keys=True)
    if document not in _strategies:
        _strategies[document] = _strategy(document).filter(operation.accepts)
    return _strategies[document]


_strategies: dict[str, SearchStrategy[dict[str, Any]]] = {}


def _strategy(document: str) -> SearchStrategy[dict[str, Any]]:
    import schemathesis
    from schemathesis import GenerationMode

    operation = schemathesis.openapi.from_dict(json.loads(document))["/"]["POST"]
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE).map(lambda case: _limited(case.body))


def _document(operation: Operation) -> dict[str, Any]:
    """A description of nothing but the body of an operation."""
    schema = _small(operation.request_schema())
    body = {"required": True, "content": {JSON: {"schema": schema}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "A body", "version": "1"},
        "paths": {"/": {"post": {"requestBody": body, "responses": {"200": {"description": "An answer."}}}}},
        "components": {"schemas": _referenced(operation, schema)},
    }


def _referenced(operation: Operation, schema: Any) -> dict[str, Any]:
    """The schemas that one refers to, and those that they refer to."""
    schemas, waiting = dict[str, Any](), {*REFERENCE.findall(json.dumps(schema))}
    while waiting:
        name = waiting.pop()
        schemas[name] = _small(operation.resolve({"$ref": f"#/components/schemas/{name}"}))
        waiting |= {*REFERENCE.findall(json.dumps(schemas[name]))} - schemas.keys()
    return schemas


def _small(schema: Any) -> Any:
    """The schema with a most for each list and free object that has none."""
    if isinstance(schema, list):
        return [_small(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    small = {name: one if name in VALUES else _small(one) for name, one in schema.items()}
    types = schema.get("type")
    if "array" in (types if isinstance(types, list) else [types]):
        small.setdefault("maxItems", max(MOST, schema.get("minItems", 0)))
    if "object" in (types if isinstance(types, list) else [types]) and "properties" not in schema:
        small.setdefault("maxProperties", max(MOST, schema.get("minProperties", 0)))
    return small


def _limited(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _limited(one, key) for key, one in value.items()}
    return min(value, LIMITS[name]) if name in LIMITS and isinstance(value, int | float) else value
