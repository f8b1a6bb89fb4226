"""Answers that are known before they are asked for: those of a recorded session that a fault leaves as they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, cast

import pytest

from conformance.run.session import RECORDER
from conformance.wire.ahead import Ahead
from conformance.wire.exchange import Exchange

Value = TypeVar("Value")


class Known(Ahead):
    """What is known is not sent, and everything else is sent at once. `answers` is given what was sent, by its name."""

    def __init__(
        self, config: pytest.Config, exchanges: Mapping[Hashable, Exchange], answers: dict[Hashable, Any] | None
    ) -> None:
        super().__init__(1)
        self._config = config
        self._exchanges = exchanges
        self._answers = {} if answers is None else answers

    def answer(self, key: Hashable, send: Callable[[], Value], after: float = 0.0) -> Value:
        """What is known, as if it had just been received; else what `send` gives, called after so many seconds."""
        exchange = self._exchanges.get(key)
        if exchange is None:
            time.sleep(after)
            value = self._answers[key] = send()
            return value
        exchange.marks.clear()
        self._config.stash[RECORDER].recorded.append(exchange)
        return cast(Value, exchange)
