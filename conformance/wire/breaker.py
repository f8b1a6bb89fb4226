"""When to give a target up: nobody takes a connection any more, or nothing but faults has come for a minute."""

from __future__ import annotations

import threading
import time

from conformance.errors import CannotConnect, GaveUp
from conformance.wire.exchange import Exchange
from conformance.wire.network import ENDLESS, TOO_LARGE

FAULTS = frozenset({0, 402, 429, 502, 503, 504})
"""The statuses of no answer, of a limit, and of an upstream that is away."""
UNREACHED, LEAST = 10, 5.0
"""After so many connections in a row that failed, and so many seconds of that, a target is gone."""
FEWEST, WINDOW = 5, 50.0
"""After so many faults and so many seconds without any other answer, it is given up."""
MOST = 200
"""The same after so many faults, however soon."""


class Breaker:
    """Counts what comes between the answers of one target."""

    def __init__(self) -> None:
        self.answered = False
        """Whether the target has answered at all."""
        self._lock = threading.Lock()
        self._faults = self._unreached = 0
        self._good = self._reached = time.monotonic()
        self._first = 0
        self._last = ""

    def demand(self) -> None:
        """Raises `GaveUp` when nothing but faults has come for too long."""
        silence = time.monotonic() - self._good
        if self._faults >= MOST or (self._faults >= FEWEST and silence >= WINDOW):
            raise GaveUp(
                f"nothing but faults came for {silence:.0f} s, {self._faults} of them, the last one: {self._last}",
                "what was learned before is in the report; come again when the target is well",
                self._first,
            )

    def note(self, exchange: Exchange) -> None:
        """Counts an answer to a usual request, or the lack of one."""
        with self._lock:
            self.answered |= bool(exchange.status)
            if exchange.status:
                self._unreached, self._reached = 0, time.monotonic()
            if exchange.status in FAULTS or ENDLESS in exchange.broken or exchange.broken.startswith(TOO_LARGE):
                self._faults += 1
                self._first = self._first if self._faults > 1 else exchange.number
                self._last = f"{exchange.status or ''} {exchange.broken or exchange.text[:80]}".strip()[:160]
            else:
                self._faults, self._good = 0, time.monotonic()

    def unreached(self, error: CannotConnect) -> None:
        """Raises the error when the target is gone, or was never there. One connection that fails is not the end."""
        with self._lock:
            self._unreached += 1
            gone = self._unreached >= UNREACHED and time.monotonic() - self._reached >= LEAST
            if gone or not self.answered:
                raise error from None
