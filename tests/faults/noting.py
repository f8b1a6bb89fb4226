"""A store that notes what is read and written, so that it is known which calls depend on each other."""

from __future__ import annotations

from typing import Any

from reference_server.state.ledger import Booked
from reference_server.state.store import Store, Stored

SPENT = "spent"
"""What calls cost: `LEDGER` besides, where a call reads it."""
LEDGER = "ledger"
COUNTED = "counted"
"""Which conversations have failed once, and how many requests a key has made."""


class NotingStore(Store):
    """Keeps what a store keeps, and notes it in `touched`: `file/file-1` for an object, `file` for all of its kind.

    `costs` are what was booked.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.touched: set[str] = set()
        self.costs: list[Any] = []

    def forget(self) -> None:
        """Begins with new notes."""
        self.touched.clear()
        self.costs.clear()

    def book(self, *arguments: Any) -> None:
        """As without notes."""
        self.touched.add(SPENT)
        self.costs.append(arguments)
        super().book(*arguments)

    def booked(self, *arguments: Any) -> list[Booked]:
        """As without notes."""
        self.touched |= {SPENT, LEDGER}
        return super().booked(*arguments)

    def fails_now(self, *arguments: Any) -> bool:
        """As without notes."""
        self.touched.add(COUNTED)
        return super().fails_now(*arguments)

    def admit(self, *arguments: Any) -> bool:
        """As without notes."""
        self.touched.add(COUNTED)
        return super().admit(*arguments)

    def put(self, kind: str, name: str, *arguments: Any) -> int:
        """As without notes."""
        self.touched.add(f"{kind}/{name}")
        return super().put(kind, name, *arguments)

    def get(self, kind: str, name: str, *arguments: Any) -> Stored | None:
        """As without notes."""
        self.touched.add(f"{kind}/{name}")
        return super().get(kind, name, *arguments)

    def all(self, kind: str, *arguments: Any) -> list[Stored]:
        """As without notes."""
        self.touched.add(kind)
        return super().all(kind, *arguments)

    def delete(self, kind: str, name: str, *arguments: Any) -> bool:
        """As without notes."""
        self.touched.add(f"{kind}/{name}")
        return super().delete(kind, name, *arguments)
