"""Stored responses, which a later request can continue.

A response belongs to an account. The newest ones of each account are stored, as far as there is room.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from reference_server.state.store import Store

Item = dict[str, Any]
MOST_RESPONSES = 1_000
MOST_BYTES = 64 * 1024 * 1024
"""The most that is stored for one account, more or less. Beyond that, the oldest tenth is deleted."""
_TIMES = 8
"""How often room is made while as many are stored: that looks at all of them. A large one makes room at once."""
_RESPONSE = "response"


class Conversation(NamedTuple):
    """The items that came before a request, and those of its input."""

    before: list[Item]
    own: list[Item]

    @property
    def items(self) -> list[Item]:
        """All of them."""
        return [*self.before, *self.own]


class Responses:
    """The stored responses of one account, each with its whole conversation."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account

    def keep(self, response: Item, conversation: Conversation) -> None:
        """Store a response, and what it answers."""
        with self._store.transaction():
            data = msgspec.json.encode([response, conversation])
            place = self._store.put(_RESPONSE, response["id"], self._account, {}, data)
            if place % max(1, MOST_RESPONSES // _TIMES) == 0 or len(data) > MOST_BYTES // MOST_RESPONSES:
                self._make_room()

    def get(self, name: str) -> tuple[Item, Conversation] | None:
        """A response, and what it answers; None when this account has no such response."""
        stored = self._store.get(_RESPONSE, name, self._account)
        return msgspec.json.decode(stored.data, type=tuple[Item, Conversation]) if stored else None

    def delete(self, name: str) -> bool:
        """Delete a response; false when there is none. A later one that continues it has the conversation itself."""
        return self._store.delete(_RESPONSE, name, self._account)

    def _make_room(self) -> None:
        count, size = self._store.held(_RESPONSE, self._account)
        if count > MOST_RESPONSES or size > MOST_BYTES:
            self._store.delete_oldest(_RESPONSE, self._account, max(1, count // 10))
