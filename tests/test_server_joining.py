"""What is written to a connection: an answer is one write, and nothing is lost when the connection closes."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from reference_server.wire.joining import JoiningProtocol

REQUEST = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"
LAST = b"GET / HTTP/1.0\r\nhost: here\r\n\r\n"


class Connection(asyncio.Transport):
    """Remembers what is written at once."""

    def __init__(self):
        super().__init__()
        self.written, self.closing = [], False

    def writelines(self, pieces):
        self.written.append(b"".join(pieces))

    def is_closing(self):
        return self.closing

    def close(self):
        self.closing = True


async def application(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b"later"})


@pytest.fixture
def answered():
    """`answered(request, gone=False)`: the connection on which a request was answered, or is `gone` meanwhile."""

    async def answer(request, gone):
        config = uvicorn.Config(application, http=JoiningProtocol, log_level="critical", lifespan="off")
        config.load()
        protocol, connection = JoiningProtocol(config, ServerState(), {}), Connection()
        protocol.connection_made(connection)
        protocol.data_received(request)
        connection.closing = gone
        for _ in range(10):
            await asyncio.sleep(0)
        protocol.connection_lost(None)
        return connection

    return lambda request, gone=False: asyncio.run(answer(request, gone))


def test_head_and_body_are_one_write(answered):
    head, rest = answered(REQUEST).written

    assert head.endswith(b"content-length: 10\r\n\r\nfirst")
    assert rest == b"later"


def test_connection_closes_after_the_answer(answered):
    connection = answered(LAST)

    assert connection.written[-1] == b"later"
    assert connection.closing


def test_nothing_is_written_when_the_client_has_gone(answered):
    assert answered(REQUEST, gone=True).written == []
