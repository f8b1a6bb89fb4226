"""A state that cannot be used: what needs it is refused, all else is answered."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.app import Application
from reference_server.service import Service
from reference_server.state.store import Store

FILE = (
    b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n--b\r\ncontent-disposition: form-data;'
    b' name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nhello\r\n--b--\r\n'
)
CHAT = json.dumps({"model": "echo", "messages": [{"role": "user", "content": "Hello"}]}).encode()


class Ask:
    """Asks an application whose state is a file."""

    def __init__(self, path: Any) -> None:
        self.store = Store(state=path)
        self._application = Application(Service(gateway_contract.load(), fixtures.load(), self.store))

    def __call__(self, method: str, path: str, raw: bytes = b"", media_type: str = "application/json") -> int:
        headers = [(b"authorization", b"Bearer sk-ok"), (b"content-type", media_type.encode())]
        scope = {"method": method, "path": path, "query_string": b"", "headers": headers}
        reply = self._application.reply(scope, raw)
        if reply.status == 503:
            assert reply.body["error"]["code"] == "state_unavailable"
        return reply.status

    def upload(self) -> int:
        return self("POST", "/v1/files", FILE, "multipart/form-data; boundary=b")


@pytest.fixture
def ask(tmp_path):
    asking = Ask(tmp_path / "state")
    yield asking
    asking.store.close()


def test_locked_state_refuses_at_once_what_needs_it(ask, tmp_path):
    other = sqlite3.connect(tmp_path / "state", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()

    assert ask.upload() == 503
    assert ask("POST", "/v1/chat/completions", CHAT) == 200
    assert ask("GET", "/healthz") == 200
    assert time.monotonic() - started < 2

    other.execute("COMMIT")
    assert ask.upload() == 200
    account = fixtures.load().keys["sk-ok"].account
    assert sum(entry.requests for entry in ask.store.booked(account, 0, 10**6)) == 1


def test_full_state_refuses_what_needs_it_until_there_is_room(ask):
    ask.store._database.execute("PRAGMA max_page_count = 1")

    assert ask("POST", "/v1/files", FILE.replace(b"hello", b"x" * 200_000), "multipart/form-data; boundary=b") == 503
    assert ask("GET", "/healthz") == 200

    ask.store._database.execute("PRAGMA max_page_count = 1000000")
    assert ask.upload() == 200


def test_torn_state_refuses_what_needs_it(tmp_path):
    ask = Ask(tmp_path / "state")
    assert ask.upload() == 200
    for path in tmp_path.iterdir():
        path.write_bytes(b"torn" * 5000)

    assert ask.upload() == 503
    assert ask("GET", "/healthz") == 200
