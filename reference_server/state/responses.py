"""Responses that are kept, so that a later request can go on from them.

A response belongs to an account. Of each account the newest ones are kept, as far as there is room.
"""

from __future__ import annotations

from typing import Any

import msgspec

from reference_server.state.store import Store

Item = dict[str, Any]
MOST_RESPONSES = 1_000
MOST_BYTES = 64 * 1024 * 1024
"""What is kept for one account. Beyond, the oldest tenth is forgotten."""
_RESPONSE = "response"


class Responses:
    """The kept responses of one account, each with the whole conversation up to its end."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account

    def keep(self, name: str, items: list[Item]) -> None:
        """Keep the items of a conversation under the id of its last response."""
        with self._store.transaction():
            self._store.put(_RESPONSE, name, self._account, {}, msgspec.json.encode(items))
            self._make_room()

    def items(self, name: str) -> list[Item] | None:
        """The items of a conversation; None when this account has kept no such response."""
        stored = self._store.get(_RESPONSE, name, self._account)
        return msgspec.json.decode(stored.data) if stored else None

    def _make_room(self) -> None:
        count, size = self._store.held(_RESPONSE, self._account)
        if count <= MOST_RESPONSES and size <= MOST_BYTES:
            return
        for old in self._store.all(_RESPONSE, self._account)[: max(1, count // 10)]:
            self._store.delete(_RESPONSE, old.id, self._account)
