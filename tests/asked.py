"""What a run has asked, so that two runs can be compared."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from conformance.report import har

ID = re.compile(r"(file-|vgen_)[0-9a-f]{20,}")
"""The ids that the reference server makes up."""
Asked = tuple[str, str, str | None]
"""Method, path and body."""


def asked(folder: Path) -> list[Asked]:
    """What the run with this report has asked, in order.

    Ids are numbered as they came. The same request several times in a row counts once: who waits asks as often as it
    takes.
    """
    names: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"id-{len(names)}")

    records = har.load(folder / har.FILENAME)
    told = [(one["method"], ID.sub(numbered, one["path"]), one["request_body"]) for one in records]
    return [one for one, _ in itertools.groupby(told)]
