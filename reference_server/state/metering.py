"""Books the cost of a request to its account, and reports it in the documented headers and fields."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reference_server.model.prompt import Usage
from reference_server.state.access import MINUTE, used
from reference_server.state.store import Store
from reference_server.wire.call import Call

CREDITS_PER_TOKEN = 0.0001
USD_PER_CREDIT = 0.01


class Metering:
    """Books requests by the rules of one contract: `x-gateway`'s `headers`."""

    def __init__(self, store: Store, headers: Mapping[str, Any]) -> None:
        self._store = store
        self._credits_header: str | None = headers.get("credits")
        self._model_header: str | None = headers.get("model_used")

    def book(self, call: Call, model: str, usage: Usage, extra: float = 0.0) -> float:
        """Book a served request to the account of its key. Returns the cost in credits, with `extra` added."""
        cost = credits_of(usage, extra)
        if key := call.key:
            self._store.book(key.account, key.token, model, usage.prompt, usage.completion, cost)
            if key.capped:
                self._store.spend(used(key, "tokens"), usage.total, math.inf, MINUTE)
        return cost

    def headers(self, model: str, cost: float) -> dict[str, str]:
        """The documented headers: the cost in credits, and the model that served."""
        headers = {}
        if self._credits_header:
            headers[self._credits_header] = f"{cost:.4f}"
        if self._model_header:
            headers[self._model_header] = model
        return headers

    def fields(self, cost: float) -> dict[str, float]:
        """The documented field: the cost in credits."""
        return {"credits_used": cost} if self._credits_header else {}


def credits_of(usage: Usage, extra: float = 0.0) -> float:
    """The cost in credits, to four places."""
    return round(usage.total * CREDITS_PER_TOKEN + extra, 4)
