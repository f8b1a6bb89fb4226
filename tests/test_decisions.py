"""A verdict names the decisions behind it, and a difference between two gateways is explained by their documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import gateway_contract
from conformance.cli import differences
from conformance.model import Evidence, Finding, Level, Verdict
from conformance.register import decisions
from conformance.run import runner
from conformance.target import reference


def test_what_is_read_is_known_by_its_name() -> None:
    """A part of a table is reported instead of the table, and the parts that select what is judged are not."""
    gateway = decisions.traced(gateway_contract.load("foxora")).gateway

    assert gateway["errors"]["status"]["missing_field"] == [400]
    assert "chat" in gateway["features"]
    assert gateway["limits"].get("nothing") is None
    assert decisions.rested_on(gateway) == {"errors.status.missing_field": [400], "limits.nothing": None}

    decisions.forget(gateway)
    assert decisions.rested_on(gateway) == {}


def test_table_that_was_taken_whole_is_plain() -> None:
    """The values in a report are plain, not traced."""
    gateway = decisions.traced(gateway_contract.load("infery")).gateway

    assert dict(gateway["errors"]["codes"])

    assert type(decisions.rested_on(gateway)["errors.codes"]) is dict


def test_contract_is_not_changed() -> None:
    """The original contract is not traced."""
    contract = gateway_contract.load("foxora")

    assert decisions.traced(contract).operations.keys() == contract.operations.keys()
    assert type(contract.gateway) is dict


def test_finding_tells_what_it_rests_on(server: Callable[..., str]) -> None:
    """A verdict shows the decision behind it."""
    report = runner.judge(
        base_url=server("foxapi"), gateway="foxora", target=reference.FIXTURES, requirement=["errors.missing-model"]
    ).report

    assert [one.decisions for one in report.findings] == [{"errors.status.missing_field": [400]}]


@pytest.mark.parametrize(
    ("requirement", "suite", "server", "rests_on", "documented", "expected"),
    [
        ("errors.missing-model", "foxora", "foxapi", {"errors.status.missing_field": [400]}, True, "missing_field is"),
        ("models.retrieve", "openai", "foxora", {}, False, "retrieveModel is documented by one"),
        ("anthropic.answers", "ofox", "foxapi", {}, True, "anthropic is served below /anthropic and "),
        ("chat.schema", "strict-openai", "openai", {}, True, "createChatCompletion is described differently"),
        ("chat.answers", "ofox", "ofox", {"stream.trailer": "none"}, True, None),
    ],
)
def test_difference_is_explained(
    requirement: str, suite: str, server: str, rests_on: dict[str, Any], documented: bool, expected: str | None
) -> None:
    """A difference is explained by a decision, by a path or credential, or by an operation."""
    finding = Finding(requirement, Level.MUST, Verdict.FAILED, decisions=rests_on)

    difference = differences.between(finding, gateway_contract.load(suite), gateway_contract.load(server))

    assert difference.documented is documented
    assert (
        [expected in reason for reason in difference.reasons].count(True) == 1 if expected else not difference.reasons
    )


def test_operation_is_found_in_the_evidence() -> None:
    """For a requirement of the whole API, the operation in the evidence explains the difference."""
    evidence = Evidence(1, "", "GET https://a.example/v1/models\naccept: */*\n\n", "")
    finding = Finding("errors.json", Level.MUST, Verdict.FAILED, evidence=(evidence,))

    difference = differences.between(finding, gateway_contract.load("openai"), gateway_contract.load("strict-openai"))

    assert difference.reasons == ("listModels is described differently",)
