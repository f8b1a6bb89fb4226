"""Sends replies whose time, or whose end, is scripted: events that come when they are due, connections that break."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from time import monotonic
from typing import Any

from reference_server.wire.reply import Delivery

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_LONGEST = 600.0
"""Seconds after which a connection on which nothing happens is closed."""
_READING = 0.05
"""Seconds in which a client reads what was sent before the connection is reset, which discards the rest."""


async def send_timed(
    delivery: Delivery, start: MutableMapping[str, Any], pieces: list[bytes], receive: Receive, send: Send
) -> bool:
    """Send the start of a reply, its pieces, and its end. Returns whether the client stayed until the end."""
    if delivery.ending and delivery.after is None and delivery.ending != "half-close":
        return await _break(delivery.ending, receive, send)
    await send(start)
    due = monotonic()
    for place, piece in enumerate(_sent(delivery, pieces)):
        due += delivery.waits[place] if place < len(delivery.waits) else 0.0
        if await disconnected_within(due - monotonic(), receive):
            return False
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if delivery.ending:
        return await _break(delivery.ending, receive, send)
    if not delivery.cut:
        await send({"type": "http.response.body", "body": b""})
    return True


async def disconnected_within(seconds: float, receive: Receive) -> bool:
    """Whether the client disconnects in that time. The wait lets each write leave in a packet of its own."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return False
    try:
        message = await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")


def _sent(delivery: Delivery, pieces: list[bytes]) -> list[bytes]:
    """What is sent before the connection breaks: so many events, or bytes of a reply that has none."""
    if not delivery.ending:
        return pieces
    if delivery.events:
        return pieces[: len(pieces) // 2 if delivery.after is None else delivery.after]
    body = b"".join(pieces)
    return [body[: len(body) // 2 if delivery.after is None else delivery.after]]


async def _break(ending: str, receive: Receive, send: Send) -> bool:
    """Break the connection, of which the HTTP server shows the transport. It is closed when this returns."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport and ending == "reset":
        await asyncio.sleep(_READING)
        _reset(transport)
    elif transport and ending == "half-close" and transport.can_write_eof():
        transport.write_eof()
    with suppress(TimeoutError):
        await asyncio.wait_for(_gone(receive), _LONGEST)
    return ending != "never"


def _reset(transport: Any) -> None:
    linger = struct.pack("ii", 1, 0)  # at once: the peer gets a reset
    with suppress(OSError):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
