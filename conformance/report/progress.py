"""The progress of a run: one line that rewrites itself on a terminal, a plain summary elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from typing import TextIO

WIDTH = 24
CLEAR = "\r\x1b[K"
TROUBLE = ("failed", "warned", "errored")


class Progress:
    """Draws `[#####-----] 123/210  2 failed  1 warned`. `stream` defaults to standard error."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.done = 0
        self.total = 0
        self.words: Counter[str] = Counter()

    def update(self, done: int, total: int, word: str) -> None:
        """Records that `done` of `total` checks have run, and that the last one ended with `word`."""
        self.done, self.total = done, max(total, done)
        self.words[word] += 1
        if self.stream.isatty():
            columns = shutil.get_terminal_size().columns
            self._write(CLEAR + self.line()[: columns - 1])

    def line(self) -> str:
        """The current line."""
        filled = WIDTH * self.done // max(self.total, 1)
        return f"[{'#' * filled}{'-' * (WIDTH - filled)}] {self.done}/{self.total}{self._trouble()}"

    def close(self) -> None:
        """Replaces the line with a plain summary."""
        erase = CLEAR if self.stream.isatty() else ""
        self._write(f"{erase}{self.done} checks{self._trouble() or '  no failures'}\n")

    def _trouble(self) -> str:
        return "".join(f"  {self.words[word]} {word}" for word in TROUBLE if self.words[word])

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
