"""Every fault is seen, by the requirements that it names and by no other. Every legal variation passes.

What takes longest comes first, so that no worker ends alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import cycle

import pytest

import gateway_contract
from conformance import register
from conformance.model import Finding, Verdict
from conformance.register import select
from conformance.run import runner
from conformance.sdk import node
from conformance.target import reference
from reference_server import faults

from .recorded import USUAL, Session, record, shared

CATALOGUE = faults.load()
REQUIREMENTS = register.load().requirements
NODE = {name for name, requirement in REQUIREMENTS.items() if requirement.area == "sdk_node"}
"""What is judged where the official client for Node is installed, and proved there alone."""
FAULTS = [name for name, fault in CATALOGUE.items() if not fault.legal and (node.find() or not fault.breaks & NODE)]
VARIATIONS = [name for name, fault in CATALOGUE.items() if fault.legal]
GATEWAYS = gateway_contract.names()
BUNDLES = [
    ["lines_end_in_crlf", "comments_between_events", "further_headers", "unknown_fields", "other_id_prefix"],
    ["no_space_after_data", "odd_bytes_per_write", "charset_in_content_type", "system_fingerprint", "bare_errors"],
    ["event_per_write", "empty_deltas_between", "usage_absent_before_the_end", "connection_closes"],
]
"""Variations that go together."""
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


Sessions = Callable[[str | None], Session]


@pytest.fixture(scope="session")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    """What the checks ask each gateway, recorded once for all workers."""
    base = tmp_path_factory.getbasetemp()
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @cache
    def session(gateway: str | None) -> Session:
        return shared(place / f"{gateway}.session", lambda: record(gateway, USUAL, tmp_path_factory.mktemp("session")))

    return session


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


@pytest.mark.parametrize(("gateway", "bundle"), list(zip(GATEWAYS, cycle(BUNDLES), strict=False)), ids=GATEWAYS)
def test_gateway_may_vary(gateway: str, bundle: list[str], server: Callable[[str | None], str]) -> None:
    """What is legal for the base is legal for every gateway, several differences at a time."""
    prefix = "/".join(f"variation/{name}" for name in bundle)

    found = judge(server(gateway), gateway, prefix)

    assert not found[Verdict.FAILED]
    assert not found[Verdict.ERRORED]


@pytest.mark.parametrize("name", VARIATIONS)
def test_variation_passes(name: str, server: Callable[[str | None], str], sessions: Sessions) -> None:
    """A legal difference fails nothing."""
    fault = CATALOGUE[name]
    within = sessions(fault.gateway).changed_by(fault)
    assert within, "no check looks at what differs"

    found = judge(server(fault.gateway), fault.gateway, f"variation/{name}", within)

    assert not found[Verdict.FAILED]
    assert not found[Verdict.ERRORED]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_seen(name: str, server: Callable[[str | None], str], sessions: Sessions) -> None:
    """The requirements that a fault names fail, and no other does."""
    fault = CATALOGUE[name]
    within = sessions(fault.gateway).changed_by(fault) | fault.breaks

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
