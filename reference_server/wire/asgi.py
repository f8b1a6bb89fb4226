"""Sends replies as ASGI messages.

A burst of events is one write. Only a reply that asks for pauses or for fragments is written piece by piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from reference_server.wire.reply import Reply

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _CaseSensitive(bytes):
    """A header name that keeps its case although the HTTP server writes the result of `lower()`."""

    def lower(self) -> bytes:
        return self


async def write(reply: Reply, receive: Receive, send: Send) -> None:
    """Send a reply; stop when the client has gone."""
    if reply.delay:
        await asyncio.sleep(reply.delay)
    if reply.pause or reply.fragment or reply.cut:
        await _write_pieces(reply, receive, send)
        return
    body = reply.encoded()
    await send({"type": "http.response.start", "status": reply.status, "headers": headers(reply, len(body))})
    await send({"type": "http.response.body", "body": body})


async def _write_pieces(reply: Reply, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": headers(reply, len(reply.encoded()))})
    async for piece in _paced(reply, receive):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if not reply.cut:
        await send({"type": "http.response.body", "body": b""})


async def _paced(reply: Reply, receive: Receive) -> AsyncIterator[bytes]:
    for piece in pieces(reply):
        yield piece
        if await _disconnected_within(reply.pause, receive):
            return


def pieces(reply: Reply) -> Iterator[bytes]:
    """What is written at once of a reply that is written piece by piece."""
    if reply.fragment:
        body = reply.encoded()
        yield from (body[at : at + reply.fragment] for at in range(0, len(body), reply.fragment))
    elif reply.events is None:
        yield reply.encoded()
    else:
        yield from reply.pieces()


async def _disconnected_within(seconds: float, receive: Receive) -> bool:
    """Whether the client disconnects in that time. The wait lets each write leave in a packet of its own."""
    if not seconds:
        await asyncio.sleep(0)
        return False
    try:
        message = await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")


def headers(reply: Reply, size: int) -> list[tuple[bytes, bytes]]:
    """The headers of a reply whose body has `size` bytes."""
    pairs = [(_name(name), value.encode("latin-1")) for name, value in reply.headers.items()]
    if reply.events is None:
        pairs.append((b"content-length", str(size + reply.cut).encode()))
    return pairs


def _name(name: str) -> bytes:
    encoded = name.encode("latin-1")
    return encoded if name.islower() else _CaseSensitive(encoded)
