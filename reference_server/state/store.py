"""The state of the server between requests, and the source of its times and ids.

Everything is in one SQLite database: in memory, or in a file that outlives the process and that several processes may
share.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from reference_server.state.ledger import DAY, TABLE, Booked, Ledger

_TABLES = """
CREATE TABLE IF NOT EXISTS windows (bucket TEXT PRIMARY KEY, started REAL, used INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failed (conversation TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
  place INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, id TEXT, owner TEXT, fields BLOB, data BLOB, UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS owned ON objects (kind, owner);
"""
_REMEMBERED = 10_000
"""The most windows and conversations that are kept."""
_random = Random()
os.register_at_fork(after_in_child=_random.seed)
_OPENING = 10.0
"""Seconds that opening a file waits for other processes which open it."""
_PATIENCE = 0.8
"""Seconds that a request waits for another process which writes: nobody else is answered meanwhile."""


class Stored(NamedTuple):
    """An object of an account, such as a file or a job: its fields and its bytes. `place` orders by age."""

    place: int
    id: str
    fields: dict[str, Any]
    data: bytes


def random_id() -> str:
    """A new id."""
    return f"{_random.getrandbits(128):032x}"


def _write_ahead(database: sqlite3.Connection) -> None:
    """Have changes written ahead. SQLite does not wait for another connection that asks for it just now."""
    end = time.monotonic() + _OPENING
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


class Store:
    """Counts requests, books their cost, and stores objects.

    `clock` gives Unix seconds, `advance` moves it on where it stands still, `ids` gives a new hexadecimal id at each
    call, `state` is the file, None for memory.
    Raises sqlite3.Error when the file cannot be used, and so does every method that reads or writes it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        ids: Callable[[], str] = random_id,
        state: Path | None = None,
        advance: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.clock = clock
        self.advance = advance
        self.ids = ids
        self._database = sqlite3.connect(
            state or ":memory:", timeout=_OPENING, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        _write_ahead(self._database)
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_TABLES + TABLE)
        self._database.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
        self._ledger = Ledger(self._database, shared=state is not None)

    def close(self) -> None:
        """Write what is pending, and close the database. Raises sqlite3.Error when it cannot be written."""
        try:
            self._ledger.write()
        finally:
            self._database.close()

    def admit(self, bucket: str, requests: int, window: float) -> bool:
        """Count a request; after `requests` of them, false for `window` seconds from the first that is too many.

        The window starts with a refusal: how fast a caller or this machine is decides nothing.
        """
        now = self.clock()
        with self.transaction():
            row = self._database.execute("SELECT started, used FROM windows WHERE bucket = ?", (bucket,)).fetchone()
            started, used = row or (now, 0)
            if used <= requests:
                started = now
            elif not 0 <= now - started < window:
                started, used = now, 0
            self._database.execute(
                "INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (bucket, started, min(used, requests) + 1)
            )
            if not row:
                self._forget("windows", "started")
        return bool(used < requests)

    def spend(self, bucket: str, amount: int, limit: float, window: float) -> float:
        """Add to what a bucket has used in its window of seconds, which begins with its first use.

        Nothing is added when the limit has been reached. Returns the seconds until the window ends then, otherwise 0.
        """
        now = self.clock()
        with self.transaction():
            row = self._database.execute("SELECT started, used FROM windows WHERE bucket = ?", (bucket,)).fetchone()
            started, used = row if row and 0 <= now - row[0] < window else (now, 0)
            if used >= limit:
                return float(started + window - now)
            self._database.execute("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (bucket, started, used + amount))
            if not row:
                self._forget("windows", "started")
        return 0.0

    def fails_now(self, conversation: str) -> bool:
        """True for the first, third, ... request of a conversation: each failure is followed by a success."""
        with self.transaction():
            known = self._database.execute("DELETE FROM failed WHERE conversation = ?", (conversation,)).rowcount
            if not known:
                self._database.execute("INSERT INTO failed VALUES (?)", (conversation,))
                self._forget("failed", "conversation")
        return not known

    def book(self, account: str, token: str, model: str, prompt: int, completion: int, cost: float) -> None:
        """Add a served request to what the account has spent today: tokens, and credits."""
        self._ledger.add(int(self.clock() // DAY), account, token, model, prompt, completion, cost)

    def booked(self, account: str, first: int, last: int) -> list[Booked]:
        """What an account has spent from the day `first` to the day `last`, oldest first."""
        return self._ledger.booked(account, first, last)

    def put(self, kind: str, name: str, owner: str, fields: dict[str, Any], data: bytes = b"") -> int:
        """Store a new object, or replace the fields and bytes of an existing one. Returns the place of the newest."""
        cursor = self._database.execute(
            "INSERT INTO objects (kind, id, owner, fields, data) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET fields = excluded.fields, data = excluded.data",
            (kind, name, owner, msgspec.json.encode(fields), data),
        )
        return cursor.lastrowid or 0

    def get(self, kind: str, name: str, owner: str) -> Stored | None:
        """The object of that kind and id; None when there is none, or when it has another owner."""
        row = self._database.execute(
            "SELECT place, id, fields, data FROM objects WHERE kind = ? AND id = ? AND owner = ?", (kind, name, owner)
        ).fetchone()
        return _stored(row) if row else None

    def all(self, kind: str, owner: str) -> list[Stored]:
        """Every object of that kind and owner, oldest first, without its bytes."""
        rows = self._database.execute(
            "SELECT place, id, fields, x'' FROM objects WHERE kind = ? AND owner = ? ORDER BY place", (kind, owner)
        )
        return [_stored(row) for row in rows]

    def held(self, kind: str, owner: str) -> tuple[int, int]:
        """How many objects of that kind an owner has, and how many bytes they hold together."""
        counted = "SELECT count(*), coalesce(sum(length(data)), 0) FROM objects WHERE kind = ? AND owner = ?"
        objects, size = self._database.execute(counted, (kind, owner)).fetchone()
        return objects, size

    def delete(self, kind: str, name: str, owner: str) -> bool:
        """Delete an object; false when there is none."""
        cursor = self._database.execute(
            "DELETE FROM objects WHERE kind = ? AND id = ? AND owner = ?", (kind, name, owner)
        )
        return cursor.rowcount > 0

    def delete_oldest(self, kind: str, owner: str, count: int) -> None:
        """Delete so many objects of that kind and owner."""
        oldest = "SELECT place FROM objects WHERE kind = ? AND owner = ? ORDER BY place LIMIT ?"
        self._database.execute(f"DELETE FROM objects WHERE place IN ({oldest})", (kind, owner, count))

    def transaction(self) -> Transaction:
        """`with store.transaction():` keeps every other writer out, in any process, until the block ends."""
        return Transaction(self._database)

    def _forget(self, table: str, order: str) -> None:
        """Drop the first rows of a table that has become too long."""
        if self._database.execute(f"SELECT count(*) > {_REMEMBERED} FROM {table}").fetchone()[0]:
            self._database.execute(
                f"DELETE FROM {table} WHERE {order} IN (SELECT {order} FROM {table} ORDER BY {order} LIMIT 1000)"
            )


class Transaction:
    """One writer at a time, also among processes."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, *error: object) -> None:
        try:
            if not error[0]:
                self._database.execute("COMMIT")
        finally:
            if self._database.in_transaction:  # also after a COMMIT for which the disk has no room
                self._database.execute("ROLLBACK")


def _stored(row: tuple[int, str, bytes, bytes]) -> Stored:
    place, name, fields, data = row
    return Stored(place, name, msgspec.json.decode(fields), data)
