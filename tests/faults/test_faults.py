"""Every fault is seen, by the requirements that it names and by no other. Every legal variation passes.

Each fault has a server of its own, in this process, where waiting takes no time. Only where it is about the
connection is there a socket.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, cycle

import pytest

import gateway_contract
from conformance import register
from conformance.model import Finding, Verdict
from conformance.sdk import node
from reference_server import faults, fixtures
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.service import Service
from reference_server.state.store import Store

from .bench import Bench, Case, Judged
from .clock import CLOCK
from .heard import Listening
from .inside import ADDRESS, Inside, listening
from .recorded import LATER, USUAL, Change, Library, answered_otherwise, numbers, record, watched

CATALOGUE = faults.load()
REQUIREMENTS = register.load().requirements
NODE = {name for name, requirement in REQUIREMENTS.items() if requirement.area == "sdk_node"}
"""What is judged where the official client for Node is installed, and proved there alone."""
FAULTS = [name for name, fault in CATALOGUE.items() if not fault.legal and (node.find() or not fault.breaks & NODE)]
GATEWAYS = gateway_contract.names()
BUNDLES = [
    ["lines_end_in_crlf", "comments_between_events", "further_headers", "unknown_fields", "other_id_prefix"],
    ["no_space_after_data", "odd_bytes_per_write", "charset_in_content_type", "system_fingerprint", "bare_errors"],
    ["event_per_write", "empty_deltas_between", "usage_absent_before_the_end", "connection_closes"],
]
"""Variations that go together."""
WIDE = [
    ["capital_header_names", "charset_in_content_type", "further_headers", "limits_on_success", "answers_compressed"],
    ["unknown_fields", "connection_closes", "one_byte_per_write", "characters_escaped"],
]
"""Judged together, and singly only where that fails. What writes bytes is last: no other variation edits those."""
VARIATIONS = [*WIDE, *([name] for name, fault in CATALOGUE.items() if fault.legal and name not in chain(*WIDE))]
BROAD = {name for name, requirement in REQUIREMENTS.items() if requirement.broad}
BETWEEN = {
    "embeddings_base64_of_halves": "one of many answers that are compared",
    "request_id_constant": "an answer names another request",
    "response_text_null": "what it gave is refused when it is sent back",
    "url_needs_credential": "the address that it gave is refused",
    "url_of_nobody": "the address that it gave is refused",
}
"""Faults that are seen in another answer than the one that they change, and why."""
Found = dict[Verdict, dict[str, str]]
"""The requirements by verdict, each with the message of its finding."""


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """Judges the servers of all tests of this process."""
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def library(bench: Bench, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """What the checks ask each gateway, recorded once for all workers."""
    base = tmp_path_factory.getbasetemp()
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    library = Library(place, lambda gateway: record(bench, gateway, USUAL))
    params = [vars(item)["callspec"].params for item in request.session.items if hasattr(item, "callspec")]
    names = {name for one in params for name in (*one.get("names", ()), one.get("name")) if name}
    library.prepare(dict.fromkeys(CATALOGUE[name].gateway for name in sorted(names)))
    return library


def judge(bench: Bench, gateway: str | None, played: Collection[Fault], change: Change) -> Found:
    """What the checks that a change concerns find on a server that plays the faults."""
    service = Service(gateway_contract.load(gateway), fixtures.load(), Store(CLOCK.time))
    return by_verdict(judged(bench, service, played, change))


def judged(bench: Bench, service: Service, played: Collection[Fault], change: Change) -> list[Judged]:
    """What is found on a service that plays the faults, in one run after the other."""
    application, gateway = Application(service, tuple(played)), service.contract.name
    if change.connection:
        with listening(application) as address:
            return [bench.judge(Case(address + application.base, gateway, None), change.requirements)]
    inside = Inside(application)
    cases = [(Case(ADDRESS + application.base, gateway, inside, known), names) for names, known in change.parts()]
    return [bench.judge(*case) for case in cases]


def by_verdict(runs: Collection[Judged]) -> Found:
    """The findings by their verdict."""
    found: Found = {verdict: {} for verdict in Verdict}
    for finding in chain.from_iterable(run.findings for run in runs):
        found[finding.verdict][finding.requirement] = _line(finding)
    return found


def misplaced(judged: Judged, changed: Collection[int]) -> dict[str, list[str]]:
    """The failures whose evidence is no answer of those that were changed, each with the requests that it shows.

    An answer that names no request may be any.
    """
    heard = numbers(judged.exchanges)
    failed = [one for one in judged.findings if one.verdict is Verdict.FAILED]
    return {
        one.requirement: [shown.request.partition("\n")[0] for shown in one.evidence]
        for one in failed
        if changed and not {heard.get(shown.exchange) for shown in one.evidence} & {None, *changed}
    }


def _line(finding: Finding) -> str:
    return f"[{finding.case}] {finding.message}" if finding.case else finding.message


@pytest.mark.parametrize(("gateway", "bundle"), list(zip(GATEWAYS, cycle(BUNDLES), strict=False)), ids=GATEWAYS)
def test_gateway_may_vary(gateway: str, bundle: list[str], bench: Bench) -> None:
    """What is legal for the base is legal for every gateway, several differences at a time."""
    found = judge(bench, gateway, [CATALOGUE[name] for name in bundle], Change(set(USUAL), True, {}, {}, set()))

    assert not found[Verdict.FAILED]
    assert not found[Verdict.ERRORED]


@pytest.mark.parametrize("names", VARIATIONS, ids=" ".join)
def test_variation_passes(names: list[str], bench: Bench, library: Library) -> None:
    """A legal difference fails nothing."""
    changes = {name: library.session(CATALOGUE[name].gateway).changed_by(CATALOGUE[name]) for name in names}
    assert all(change.requirements for change in changes.values()), "no check looks at what differs"

    if len(names) > 1 and not wrong(bench, changes):
        return
    found = {name: wrong(bench, {name: change}) for name, change in changes.items()}

    assert not any(found.values()), found


def wrong(bench: Bench, changes: dict[str, Change]) -> dict[str, str]:
    """What is failed or errored where the server varies in all these ways at once."""
    played = [CATALOGUE[name] for name in changes]
    found = judge(bench, played[0].gateway, played, together(list(changes.values())))
    return found[Verdict.FAILED] | found[Verdict.ERRORED]


def together(changes: Sequence[Change]) -> Change:
    """All of the changes at once. What several answer is asked."""
    if len(changes) == 1:
        return changes[0]
    requirements = set().union(*(change.requirements for change in changes))
    return Change(requirements, any(change.connection for change in changes), {}, {}, set())


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_seen(name: str, bench: Bench, library: Library) -> None:
    """The requirements that a fault names fail, and no other does."""
    fault = CATALOGUE[name]
    change: Change = library.session(fault.gateway).changed_by(fault)
    service = Listening(fault.gateway, LATER)

    changed: set[int] = set()
    played = watched(fault, changed) if fault.stage == "reply" else fault

    runs = judged(bench, service, [played], change._replace(requirements=change.requirements | fault.breaks))

    found = by_verdict(runs)
    missed = fault.breaks - set(found[Verdict.FAILED])
    accused = {one: text for one, text in found[Verdict.FAILED].items() if one not in fault.breaks | BROAD}
    assert not missed, f"not seen by {sorted(missed)}"
    assert not accused, f"falsely accused: {accused}"
    assert not found[Verdict.ERRORED], found[Verdict.ERRORED]
    if fault.stage != "reply":
        changed |= answered_otherwise(service)
    elsewhere = [one for run in runs for one in misplaced(run, changed).items()]
    assert name in BETWEEN or not elsewhere, f"the evidence is another answer: {elsewhere}"


def test_every_requirement_has_a_fault() -> None:
    """A requirement that no fault breaks may be blind."""
    broken = {requirement for fault in CATALOGUE.values() for requirement in fault.breaks}

    assert not set(REQUIREMENTS) - broken


def test_every_fault_names_known_requirements() -> None:
    """A fault cannot break what nobody demands."""
    broken = {requirement for fault in CATALOGUE.values() for requirement in fault.breaks}

    assert not broken - set(REQUIREMENTS)
