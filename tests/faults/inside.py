"""A reference server without a socket: requests of the suite go straight to the application, in this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import httpx
import uvicorn

from reference_server.app import Application
from reference_server.wire import asgi
from reference_server.wire.reply import Reply

ADDRESS = "http://127.0.0.1:1"
"""Where a server without a socket would listen. Nobody does."""
BODILESS = (204, 304)


class Inside(httpx.BaseTransport):
    """Takes the place of the network in front of an application, and writes what uvicorn would write."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._one_at_a_time = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response, whose body comes as it would come from a server."""
        path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "method": request.method,
            "path": unquote(path.decode("ascii")),
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        raw = request.read()
        with self._one_at_a_time:
            reply = self._application.reply(scope, raw if len(raw) <= asgi.LARGEST_BODY else None)
        headers = [(b"date", b"Fri, 27 Nov 2026 12:00:00 GMT"), *asgi.headers(reply, len(reply.encoded()))]
        bodiless = request.method == "HEAD" or reply.status in BODILESS
        if reply.events is not None and not bodiless:
            headers.append((b"transfer-encoding", b"chunked"))
        stream = _Written(reply, bodiless)
        time.sleep(reply.delay)
        return httpx.Response(reply.status, headers=headers, stream=stream, extensions={"http_version": b"HTTP/1.1"})


class _Written(httpx.SyncByteStream):
    """The body of a reply, piece by piece where it asks for that."""

    def __init__(self, reply: Reply, bodiless: bool) -> None:
        self._reply = reply
        self._bodiless = bodiless

    def __iter__(self) -> Iterator[bytes]:
        reply = self._reply
        if self._bodiless:
            return
        if not (reply.pause or reply.fragment or reply.cut):
            yield reply.encoded()
            return
        for piece in asgi.pieces(reply):
            yield piece
            time.sleep(reply.pause)
        if reply.cut:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


@contextmanager
def listening(application: Application) -> Iterator[str]:
    """The address of the application on a socket, for what is about the connection."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        config = uvicorn.Config(application, log_level="critical", access_log=False, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
