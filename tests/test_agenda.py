"""What a run says that it is going to cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

import gateway_contract
from conformance import register
from conformance.model import Finding, Level, Verdict
from conformance.register import select
from conformance.run import agenda
from conformance.target import Target, from_file
from conformance.target.reference import FIXTURES

TARGET = Target("https://gateway.test/v1")


@pytest.mark.parametrize("gateway", ["openai", *gateway_contract.names()])
def test_every_requirement_has_its_cost(gateway: str) -> None:
    """`gateway-conformance agenda` counts the requests of new requirements."""
    assert agenda.read(gateway)["requirements"].keys() == register.load().requirements.keys()


def test_what_is_not_judged_costs_nothing() -> None:
    contract = gateway_contract.load(None)
    dear = replace(TARGET, include=frozenset({"images"}))

    plain, with_images = agenda.plan(contract, TARGET), agenda.plan(contract, dear)
    with_fixtures = agenda.plan(contract, from_file(FIXTURES, TARGET.base_url, None, None))

    assert "images" not in plain.areas
    assert with_images.areas["images"] > 0
    assert plain.requests < with_images.requests <= plain.requests + with_images.areas["images"]
    assert with_fixtures.areas["limits"] > plain.areas.get("limits", 0)


def test_selection_costs_its_part() -> None:
    contract = gateway_contract.load(None)

    one = agenda.plan(contract, TARGET, lambda name: name == "chat.id")

    assert (one.checks, one.requests) == (1, 1)
    assert 0 < one.tokens < 200


def test_one_glance_takes_few_requests() -> None:
    plan = agenda.plan(gateway_contract.load(None), TARGET, select.wanted(None, None, ",".join(select.QUICK)))

    assert plan.checks == len(select.QUICK)
    assert plan.requests <= 25


def test_profile_takes_what_it_names() -> None:
    """The core of an API is judged without requests to other protocols, and without those to every operation."""
    plan = agenda.plan(gateway_contract.load(None), TARGET, select.wanted(None, None, None, "core"))

    assert plan.areas.keys() <= {"chat", "errors", "auth", "models", "headers", "upstream"}
    assert plan.requests <= 200


def test_profile_leaves_narrower_ones_out() -> None:
    chosen = select.wanted(None, None, None, "core")

    assert chosen is not None
    assert chosen("chat.id")
    assert not chosen("tools.named")


def test_generated_requests_grow_with_examples() -> None:
    contract, target = gateway_contract.load(None), replace(TARGET, include=frozenset({"generated"}))

    half, whole = (agenda.plan(contract, target, examples=examples) for examples in (0.5, 1.0))

    assert half.requests < whole.requests
    assert half.tokens < whole.tokens


def test_requests_that_others_read_are_counted_once() -> None:
    findings = [finding("a", 1, 2), finding("b", 2), finding("c", 7)]

    counted = agenda.derived(findings, dict.fromkeys(range(40), 5))

    requests = counted["requirements"]
    assert set(requests["b"]) < set(requests["a"])
    assert len(requests["c"]) == 1
    assert counted["tokens"] == [5, 5, 5]


def test_requirement_that_is_judged_by_all_costs_what_nobody_else_asked() -> None:
    findings = [finding("a", 1), finding("every", *range(20))]

    assert len(agenda.derived(findings, dict.fromkeys(range(20), 5))["requirements"]["every"]) == 19


def finding(requirement: str, *exchanges: int) -> Finding:
    return Finding(requirement, Level.MUST, Verdict.PASSED, exchanges=exchanges)
