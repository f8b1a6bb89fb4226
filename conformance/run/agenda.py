"""What a run is going to cost, from what each requirement cost when the reference server played its gateway.

`agenda/<gateway>.json` holds the tokens of each request of such a run, and for each requirement the requests that its
check reads. `gateway-conformance agenda` writes it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import register
from conformance.errors import Unsupported
from conformance.model import Finding, Requirement
from conformance.register.select import OF_THE_RUN
from conformance.run import applicable
from conformance.target import Target
from gateway_contract import Contract

FOLDER = Path(__file__).parent / "agenda"
GENERATED = "generated"
"""The feature whose requests grow with the number of examples."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is going to cost. `areas` are requests by what they are about, the most first."""

    checks: int
    requests: int
    tokens: int
    areas: dict[str, int]


def plan(
    contract: Contract,
    target: Target,
    wanted: Callable[[str], bool] | None = None,
    examples: float = 1.0,
    absent: Collection[str] = (),
) -> Plan:
    """The cost of judging a target by what is wanted. `examples` is their number, as a part of the usual one.

    `absent` are the protocols that the target does not speak.
    """
    agenda = read(contract.name)
    chosen = [one for one in register.load().requirements.values() if wanted is None or wanted(one.id)]
    spoken = {name for name, one in contract.operations.items() if one.protocol not in absent}
    due = [one for one in chosen if spoken.issuperset(one.operations) and _is_judged(one, contract, target)]
    areas, tokens, sent = Counter[str](), 0.0, set[int]()
    for requirement in due:
        new = set(agenda["requirements"].get(requirement.id, ())) - sent
        weight = examples if requirement.feature == GENERATED else 1.0
        areas[requirement.feature.partition(".")[0]] += round(len(new) * weight)
        tokens += weight * sum(agenda["tokens"][number] for number in new)
        sent |= new
    return Plan(len(chosen), areas.total(), round(tokens), dict(areas.most_common()))


def read(gateway: str) -> dict[str, Any]:
    """The agenda of a gateway."""
    agenda: dict[str, Any] = json.loads((FOLDER / f"{gateway}.json").read_text(encoding="utf-8"))
    return agenda


def lasting(agenda: Mapping[str, Any]) -> set[int]:
    """The requests that do not depend on the number of examples."""
    features = {one.id: one.feature for one in register.load().requirements.values()}
    return {
        number
        for name, requests in agenda["requirements"].items()
        if features.get(name) != GENERATED
        for number in requests
    }


def derived(findings: Iterable[Finding], tokens: Mapping[int, int]) -> dict[str, Any]:
    """The agenda of a run, from what each check read, and the tokens of each exchange by its number.

    What was read by others is not counted for a requirement that is judged by all that a run has received.
    """
    ordered = sorted(findings, key=lambda one: (_is_of_the_run(one.requirement), len(one.exchanges)))
    most, places, requirements = len(tokens) / 10, dict[int, int](), dict[str, list[int]]()
    for finding in ordered:
        fresh = [number for number in finding.exchanges if number not in places]
        places |= {number: len(places) + place for place, number in enumerate(fresh)}
        counted = fresh if len(finding.exchanges) >= most or _is_of_the_run(finding.requirement) else finding.exchanges
        requests = {*requirements.get(finding.requirement, ()), *(places[number] for number in counted)}
        requirements[finding.requirement] = sorted(requests)
    return {"tokens": [tokens[number] for number in places], "requirements": dict(sorted(requirements.items()))}


def text_of(agenda: Mapping[str, Any]) -> str:
    """The agenda as it is kept: a line for each requirement."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in agenda["requirements"].items())
    return f'{{"tokens": {json.dumps(agenda["tokens"])},\n"requirements": {{\n{lines}\n}}}}\n'


def _is_of_the_run(name: str) -> bool:
    known = register.load().requirements
    return name in known and known[name].area in OF_THE_RUN


def _is_judged(requirement: Requirement, contract: Contract, target: Target) -> bool:
    try:
        applicable.demand(requirement, contract, target)
    except Unsupported:
        return False
    return True
