"""The folder of a report: it can be written, and no other run writes into it at the same time."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from conformance.errors import UsageError

fcntl: Any = import_module("fcntl") if os.name == "posix" else None
"""Locks a folder; elsewhere two runs are not kept apart."""
WRITTEN = (
    *("report.json", "report.html", "summary.md", "junit.xml", "badge.svg", "exchanges.har", "findings.jsonl"),
    "curl-*.sh",
)
"""What a run leaves in its folder."""


@contextmanager
def claimed(directory: Path | None) -> Iterator[None]:
    """Keeps other runs out of the folder, which is made. Raises `UsageError` when it cannot be had."""
    if directory is None:
        yield
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY)
    except OSError as error:
        hint = "give a folder that can be written; it is made when it does not exist"
        raise UsageError(f"the report cannot be written to {directory}: {error.strerror}", hint) from None
    try:
        _lock(handle, directory)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, directory: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        reason = f"another run is writing its report to {directory}"
        raise UsageError(reason, "wait for it, or name another folder with --report") from None


@contextmanager
def cleared(directory: Path, kept: Collection[Path]) -> Iterator[None]:
    """Leaves nothing of an earlier run where this one ends without a report, but what is `kept`.

    After wrong usage there was no run.
    """
    try:
        yield
    except UsageError:
        raise
    except BaseException:
        if clear(directory, kept):
            print(f"the report of an earlier run is gone from {directory}: it is not this run's", file=sys.stderr)
        raise


def clear(directory: Path, kept: Collection[Path] = ()) -> bool:
    """Removes what a run has left in a folder. Whether there was anything."""
    spared = {one.resolve() for one in kept}
    left = [path for pattern in WRITTEN for path in directory.glob(pattern) if path.resolve() not in spared]
    for path in left:
        path.unlink(missing_ok=True)
    return bool(left)
