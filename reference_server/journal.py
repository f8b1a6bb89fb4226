"""What clients have sent: a journal that a test reads, at `/_control/requests`.

- `GET /_control/requests`: all that are remembered, the oldest first, and their count; with `?last=2` the last two
- `GET /_control/requests/last`: the last one; 404 when there is none
- `GET /_control/requests/count`: `{"count": 2}`
- `GET /_control/requests/wait?count=2&timeout=5`: the same as the first, as soon as there are two; 408 after 5 seconds
- `DELETE /_control/requests`: forget them

With `?test=ID` only those of one test: `x-test-id`, or what follows `@` in the key. Keys are left out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import MutableMapping
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

import msgspec

from reference_server.state.access import HEADERS, QUERY, test_of
from reference_server.wire.reply import Reply

PREFIX = "/_control/requests"
_WAIT = "/wait"
_STEP, _LONGEST = 0.01, 600.0
"""Seconds between two looks at the journal, and the most that a client waits."""
_SECRET = frozenset({*HEADERS.values(), "api-key", "cookie", "proxy-authorization"})
_MOST = 1000
_HIDDEN = "[left out]"
_MOST_TEXT = 10_000

Entry = dict[str, Any]


_ENTRY = "reference_server.entry"
_MANY = 1e6


class Journal:
    """The last thousand requests."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MOST)

    def add(self, scope: MutableMapping[str, Any], raw: bytes | None, reply: Reply) -> None:
        """Remember a request and the status of its answer. The scope of the request leads to what is remembered."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self._entries.append(
            {
                "method": scope["method"],
                "path": scope["path"],
                "query": {name: _HIDDEN if name in QUERY.values() else values for name, values in query.items()},
                "headers": {name: _HIDDEN if name in _SECRET else text for name, text in headers.items()},
                "test": test_of(headers) or None,
                "body": _body(raw),
                "status": reply.status,
                "disconnected": False,
            }
        )
        scope[_ENTRY] = self._entries[-1]

    def has(self, scope: MutableMapping[str, Any]) -> bool:
        """Whether a request was remembered: those for the journal itself are not."""
        return _ENTRY in scope

    def end(self, scope: MutableMapping[str, Any], stayed: bool) -> None:
        """Note whether the client stayed until its answer ended."""
        scope[_ENTRY]["disconnected"] = not stayed

    async def wait(self, scope: MutableMapping[str, Any]) -> None:
        """Return when there are as many requests as the query says, or after its timeout. Other requests: at once."""
        if scope["path"] != PREFIX + _WAIT:
            return
        query = _query(scope)
        end = monotonic() + min(_number(query, "timeout", 5.0), _LONGEST)
        while len(self._of(query)) < _number(query, "count", 1) and monotonic() < end:
            await asyncio.sleep(_STEP)

    def answer(self, scope: MutableMapping[str, Any]) -> Reply:
        """The answer to a request for the journal itself."""
        query = _query(scope)
        entries = self._of(query)
        match scope["method"], scope["path"].removeprefix(PREFIX):
            case "GET", "":
                return Reply.json(_listed(entries[-int(_number(query, "last", len(entries) or 1)) :]))
            case "GET", "/wait":
                enough = len(entries) >= _number(query, "count", 1)
                return Reply.json(_listed(entries), 200 if enough else 408)
            case "GET", "/last" if entries:
                return Reply.json(entries[-1])
            case "GET", "/count":
                return Reply.json({"count": len(entries)})
            case "DELETE", "":
                self._entries = deque((entry for entry in self._entries if entry not in entries), maxlen=_MOST)
                return Reply.json({"count": len(entries)})
        return Reply.json({"error": {"message": "The journal has nothing there."}}, 404)

    def _of(self, query: dict[str, str]) -> list[Entry]:
        test = query.get("test")
        return [entry for entry in self._entries if test is None or test == entry["test"]]


def _query(scope: MutableMapping[str, Any]) -> dict[str, str]:
    return {name: texts[-1] for name, texts in parse_qs(scope["query_string"].decode("latin-1")).items()}


def _number(query: dict[str, str], name: str, usual: float) -> float:
    """A number of a query that is greater than 0; the usual one when it has none."""
    try:
        number = float(query.get(name, usual))
    except ValueError:
        return usual
    return number if 0 < number < _MANY else usual


def _listed(entries: list[Entry]) -> Entry:
    return {"count": len(entries), "requests": entries}


def _body(raw: bytes | None) -> Any:
    """The JSON of a body, else its text; None when it is empty, or was too large to keep."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw[:_MOST_TEXT].decode("utf-8", "replace")
