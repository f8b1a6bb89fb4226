"""Which model serves a request, when the first one fails."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reference_server.errors import Refusal
from reference_server.fixtures import Model

TRIGGERS = frozenset({"upstream", "internal", "maintenance", "rate_limited"})
"""The causes after which the next model is tried. Any other refusal is final: the caller made the mistake."""


class Selection(msgspec.Struct, frozen=True):
    """The model that answers. `depth` is the number of models that failed before it."""

    name: str
    model: Model
    depth: int = 0


def first_working(names: list[str], attempt: Callable[[str], Model]) -> Selection:
    """The first model that works, in order.

    `attempt` returns the model of a name or raises Refusal. A refusal that is not a trigger is final, but a fallback
    that does not exist is skipped like one that fails. Raises the first model's refusal when there is no fallback,
    otherwise `all_fallbacks_failed`.
    """
    for depth, name in enumerate(names):
        try:
            return Selection(name, attempt(name), depth)
        except Refusal as refusal:
            skipped = refusal.cause in TRIGGERS or (depth > 0 and refusal.cause == "unknown_model")
            if len(names) == 1 or not skipped:
                raise
    raise Refusal("upstream", f"All of these models failed: {', '.join(names)}.", code="all_fallbacks_failed")
