"""Requests drawn from the schemas of the contract, and legal conversations. The same seed draws the same requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

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
    from hypothesis import given
    from hypothesis import seed as seeded

    search = Search(seed, examples, touched=touched, patience=patience)

    @seeded(seed)
    @search.settings()
    @given(strategy)
    def demanded(value: Drawn) -> None:
        search.begin()
        search.step(lambda: demand(value))

    search.run(demanded)


def bodies(contract: Contract, operation: Operation, model: str | None) -> SearchStrategy[dict[str, Any]]:
    """Bodies that the schema of an operation allows, for a model, and cheap."""
    import schemathesis
    from schemathesis import GenerationMode

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
