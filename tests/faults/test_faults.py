"""Every fault is seen, by the requirements that it names and by no other. Every legal variation passes.

What takes longest comes first, so that no worker ends alone.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import openapi
from conformance import reference, register, runner, select
from conformance.model import Finding, Verdict
from conformance.report import har
from conformance.sdk import node
from reference_server import faults

CATALOGUE = faults.load()
REQUIREMENTS = register.load().requirements
NODE = {name for name, requirement in REQUIREMENTS.items() if requirement.area == "sdk_node"}
"""What is judged where the official client for Node is installed, and proved there alone."""
FAULTS = [name for name, fault in CATALOGUE.items() if not fault.legal and (node.find() or not fault.breaks & NODE)]
VARIATIONS = [name for name, fault in CATALOGUE.items() if fault.legal]
GATEWAYS = openapi.names()
BUNDLES = [
    ["lines_end_in_crlf", "comments_between_events", "further_headers", "unknown_fields", "other_id_prefix"],
    ["no_space_after_data", "odd_bytes_per_write", "charset_in_content_type", "system_fingerprint", "bare_errors"],
    ["event_per_write", "empty_deltas_between", "usage_absent_before_the_end", "connection_closes"],
]
"""Variations that go together."""
USUAL = {name for name, one in REQUIREMENTS.items() if one.area != "properties" and not one.area.startswith("sdk_")}
"""What restates others, for every operation or through an SDK, is judged only where a fault names it."""
BROAD = {name for name, requirement in REQUIREMENTS.items() if requirement.broad}


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[str | None], str]]:
    """The root of a running reference server that plays a gateway."""
    roots: dict[str | None, str] = {}
    with ExitStack() as stack:

        def start(gateway: str | None) -> str:
            if gateway not in roots:
                roots[gateway] = stack.enter_context(reference.serving(gateway)).base_url.removesuffix("/v1")
            return roots[gateway]

        yield start


Touching = Callable[[str | None, str], set[str]]


@pytest.fixture(scope="session")
def touching(server: Callable[[str | None], str], tmp_path_factory: pytest.TempPathFactory) -> Touching:
    """The requirements whose checks look at an operation of a gateway, as a run without faults shows.

    A fault of one operation cannot change the verdict of any other check. One worker measures for all.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @cache
    def looked_at(gateway: str | None) -> dict[str, set[str]]:
        with _alone(shared / f"{gateway}.lock"):
            kept = shared / f"{gateway}.json"
            if not kept.exists():
                kept.write_text(json.dumps({name: sorted(found) for name, found in measured(gateway).items()}))
            return {name: set(found) for name, found in json.loads(kept.read_text()).items()}

    def measured(gateway: str | None) -> dict[str, set[str]]:
        place = tmp_path_factory.mktemp("baseline")
        report = runner.judge(
            base_url=f"{server(gateway)}/v1",
            gateway=gateway,
            target=reference.FIXTURES,
            report_dir=place,
            requirement=sorted(USUAL),
        ).report
        operations = {record["id"]: _operation(gateway, record) for record in har.load(place / har.FILENAME)}
        found: dict[str, set[str]] = {}
        for finding in report.findings:
            for exchange in finding.exchanges:
                found.setdefault(operations[exchange], set()).add(finding.requirement)
        return found

    return lambda gateway, operation: looked_at(gateway).get(operation, set())


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time, of all that share the file."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _operation(gateway: str | None, record: Mapping[str, Any]) -> str:
    path = urlsplit(record["path"]).path
    found = openapi.load(gateway).find(record["method"], unquote(path), record["protocol"])
    return found.id if found else ""


def judge(
    root: str, gateway: str | None, prefix: str, requirements: Collection[str] = ()
) -> dict[Verdict, dict[str, str]]:
    """The requirements by verdict, each with the message of its finding; of `USUAL` when none are named."""
    outcome = runner.judge(
        base_url=f"{root}/{prefix}/v1",
        gateway=gateway,
        target=reference.FIXTURES,
        requirement=sorted(requirements or USUAL),
        include=sorted(select.EXPENSIVE),
    )
    by_verdict: dict[Verdict, dict[str, str]] = {verdict: {} for verdict in Verdict}
    for finding in outcome.report.findings:
        by_verdict[finding.verdict][finding.requirement] = _line(finding)
    return by_verdict


def _line(finding: Finding) -> str:
    return f"[{finding.case}] {finding.message}" if finding.case else finding.message


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_gateway_may_vary(gateway: str, server: Callable[[str | None], str]) -> None:
    """What is legal for the base is legal for every gateway, several differences at a time."""
    for bundle in BUNDLES:
        prefix = "/".join(f"variation/{name}" for name in bundle)

        found = judge(server(gateway), gateway, prefix)

        assert not found[Verdict.FAILED], bundle
        assert not found[Verdict.ERRORED], bundle


@pytest.mark.parametrize("name", VARIATIONS)
def test_variation_passes(name: str, server: Callable[[str | None], str], touching: Touching) -> None:
    """A legal difference fails nothing."""
    fault = CATALOGUE[name]
    within = set() if fault.operation == "*" else touching(fault.gateway, fault.operation)

    found = judge(server(fault.gateway), fault.gateway, f"variation/{name}", within)

    assert not found[Verdict.FAILED]
    assert not found[Verdict.ERRORED]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_seen(name: str, server: Callable[[str | None], str], touching: Touching) -> None:
    """The requirements that a fault names fail, and no other does."""
    fault = CATALOGUE[name]
    touched = USUAL if fault.operation == "*" else touching(fault.gateway, fault.operation)
    documented = {name for name, one in REQUIREMENTS.items() if fault.operation in one.operations} & USUAL
    within = touched | documented | fault.breaks

    found = judge(server(fault.gateway), fault.gateway, f"fault/{name}", within)

    missed = fault.breaks - set(found[Verdict.FAILED])
    accused = {one: text for one, text in found[Verdict.FAILED].items() if one not in fault.breaks | BROAD}
    assert not missed, f"not seen by {sorted(missed)}"
    assert not accused, f"falsely accused: {accused}"
    assert not found[Verdict.ERRORED], found[Verdict.ERRORED]


def test_every_requirement_has_a_fault() -> None:
    """A requirement that no fault breaks may be blind."""
    broken = {requirement for fault in CATALOGUE.values() for requirement in fault.breaks}

    assert not set(REQUIREMENTS) - broken


def test_every_fault_names_known_requirements() -> None:
    """A fault cannot break what nobody demands."""
    broken = {requirement for fault in CATALOGUE.values() for requirement in fault.breaks}

    assert not broken - set(REQUIREMENTS)
