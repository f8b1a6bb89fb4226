"""A store that notes what is read and written, so that it is known which calls depend on each other."""

from __future__ import annotations

from typing import Any

from reference_server.state.ledger import Booked
from reference_server.state.store import Store, Stored

OBJECTS = "objects"
"""Files, jobs and whatever else is kept."""
SPENT = "spent"
"""What calls cost: `LEDGER` besides, where a call reads it."""
LEDGER = "ledger"
FAILED = "failed"
"""Which conversations have failed once."""


class NotingStore(Store):
    """Keeps what a store keeps, and notes it in `touched`."""

    touched: set[str]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.touched = set()

    def book(self, *arguments: Any) -> None:
        """As without notes."""
        self.touched.add(SPENT)
        super().book(*arguments)

    def booked(self, *arguments: Any) -> list[Booked]:
        """As without notes."""
        self.touched |= {SPENT, LEDGER}
        return super().booked(*arguments)

    def fails_now(self, *arguments: Any) -> bool:
        """As without notes."""
        self.touched.add(FAILED)
        return super().fails_now(*arguments)

    def put(self, *arguments: Any) -> int:
        """As without notes."""
        self.touched.add(OBJECTS)
        return super().put(*arguments)

    def get(self, *arguments: Any) -> Stored | None:
        """As without notes."""
        self.touched.add(OBJECTS)
        return super().get(*arguments)

    def all(self, *arguments: Any) -> list[Stored]:
        """As without notes."""
        self.touched.add(OBJECTS)
        return super().all(*arguments)

    def held(self, *arguments: Any) -> tuple[int, int]:
        """As without notes."""
        self.touched.add(OBJECTS)
        return super().held(*arguments)

    def delete(self, *arguments: Any) -> bool:
        """As without notes."""
        self.touched.add(OBJECTS)
        return super().delete(*arguments)
