"""When to come again, as an answer says that met a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

USUAL = 1.0
"""The seconds to wait where the answer does not say it."""
AGO = 1e8
"""A number of seconds that is larger is no duration, but a time since 1970."""
AGO_IN_MILLISECONDS = 1e11
"""One that is larger still is such a time in milliseconds."""
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
RESET = "x-ratelimit-reset"


def seconds_to_wait(headers: httpx.Headers | Mapping[str, str], now: float) -> float:
    """The seconds until the limit has passed. `now` is in seconds since 1970.

    `Retry-After` counts first, then the reset of a limit of which nothing remains.
    """
    if (after := headers.get("retry-after-ms", "")).isdecimal():
        return int(after) / 1000
    if (seconds := _seconds(headers.get("retry-after", ""), now)) is not None:
        return seconds
    names = [name for name in headers if name.lower().startswith(RESET)]
    spent = [name for name in names if headers.get(name.lower().replace("-reset", "-remaining")) == "0"]
    known = [seconds for name in spent if (seconds := _seconds(headers[name], now)) is not None]
    return max(known, default=USUAL)


def _seconds(text: str, now: float) -> float | None:
    """The seconds that a number, a duration such as `6m0s`, or a time leaves; None of anything else."""
    text = text.strip()
    if text and not PART.sub("", text):
        return sum(float(number) * UNITS[unit] for number, unit in PART.findall(text))
    if not text.replace(".", "", 1).isdecimal():
        moment = _moment(text)
        return None if moment is None else max(0.0, moment - now)
    number = float(text)
    if number > AGO:
        number = max(0.0, number / (1000 if number > AGO_IN_MILLISECONDS else 1) - now)
    return number


def _moment(text: str) -> float | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(text)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
