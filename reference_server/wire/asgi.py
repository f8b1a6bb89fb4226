"""Sends replies as ASGI messages.

A burst of events is one write. Only a reply that asks for pauses or for fragments is written piece by piece.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from functools import lru_cache
from typing import Any

from reference_server.wire.delivery import disconnected_within, send_timed
from reference_server.wire.reply import Reply

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


LARGEST_BODY = 32 * 1024 * 1024
"""Bytes. A larger body is read to its end, discarded, and refused."""


class _CaseSensitive(bytes):
    """A header name that keeps its case although the HTTP server writes the result of `lower()`."""

    def lower(self) -> bytes:
        return self


async def body_of(receive: Receive) -> bytes | None:
    """The request body; None when it is too large, in which case it is read to its end and discarded."""
    message = await receive()
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= LARGEST_BODY else None
    read, size = bytearray(), 0
    while message["type"] == "http.request":
        piece = message.get("body", b"")
        size += len(piece)
        if size <= LARGEST_BODY:
            read += piece
        else:
            read.clear()
        if not message.get("more_body"):
            break
        message = await receive()
    return bytes(read) if size <= LARGEST_BODY else None


async def write(reply: Reply, receive: Receive, send: Send) -> bool:
    """Send a reply; stop when the client has gone. Returns whether it stayed, as far as that is noticed."""
    if reply.delay and await disconnected_within(reply.delay, receive):
        return False
    if reply.pause or reply.fragment or reply.cut or reply.delivery:
        return await _write_pieces(reply, receive, send)
    body = reply.encoded()
    await send({"type": "http.response.start", "status": reply.status, "headers": headers(reply, len(body))})
    await send({"type": "http.response.body", "body": body})
    return True


async def _write_pieces(reply: Reply, receive: Receive, send: Send) -> bool:
    size = len(reply.encoded())
    start = {"type": "http.response.start", "status": reply.status, "headers": headers(reply, size)}
    if reply.delivery:
        reply.delivery.events, reply.delivery.cut = reply.events is not None, reply.cut
        return await send_timed(reply.delivery, start, list(pieces(reply)), receive, send)
    await send(start)
    for piece in pieces(reply):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if await disconnected_within(reply.pause, receive):
            return False
    if not reply.cut:
        await send({"type": "http.response.body", "body": b""})
    return True


def pieces(reply: Reply) -> Iterator[bytes]:
    """What is written at once of a reply that is written piece by piece."""
    if reply.fragment:
        body = reply.encoded()
        yield from (body[at : at + reply.fragment] for at in range(0, len(body), reply.fragment))
    elif reply.events is None:
        yield reply.encoded()
    else:
        yield from reply.pieces()


def headers(reply: Reply, size: int) -> list[tuple[bytes, bytes]]:
    """The headers of a reply whose body has `size` bytes."""
    pairs = [(_name(name), value.encode("latin-1")) for name, value in reply.headers.items()]
    if reply.events is None:
        pairs.append((b"content-length", str(size + reply.cut).encode()))
    return pairs


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    encoded = name.encode("latin-1")
    return encoded if name.islower() else _CaseSensitive(encoded)


def telling(app: App) -> App:
    """The application, which tells each request and its status on standard error. Queries may hold keys."""

    async def told(scope: Message, receive: Receive, send: Send) -> None:
        await app(scope, receive, _Telling(scope, send))

    return told


class _Telling:
    """Sends, and tells the status. `__self__` is that of what sends: by it a connection is broken."""

    def __init__(self, scope: Message, send: Send) -> None:
        self.__self__ = getattr(send, "__self__", None)
        self._scope, self._send = scope, send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            path = self._scope["raw_path"].decode("ascii", "replace")
            print(f"{self._scope['method']} {path}: {message['status']}", file=sys.stderr, flush=True)
        await self._send(message)
