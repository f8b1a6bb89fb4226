"""Several processes that answer at one address and keep one state.

The first process listens and answers nothing. It ends the others, which it has forked, by closing a pipe: so they end
as well when it is killed.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reference_server.errors import UnusableState
from reference_server.serving import announce, application, listen, run, wait_for_end
from reference_server.settings import Settings


def serve(settings: Settings, host: str, port: int, until_stdin_closes: bool, count: int) -> None:
    """Serve by so many processes until a signal, or until standard input ends.

    Raises what `serving.serve` does, and UnusableState when a process does not start.
    """
    with TemporaryDirectory(prefix="reference-server-") as folder:
        settings = replace(settings, state=settings.state or Path(folder, "state"))
        app = application(settings)
        app.close()  # a database must not be carried through a fork
        port = _free(host, port)
        workers = _Workers(settings, [listen(host, port, shared=True) for _ in range(count)])
        if until_stdin_closes:
            threading.Thread(target=_stop_with_stdin, args=[workers.stop], daemon=True).start()
        if workers.are_ready():
            announce(settings, app.bases, host, port)
            workers.wait()
        else:
            workers.stop()
            workers.wait()
            raise UnusableState("a worker did not start", "see what it has printed")


def _free(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises CannotListen when another server has it, which a shared socket joins."""
    with listen(host, port) as probe:
        return int(probe.getsockname()[1])


class _Workers:
    """Processes that end when one of them does."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        life, self._life = os.pipe()
        self._readiness, ready = os.pipe()
        self._stopping = False
        self._count = len(sockets)
        for own in sockets:
            if os.fork() == 0:
                os.close(self._life)
                _work(settings, own, life, ready)
        for one in sockets:
            one.close()
        os.close(life)
        os.close(ready)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop())

    def are_ready(self) -> bool:
        """Wait until all of them are ready; false when one of them ends before."""
        return all(os.read(self._readiness, 1) for _ in range(self._count))

    def wait(self) -> None:
        """Wait until all of them have ended."""
        for _ in range(self._count):
            os.wait()
            self.stop()

    def stop(self) -> None:
        """Make all of them end."""
        if not self._stopping:
            self._stopping = True
            os.close(self._life)


def _work(settings: Settings, listening: socket.socket, life: int, ready: int) -> None:
    """Be a worker, to the end of the process."""
    status = 1
    try:
        run(application(settings), settings, listening, lambda: _tell(ready), life)
        status = 0
    except Exception as error:
        print(f"reference-server: {error}", file=sys.stderr)
    finally:
        os._exit(status)


def _tell(ready: int) -> None:
    os.write(ready, b"1")
    os.close(ready)


def _stop_with_stdin(stop: Callable[[], None]) -> None:
    wait_for_end(sys.stdin.fileno())
    stop()
