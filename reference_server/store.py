"""What the server remembers between requests, and where its times and ids come from."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

_REMEMBERED = 10_000
"""The most windows and conversations that are kept."""


def random_id() -> str:
    """An id that no other request has."""
    return uuid.uuid4().hex


class Store:
    """Counts requests per window and remembers which conversations failed once.

    `clock` gives Unix seconds, `ids` gives a new hexadecimal id at each call.
    """

    def __init__(self, clock: Callable[[], float] = time.time, ids: Callable[[], str] = random_id) -> None:
        self.clock = clock
        self.ids = ids
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._failed: OrderedDict[str, None] = OrderedDict()

    def admit(self, bucket: str, requests: int, window: float) -> bool:
        """Count a request against a fixed window of `window` seconds; false when it holds `requests` already."""
        now = self.clock()
        started, used = self._windows.pop(bucket, (now, 0))
        if not 0 <= now - started < window:
            started, used = now, 0
        _remember(self._windows, bucket, (started, min(used + 1, requests)))
        return used < requests

    def fails_now(self, conversation: str) -> bool:
        """True for the first, third, ... request of a conversation: each failure is followed by a success."""
        if conversation in self._failed:
            del self._failed[conversation]
            return False
        _remember(self._failed, conversation, None)
        return True


def _remember(kept: OrderedDict[str, Value], name: str, value: Value) -> None:
    kept[name] = value
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)
