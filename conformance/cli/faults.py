"""Reads the fault catalogue from a process of the reference server."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from conformance.errors import NoCatalogue

COMMAND = ("-P", "-m", "reference_server", "--list-faults", "--json")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a gateway breaks requirements. `gateway` is the gateway it is played with, if any."""

    name: str
    doc: str
    breaks: frozenset[str]
    gateway: str | None = None


def catalogue() -> tuple[Fault, ...]:
    """All faults, sorted by name; raises `NoCatalogue` when the process fails."""
    try:
        done = subprocess.run([sys.executable, *COMMAND], capture_output=True, text=True, timeout=60, check=True)
        entries = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        hint = f"see what python {' '.join(COMMAND)} says"
        raise NoCatalogue(f"the reference server lists no faults: {type(error).__name__}", hint) from None
    return tuple(
        Fault(entry["name"], entry["doc"], frozenset(entry["breaks"]), entry.get("gateway"))
        for entry in sorted(entries, key=lambda entry: str(entry["name"]))
    )
