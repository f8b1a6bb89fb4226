"""A server on 127.0.0.1 that answers each request with what a function writes to the socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx

LONGEST = 170.0
"""The most seconds that a connection lasts: no test may leave a server behind."""


@dataclass
class Call:
    """One request. `number` counts from 1."""

    number: int
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    connection: socket.socket
    stopped: threading.Event
    upstream: str = ""

    @property
    def streams(self) -> bool:
        """Whether a stream is asked for."""
        return b'"stream":true' in self.body or ":stream" in self.path

    def send(self, data: bytes) -> None:
        """Writes to the client."""
        self.connection.sendall(data)

    def answer(self, status: int, body: bytes | str, *headers: str, kind: str = "application/json") -> None:
        """A whole answer."""
        data = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(data)}", *headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data)

    def begin(self, kind: str = "text/event-stream", *headers: str) -> None:
        """The head of an answer that ends with the connection."""
        lines = ["HTTP/1.1 200 OK", f"content-type: {kind}", "connection: close", *headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")

    def error(self, status: int, *headers: str) -> None:
        """An error as the OpenAI dialect has it."""
        self.answer(status, json.dumps({"error": {"message": f"status {status}", "type": "x", "code": None}}), *headers)

    def fetched(self) -> httpx.Response:
        """What the good gateway behind this one answers."""
        kept = {name: value for name, value in self.headers.items() if name not in ("host", "accept-encoding")}
        url = self.upstream.removesuffix("/v1") + self.path
        return httpx.request(self.method, url, content=self.body or None, headers=kept, timeout=30, trust_env=False)

    def relay(self) -> None:
        """Answers as the good gateway behind this one does."""
        answer = self.fetched()
        dropped = {"content-length", "transfer-encoding", "connection", "content-type"}
        headers = [f"{name}: {value}" for name, value in answer.headers.multi_items() if name not in dropped]
        self.answer(answer.status_code, answer.content, *headers, kind=answer.headers.get("content-type", ""))

    def forever(self, data: bytes, pause: float = 0.0) -> None:
        """Writes the same until the client or the test has enough."""
        while not self.stopped.wait(pause):
            self.send(data)

    def hang(self) -> None:
        """Writes nothing more."""
        self.stopped.wait(LONGEST)

    def reset(self) -> NoReturn:
        """Drops the connection as a dead network does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        raise ConnectionError("dropped on purpose")


Behaviour = Callable[[Call], Any]


@dataclass
class _Server:
    behave: Behaviour
    upstream: str
    listener: socket.socket
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0

    def accept(self) -> None:
        with suppress(OSError):
            while not self.stopped.is_set():
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        connection.settimeout(LONGEST)
        with connection, suppress(OSError, ValueError, httpx.HTTPError), connection.makefile("rb") as reader:
            while not self.stopped.is_set() and (line := reader.readline()):
                self.behave(self.call(line, reader, connection))

    def call(self, line: bytes, reader: Any, connection: socket.socket) -> Call:
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = {}
        while (header := reader.readline().decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        with self.lock:
            self.count += 1
            number = self.count
        return Call(number, method, path, body, headers, connection, self.stopped, self.upstream)


@contextmanager
def serving(behave: Behaviour, upstream: str = "") -> Iterator[str]:
    """The base URL of a gateway that behaves so, for as long as this lasts."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = _Server(behave, upstream, listener)
        threading.Thread(target=server.accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            server.stopped.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
