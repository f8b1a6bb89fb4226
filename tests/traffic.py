"""The requests of a run, in a form in which two runs can be compared."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from conformance.report import har

ID = re.compile(r"(file-|files/|msg_|resp_|upload_id=|vgen_)[0-9a-f]{10,}")
"""The ids that the reference server generates."""
SentRequest = tuple[str, str, str | None]
"""Method, path and body."""


def traffic(folder: Path) -> list[SentRequest]:
    """The requests of the run with this report, in order.

    Ids are numbered as they came. The same request several times in a row counts once: who waits asks as often as it
    takes.
    """
    names: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"id-{len(names)}")

    records = har.load(folder / har.FILENAME)
    bodies = [ID.sub(numbered, one["request_body"]) if one["request_body"] else None for one in records]
    requests = [(one["method"], ID.sub(numbered, one["path"]), body) for one, body in zip(records, bodies, strict=True)]
    return [one for one, _ in itertools.groupby(requests)]
