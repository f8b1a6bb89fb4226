"""SIGTERM ends a run as Ctrl-C does, so that what was learned is reported."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from conformance.errors import Terminated


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within, SIGTERM raises `Terminated`; in a thread other than the main one nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise Terminated("the run was terminated")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
