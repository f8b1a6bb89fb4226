"""The progress of a run: a table that changes on a terminal, elsewhere a line for each area that is done."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from conformance.model import Counts
from gateway_contract.commandline import dumb

if TYPE_CHECKING:
    from rich.console import RenderableType

TROUBLE = ("failed", "warned", "errored")
STYLES = {"failed": "red", "warned": "yellow", "errored": "magenta"}
NOTABLE = 6
"""The most areas that the table shows."""


class Progress:
    """Follows a run by the areas of its checks. `stream` defaults to standard error.

    `waiting` tells how many checks wait for answers that are on their way.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.done = 0
        self.words: Counter[str] = Counter()
        self.counts = Counts()
        self.waiting: Callable[[], int] = lambda: 0
        self._left: Counter[str] = Counter()
        self._total = 0
        self._by_area: dict[str, Counter[str]] = {}
        self._started = time.monotonic()
        self._live: Any = None

    def begin(self, areas: Iterable[str]) -> None:
        """Knows the area of every check that is going to run."""
        self._left = Counter(areas)
        self._total = self._left.total()
        if self.stream.isatty() and not dumb():
            self._live = _live(self.stream, self._table)
            self._live.start()

    def update(self, area: str, word: str) -> None:
        """Records that a check of that area ended with `word`."""
        words = self._by_area.setdefault(area, Counter())
        self.words[word] += 1
        words[word] += 1
        self.done += 1
        self._left[area] -= 1
        if self._left[area] == 0 and not self._live:
            self._write(f"{area}: {_checks(words)}\n")

    def close(self) -> None:
        """Replaces the table with a plain summary."""
        if self._live:
            self._live.stop()
        self._write(f"{_checks(self.words)}\n")

    def seconds_left(self) -> float:
        """As long as the rest takes at the pace so far."""
        return (time.monotonic() - self._started) * (self._total - self.done) / max(self.done, 1)

    def _table(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        counts = self.counts
        table.add_row(
            ProgressBar(max(self._total, 1), self.done, width=24),
            f"{self.done}/{self._total}",
            f"{self.waiting()} waiting",
            *_coloured(self.words),
            f"{counts.requests} requests",
            f"{counts.prompt_tokens + counts.completion_tokens} tokens",
            _time(self.seconds_left()) if self.done else "",
        )
        return Group(table, *self._areas())

    def _areas(self) -> Iterable[RenderableType]:
        """The areas with the most trouble."""
        from rich.text import Text

        bad = {area: words for area, words in self._by_area.items() if any(words[word] for word in TROUBLE)}
        for area in sorted(bad, key=lambda area: [-bad[area][word] for word in TROUBLE])[:NOTABLE]:
            yield Text("  ").join([Text(f"  {area:<24}"), *_coloured(bad[area])])

    def _write(self, text: str) -> None:
        with suppress(OSError):  # a run goes on where its progress cannot be shown
            self.stream.write(text)
            self.stream.flush()


def _live(stream: TextIO, table: Callable[[], RenderableType]) -> Any:
    from rich.console import Console
    from rich.live import Live

    console = Console(file=stream)
    return Live(console=console, get_renderable=table, refresh_per_second=4, transient=True, redirect_stdout=False)


def _checks(words: Counter[str]) -> str:
    """`12 checks  1 failed  2 warned`"""
    trouble = "".join(f"  {words[word]} {word}" for word in TROUBLE if words[word])
    return f"{words.total()} check{'' if words.total() == 1 else 's'}{trouble or '  no failures'}"


def _coloured(words: Counter[str]) -> list[Any]:
    from rich.text import Text

    return [Text(f"{words[word]} {word}", STYLES[word]) for word in TROUBLE if words[word]]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s left" if seconds < 120 else f"{seconds / 60:.0f} min left"
