"""What clients have sent: a journal that a test reads, at `/_control/requests`.

- `GET /_control/requests`: all that are remembered, the oldest first
- `GET /_control/requests/last`: the last one; 404 when there is none
- `GET /_control/requests/count`: `{"count": 2}`
- `DELETE /_control/requests`: forget them

With `?test=ID` only those whose header `x-test-id` is that. Keys are left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from reference_server.state.access import HEADERS, QUERY
from reference_server.wire.reply import Reply

PREFIX = "/_control/requests"
TEST = "x-test-id"
_MOST = 1000
_HIDDEN = "[left out]"
_MOST_TEXT = 10_000

Entry = dict[str, Any]


class Journal:
    """The last thousand requests."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MOST)

    def add(self, scope: MutableMapping[str, Any], raw: bytes | None, reply: Reply) -> None:
        """Remember a request and the status of its answer."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self._entries.append(
            {
                "method": scope["method"],
                "path": scope["path"],
                "query": {name: _HIDDEN if name in QUERY.values() else values for name, values in query.items()},
                "headers": {name: _HIDDEN if name in HEADERS.values() else text for name, text in headers.items()},
                "body": _body(raw),
                "status": reply.status,
            }
        )

    def answer(self, scope: MutableMapping[str, Any]) -> Reply:
        """The answer to a request for the journal itself."""
        test = parse_qs(scope["query_string"].decode("latin-1")).get("test", [None])[0]
        entries = [entry for entry in self._entries if test in (None, entry["headers"].get(TEST))]
        match scope["method"], scope["path"].removeprefix(PREFIX):
            case "GET", "":
                return Reply.json({"requests": entries})
            case "GET", "/last" if entries:
                return Reply.json(entries[-1])
            case "GET", "/count":
                return Reply.json({"count": len(entries)})
            case "DELETE", "":
                self._entries = deque((entry for entry in self._entries if entry not in entries), maxlen=_MOST)
                return Reply.json({"count": len(entries)})
        return Reply.json({"error": {"message": "The journal has nothing there."}}, 404)


def _body(raw: bytes | None) -> Any:
    """The JSON of a body, else its text; None when it is empty, or was too large to keep."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw[:_MOST_TEXT].decode("utf-8", "replace")
