"""The network as the recorder uses it: an answer has a deadline, whatever a server does, and a run can be ended.

The library's own timeout is for one read. A server that sends a byte now and then, or interim answers without an end,
never meets it. So each read here also ends at the deadline of the request for which its thread reads.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import Any, TypeVar
from weakref import WeakSet

import httpcore
import httpx

Value = TypeVar("Value")
ENDLESS = "the answer does not end"
"""How the reason begins for which an answer was left that exceeded a limit of time or size."""
TOO_LARGE = "TooLarge"
"""How the reason begins when it takes more memory than a run has."""


class Network(httpcore.NetworkBackend):
    """Opens connections whose reads and writes end in time."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadlines = threading.local()
        self._streams: WeakSet[Stream] = WeakSet()
        self._ended = threading.Event()
        self.ends = inf
        """When the run is over, by the monotonic clock."""

    def carry(self, client: httpx.Client) -> None:
        """Carries the connections of a client from now on. The library has no parameter for that."""
        for transport in (client._transport, *client._mounts.values()):
            if isinstance(transport, httpx.HTTPTransport):
                transport._pool._network_backend = self

    def close(self) -> None:
        """Ends what any thread waits for."""
        self._ended.set()
        for stream in list(self._streams):
            stream.shut()

    @property
    def over(self) -> bool:
        """Whether the time of the run is over."""
        return self._ended.is_set() or time.monotonic() >= self.ends

    def pause(self, seconds: float) -> None:
        """Sleeps, at most until the run is over."""
        self._ended.wait(max(0.0, min(seconds, self.ends - time.monotonic())))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Whatever this thread sends and receives meanwhile ends after so many seconds."""
        self._deadlines.limit, self._deadlines.at = seconds, time.monotonic() + seconds
        try:
            yield
        finally:
            del self._deadlines.at

    def bounded(self, wait: Callable[[float], Value], timeout: float | None, late: type[Exception]) -> Value:
        """What `wait` gives, which is told how many seconds it may take. Raises `late` at the deadline."""
        deadline = min(getattr(self._deadlines, "at", inf), self.ends)
        left = deadline - time.monotonic()
        if self._ended.is_set() or left <= 0:
            raise late(self._reason())
        try:
            return wait(left if timeout is None else min(timeout, left))
        except (httpcore.NetworkError, httpcore.TimeoutException):
            if self._ended.is_set() or time.monotonic() >= deadline:
                raise late(self._reason()) from None
            raise

    def _reason(self) -> str:
        return "the run is over" if self.over else f"{ENDLESS} within {self._deadlines.limit:g} s"

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection."""

        def connect(seconds: float) -> httpcore.NetworkStream:
            return self._backend.connect_tcp(host, port, seconds, local_address, socket_options)

        return self.opened(self.bounded(connect, timeout, httpcore.ConnectTimeout))

    def opened(self, stream: httpcore.NetworkStream) -> Stream:
        """The same connection, bounded."""
        bounded = Stream(stream, self)
        self._streams.add(bounded)
        return bounded

    def sleep(self, seconds: float) -> None:
        """Sleeps between two tries to connect."""
        self.pause(seconds)


class Stream(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline of its network."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; none at the end."""

        def read(seconds: float) -> bytes:
            return self._stream.read(max_bytes, seconds)

        return self._network.bounded(read, timeout, httpcore.ReadTimeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all of it."""

        def write(seconds: float) -> None:
            self._stream.write(buffer, seconds)

        self._network.bounded(write, timeout, httpcore.WriteTimeout)

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted."""

        def encrypt(seconds: float) -> httpcore.NetworkStream:
            return self._stream.start_tls(ssl_context, server_hostname, seconds)

        return self._network.opened(self._network.bounded(encrypt, timeout, httpcore.ConnectTimeout))

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection below."""
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        """Closes it."""
        self._stream.close()

    def shut(self) -> None:
        """Ends a read of another thread: closing alone would leave it waiting."""
        with suppress(OSError):
            socket.socket.shutdown(self.get_extra_info("socket"), socket.SHUT_RDWR)
