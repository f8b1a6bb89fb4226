"""What accounts have spent: counted in memory, and added to the database together."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import NamedTuple

DAY = 86_400
TABLE = """
CREATE TABLE IF NOT EXISTS ledger (
  day INTEGER, account TEXT, token TEXT, model TEXT, requests INTEGER, prompt INTEGER, completion INTEGER, credits REAL,
  PRIMARY KEY (account, day, token, model)
) WITHOUT ROWID;
"""
_ADD = """
INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  requests = requests + excluded.requests, prompt = prompt + excluded.prompt,
  completion = completion + excluded.completion, credits = credits + excluded.credits
"""
_SUM = (
    "SELECT day, token, model, requests, prompt, completion, credits FROM ledger"
    " WHERE account = ? AND day BETWEEN ? AND ? ORDER BY day, token, model"
)
_MOST_PENDING = 1_000
_DELAY = 0.05
"""Seconds after which other processes see what was booked."""


class Booked(NamedTuple):
    """What an account has spent on one model with one key on one day. `day` counts from 1970-01-01."""

    day: int
    token: str
    model: str
    requests: int
    prompt: int
    completion: int
    credits: float


class Ledger:
    """Books requests. One that is `shared` with other processes writes soon, any other one when it is read."""

    def __init__(self, database: sqlite3.Connection, shared: bool) -> None:
        self._database = database
        self._shared = shared
        self._pending: dict[tuple[int, str, str, str], list[float]] = {}
        self._due = False

    def add(self, day: int, account: str, token: str, model: str, prompt: int, completion: int, cost: float) -> None:
        """Add a served request to what the account has spent on a day."""
        entry = self._pending.setdefault((day, account, token, model), [0, 0, 0, 0.0])
        entry[0] += 1
        entry[1] += prompt
        entry[2] += completion
        entry[3] += cost
        if self._shared and not self._due:
            self._write_soon()
        elif len(self._pending) > _MOST_PENDING:
            self._write_quietly()

    def booked(self, account: str, first: int, last: int) -> list[Booked]:
        """What an account has spent from the day `first` to the day `last`, oldest first. Raises sqlite3.Error."""
        self.write()
        return [Booked(*row) for row in self._database.execute(_SUM, (account, first, last))]

    def write(self) -> None:
        """Write what has been added since the last time. Raises sqlite3.Error, after which nothing is lost."""
        if self._pending:
            rows = [(*place, *entry) for place, entry in self._pending.items()]
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany(_ADD, rows)
            self._pending.clear()

    def _write_soon(self) -> None:
        try:
            asyncio.get_running_loop().call_later(_DELAY, self._write_quietly)
            self._due = True
        except RuntimeError:  # nobody waits for the next requests: there is no server
            self._write_quietly()

    def _write_quietly(self) -> None:
        """Write if that is possible now, without waiting; the next request tries again otherwise."""
        self._due = False
        patience = self._database.execute("PRAGMA busy_timeout").fetchone()[0]
        self._database.execute("PRAGMA busy_timeout = 0")
        try:
            self.write()
        except sqlite3.Error:
            return
        finally:
            self._database.execute(f"PRAGMA busy_timeout = {patience}")
