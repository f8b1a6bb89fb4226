"""The HTTP protocol of uvicorn, which writes once where uvicorn writes twice.

uvicorn writes the head of an answer, then its body. Each write costs a system call and wakes the client. Here what is
written in one turn of the event loop leaves together.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class JoiningProtocol(HttpToolsProtocol):
    """Writes once in a turn of the event loop."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer on a connection."""
        super().connection_made(cast("asyncio.Transport", _Joining(transport, self.loop)))


class _Joining:
    """A transport whose writes wait for the end of the turn. It is closed after them."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._pending: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write at the end of the turn."""
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append(data)

    def close(self) -> None:
        """Write what is pending, and close."""
        self._flush()
        self._transport.close()

    def write_eof(self) -> None:
        """Write what is pending, and close that direction."""
        self._flush()
        self._transport.write_eof()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if pending and not self._transport.is_closing():
            self._transport.writelines(pending)
