"""The readings: every failed MUST of a published report is read by hand, beside it in `verified.toml`.

    "chat.id" = { reading = "true", by = "the answer has no `id`, which the reference of the API demands" }

`true`: the gateway is wrong, and `by` names the document or the evidence. `false`: the suite is wrong, and has to be
mended. `arguable`: documents can be read either way.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conformance.model import Level
from conformance.report import read_view
from conformance.report.view import Standing, View
from tests.gateways.catalogue import Gateway

FILENAME = "verified.toml"
READINGS = ("true", "arguable", "false")


@dataclass(frozen=True)
class Reading:
    """What a person found who read one failure."""

    requirement: str
    reading: str
    by: str


def view(gateway: Gateway) -> View:
    """The published report; it is large, so it is read once."""
    return _read(gateway.reports)


@cache
def _read(folder: Path) -> View:
    return read_view(folder)


def failures(report: View) -> list[str]:
    """The MUSTs that failed."""
    return [one.id for one in report.at(Standing.FAILED, Level.MUST)]


def readings(gateway: Gateway) -> list[Reading]:
    """What was read, in the order of the file."""
    path = gateway.reports / FILENAME
    values = tomllib.loads(path.read_text()) if path.exists() else {}
    return [Reading(name, **value) for name, value in values.items()]


def of_failures(gateway: Gateway) -> list[Reading]:
    """What was read of those that fail in the published report."""
    failed = failures(view(gateway))
    return [one for one in readings(gateway) if one.requirement in failed]


def problems(gateway: Gateway) -> Iterator[str]:
    """What has to be done to `verified.toml`, one line for each requirement."""
    file = f"reports/{gateway.name}/{FILENAME}"
    report, read = view(gateway), readings(gateway)
    failed = failures(report)
    for name in sorted({*failed} - {one.requirement for one in read}):
        yield (
            f"{name} fails and nobody has read why: read it in reports/{gateway.name}/summary.md, then add to {file}: "
            f'"{name}" = {{ reading = "{"|".join(READINGS)}", by = "the document or the evidence" }}'
        )
    for one in read:
        if one.requirement not in failed and not _is_hidden(report, one.requirement):
            yield f"{one.requirement} fails no more: remove its line from {file}"
        if one.reading not in READINGS:
            yield f"{one.requirement} in {file}: reading is {one.reading!r}, not one of {', '.join(READINGS)}"
        if not one.by.strip():
            yield f"{one.requirement} in {file}: `by` names nothing"


def _is_hidden(report: View, name: str) -> bool:
    """What a connection that was reset, or another failure, hides in one run fails in the next: its line may stay."""
    return any(one.id == name and one.standing == Standing.INCONCLUSIVE for one in report.judgements)
