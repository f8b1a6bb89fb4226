"""`python -m tests.odd_values`: gives each member of each answer an odd value, and lists the checks that err."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import gateway_contract
from conformance.model import Finding, Verdict
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.faults.bench import Bench, Case
from tests.faults.heard import Listening
from tests.faults.inside import ADDRESS, Inside
from tests.faults.recorded import USUAL, Session, record
from tests.odd_values.members import GONE, Place, bodies, operation, paths, put

VALUES: dict[str, Any] = {
    "object": {},
    "array": [],
    "text": "odd",
    "number": -1,
    "huge": 10**30,
    "true": True,
    "null": None,
    "gone": GONE,
}
NAME = "odd_values"
Places = dict[str, Place]
"""One place in the answers of each operation."""


class Everywhere(Fault):
    """A fault that applies to every call."""

    def applies_to(self, _: Call) -> bool:
        """Whatever the call."""
        return True


def main() -> int:
    """Returns 0 when no check errs."""
    parser = argparse.ArgumentParser(prog="python -m tests.odd_values", description=__doc__)
    names = ["openai", *gateway_contract.names()]
    parser.add_argument("--gateway", choices=names, default="openai", help="which one the server plays")
    parser.add_argument("--value", choices=VALUES, action="append", help="may be repeated (default: all)")
    options = parser.parse_args()
    gateway = None if options.gateway == "openai" else options.gateway
    bench = Bench()
    session = record(bench, gateway, USUAL)
    erred = 0
    for name in options.value or VALUES:
        for places in rounds(session):
            errors = judge(bench, gateway, places, _fault(places, VALUES[name]))
            erred += len(errors)
            for finding in errors:
                print(f"{finding.requirement} errs: {_near(finding, places)} = {name}: {finding.message[-200:]}")
    print(f"{erred} checks erred")
    return int(erred > 0)


def rounds(session: Session) -> Iterator[Places]:
    """Every place in the answers of a session once, of all operations side by side."""
    columns: dict[str, dict[Place, None]] = {}
    for answered in session.plain:
        places = columns.setdefault(operation(answered.call), {})
        places.update(((kind, path), None) for kind, body in bodies(answered.reply()) for path in paths(body))
    for row in zip_longest(*columns.values()):
        yield {name: place for name, place in zip(columns, row, strict=True) if place}


def _fault(places: Places, value: Any) -> Fault:
    def change(reply: Reply, call: Call) -> None:
        kind, path = places.get(operation(call), ("", ()))
        for other, body in bodies(reply):
            if other == kind:
                put(body, path, value)

    return Everywhere(NAME, "One member of each answer has an odd value.", "*", frozenset({"odd"}), change)


def judge(bench: Bench, gateway: str | None, places: Places, fault: Fault) -> list[Finding]:
    """The errors of the checks that use one of the operations."""
    within = [name for name, one in USUAL.items() if not one.operations or places.keys() & {*one.operations}]
    application = Application(Listening(gateway), (fault,))
    judged = bench.judge(Case(ADDRESS + application.base, gateway, Inside(application)), within)
    return [finding for finding in judged.findings if finding.verdict is Verdict.ERRORED]


def _near(finding: Finding, places: Places) -> str:
    """The places in the answers that the check may have read."""
    names = USUAL[finding.requirement].operations or places
    return ", ".join(f"{name} {'.'.join(places[name][1])}" for name in names if name in places)


if __name__ == "__main__":
    raise SystemExit(main())
