"""Requests drawn from the schemas of the contract, and legal conversations. The same seed draws the same requests."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.errors import Inconclusive
from conformance.properties.search import Patience, Search
from gateway_contract import Contract, Operation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")
LIMIT = 16
"""The most tokens that a drawn request asks for."""
LIMITS = {"max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"}
MOST = 2
"""The most members of a drawn list or free object of which the contract names no most."""
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


@lru_cache(maxsize=64)
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


def bodies(contract: Contract, operation: Operation, model: str | None) -> SearchStrategy[dict[str, Any]]:
    """Bodies that the schema of an operation allows, for a model, and cheap."""
    return _bodies(contract, operation.id, model)


@lru_cache(maxsize=64)
def _bodies(contract: Contract, name: str, model: str | None) -> SearchStrategy[dict[str, Any]]:
    from schemathesis import GenerationMode

    operation, schema = contract.operations[name], _drawable(contract)
    cases = schema[operation.template][operation.method].as_strategy(generation_mode=GenerationMode.POSITIVE)
    return cases.map(lambda case: _cheap(case.body, model)).filter(operation.accepts)


@lru_cache(maxsize=8)
def _drawable(contract: Contract) -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(_small(contract.document))


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


def _cheap(body: Any, model: str | None) -> dict[str, Any]:
    """The body with small limits, asked of a model."""
    drawn = _limited(body) if isinstance(body, dict) else {}
    return drawn if model is None else {**drawn, "model": model}


def _limited(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _limited(one, key) for key, one in value.items()}
    return min(value, LIMIT) if name in LIMITS and isinstance(value, int) else value
