"""`--verbose`: tells each request on standard error as soon as it is answered."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class _Spoken(logging.Handler):
    """Writes to what standard error is at the moment: a progress bar takes its place for a while."""

    def emit(self, record: logging.LogRecord) -> None:
        from conformance.report.inert import inert

        with suppress(OSError):
            print(inert(record.getMessage()), file=sys.stderr, flush=True)


@contextmanager
def requests(wanted: bool) -> Iterator[None]:
    """Within, each request is told, if that is wanted."""
    if not wanted:
        yield
        return
    from conformance.wire.recorder import ANSWERS

    handler, before = _Spoken(), ANSWERS.level
    ANSWERS.addHandler(handler)
    ANSWERS.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        ANSWERS.removeHandler(handler)
        ANSWERS.setLevel(before)
