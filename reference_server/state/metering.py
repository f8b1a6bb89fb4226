"""What a request cost: booked to the account, and told in the headers and fields that the contract names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_server.model.prompt import Usage
from reference_server.state.store import Store
from reference_server.wire.call import Call

CREDITS_PER_TOKEN = 0.0001


class Metering:
    """Books requests by the rules of one contract: `x-gateway`'s `headers`."""

    def __init__(self, store: Store, headers: Mapping[str, Any]) -> None:
        self._store = store
        self._credits_header: str | None = headers.get("credits")
        self._model_header: str | None = headers.get("model_used")

    def book(self, call: Call, model: str, usage: Usage, extra: float = 0.0) -> float:
        """Book a served request to the account of its key; its cost in credits. `extra` is for what has no tokens."""
        cost = credits_of(usage, extra)
        if call.key:
            self._store.book(call.key.account, call.key.token, model, usage.prompt, usage.completion, cost)
        return cost

    def headers(self, model: str, cost: float) -> dict[str, str]:
        """The documented headers that tell the cost in credits and the model that served."""
        told = {self._credits_header: f"{cost:.4f}", self._model_header: model}
        return {name: value for name, value in told.items() if name}

    def fields(self, cost: float) -> dict[str, float]:
        """The documented field that tells the cost in credits."""
        return {"credits_used": cost} if self._credits_header else {}


def credits_of(usage: Usage, extra: float = 0.0) -> float:
    """The cost in credits, to four places."""
    return round(usage.total * CREDITS_PER_TOKEN + extra, 4)
