"""A clock on which waiting takes no time: who sleeps finds it later afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from conformance.wire.network import Network


class Clock:
    """The times of the computer, later by what was slept since the process began."""

    def __init__(self) -> None:
        self._slept = 0.0
        self._lock = threading.Lock()
        self._real: dict[str, Callable[[], float]] = {
            name: getattr(time, name) for name in ("time", "monotonic", "perf_counter")
        }

    def time(self) -> float:
        """Unix seconds."""
        return self._real["time"]() + self._slept

    def sleep(self, seconds: float) -> None:
        """Lets seconds pass at once."""
        with self._lock:
            self._slept += seconds

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Until the block ends, whoever asks the module `time` is told by this clock."""
        told = {name: lambda real=real: real() + self._slept for name, real in self._real.items()}
        pause = patch.object(Network, "pause", lambda _, seconds: self.sleep(seconds))
        with patch.multiple(time, sleep=self.sleep, **told), pause:
            yield


CLOCK = Clock()
"""There is one time in a process."""
