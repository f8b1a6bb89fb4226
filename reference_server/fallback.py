"""Which model serves a request, when the first one fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reference_server.errors import Refusal
from reference_server.fixtures import Model

TRIGGERS = frozenset({"upstream", "internal", "maintenance", "rate_limited"})
"""The causes that make the next model be tried. Any other refusal is the caller's to mend."""


class Served(NamedTuple):
    """The model that answers. `depth` counts the fallbacks that were tried, 0 when the first model answers."""

    name: str
    model: Model
    depth: int = 0


def first_working(names: list[str], attempt: Callable[[str], Model]) -> Served:
    """The first model that works, in order.

    `attempt` gives the model of a name or raises Refusal. A refusal that is no trigger is final; but a fallback that
    does not exist is passed over like one that fails. Raises the first model's refusal when
    there is no fallback, else `all_fallbacks_failed`.
    """
    for depth, name in enumerate(names):
        try:
            return Served(name, attempt(name), depth)
        except Refusal as refusal:
            passed_over = refusal.cause in TRIGGERS or (depth > 0 and refusal.cause == "unknown_model")
            if len(names) == 1 or not passed_over:
                raise
    raise Refusal("upstream", f"All of these models failed: {', '.join(names)}.", code="all_fallbacks_failed")
