"""Stored responses, which a later request can continue.

A response belongs to an account. The newest ones of each account are stored, as far as there is room.
"""

from __future__ import annotations

from typing import Any

import msgspec

from reference_server.state.store import Store

Item = dict[str, Any]
MOST_RESPONSES = 1_000
MOST_BYTES = 64 * 1024 * 1024
"""The most that is stored for one account. Beyond that, the oldest tenth is deleted."""
_RESPONSE = "response"


class Responses:
    """The stored responses of one account, each with its whole conversation."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account

    def keep(self, name: str, items: list[Item]) -> None:
        """Store the items of a conversation under the id of its last response."""
        with self._store.transaction():
            self._store.put(_RESPONSE, name, self._account, {}, msgspec.json.encode(items))
            self._make_room()

    def items(self, name: str) -> list[Item] | None:
        """The items of a conversation; None when this account has no such response."""
        stored = self._store.get(_RESPONSE, name, self._account)
        return msgspec.json.decode(stored.data) if stored else None

    def _make_room(self) -> None:
        count, size = self._store.held(_RESPONSE, self._account)
        if count <= MOST_RESPONSES and size <= MOST_BYTES:
            return
        for old in self._store.all(_RESPONSE, self._account)[: max(1, count // 10)]:
            self._store.delete(_RESPONSE, old.id, self._account)
