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
LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


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
    import schemathesis
    from schemathesis import GenerationMode

    operation = contract.operations[name]
    schema = schemathesis.openapi.from_dict(contract.document)
    cases = schema[operation.template][operation.method].as_strategy(generation_mode=GenerationMode.POSITIVE)
    return cases.map(lambda case: _cheap(case.body, model)).filter(operation.accepts)


def _cheap(body: Any, model: str | None) -> dict[str, Any]:
    drawn = dict(body) if isinstance(body, dict) else {}
    if model is not None:
        drawn["model"] = model
    for name in LIMITS:
        if isinstance(drawn.get(name), int):
            drawn[name] = min(drawn[name], LIMIT)
    return drawn
