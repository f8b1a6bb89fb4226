"""One cause, one accusation: a broad failure is left to the specific one that explains it."""

from __future__ import annotations

import pytest

from conformance import register
from conformance.model import Evidence, Finding, Level, Verdict
from conformance.register.causes import explained
from conformance.run import runner
from conformance.target import reference

MUST, SHOULD = Level.MUST, Level.SHOULD


def failed(requirement: str, exchange: int = 1, level: Level = MUST, expected: str | None = None) -> Finding:
    """A failure that rests on one exchange."""
    shown = (Evidence(exchange, "", "", ""),)
    return Finding(requirement, level, Verdict.FAILED, "wrong", expected=expected, evidence=shown)


def left(*findings: Finding) -> set[str]:
    """The requirements that stay failed."""
    return {one.requirement for one in explained(findings) if one.verdict is Verdict.FAILED}


def test_schema_is_left_to_the_member_that_breaks_it() -> None:
    """The message says because of which requirement."""
    findings = explained([failed("chat.schema"), failed("chat.id")])

    assert [one.verdict for one in findings] == [Verdict.INCONCLUSIVE, Verdict.FAILED]
    assert findings[0].message == "because of chat.id: wrong"


@pytest.mark.parametrize(
    "other",
    [
        failed("chat.id", exchange=2),
        failed("chat.id", level=SHOULD),
        failed("chat.id", expected="known"),
        failed("embeddings.model"),
        failed("sdk.openai.create"),
    ],
    ids=["another answer", "a weaker level", "an expected failure", "another area", "a consequence"],
)
def test_failure_stays_beside(other: Finding) -> None:
    """Nothing that fails a run is hidden by what does not explain it, or fails none."""
    assert "chat.schema" in left(failed("chat.schema"), other)


def test_only_failure_stays() -> None:
    """What restates others is failed when none of them is."""
    assert left(failed("properties.invalid.envelope"), failed("errors.schema")) == {
        "properties.invalid.envelope",
        "errors.schema",
    }


def test_what_is_named_explains_other_answers() -> None:
    """The envelope of errors is one thing on all routes."""
    names = ["properties.invalid.envelope", "images.envelope", "files.errors", "errors.schema", "errors.envelope"]

    assert left(*(failed(name, exchange) for exchange, name in enumerate(names))) == {"errors.envelope"}


def test_explained_failure_explains_nothing() -> None:
    """What comes second is left to the first cause, or stays."""
    findings = explained([failed("properties.invalid.never-5xx", 1), failed("errors.never-5xx", 2)])

    assert findings[0].message == "because of errors.never-5xx: wrong"
    assert findings[1].verdict is Verdict.FAILED


def test_broad_requirements_alone_restate() -> None:
    """What they name is there, and none names itself."""
    requirements = register.load().requirements

    for one in requirements.values():
        assert one.broad or not one.restates, one.id
        assert set(one.restates) <= requirements.keys() - {one.id}, one.id


@pytest.mark.parametrize(
    ("fault", "accused"),
    [("error_as_detail", {"errors.envelope"}), ("completion_without_id", {"chat.id"})],
)
def test_one_cause_is_one_accusation(fault: str, accused: set[str]) -> None:
    """Of a run of everything that sees the cause; it ends with 1 all the same."""
    names = ["errors", "chat.schema", "chat.id", "properties.invalid.envelope"]
    with reference.serving(None, fault) as target:
        outcome = runner.judge(base_url=target.base_url, target=reference.FIXTURES, requirement=_named(names))

    assert {one.requirement for one in outcome.report.findings if one.verdict is Verdict.FAILED} == accused
    assert outcome.exit_code == 1


def test_consequence_of_a_legal_wire_is_no_violation() -> None:
    """A client that loses what begins with a byte order mark is a warning, whatever the level of its requirement."""
    with reference.serving(None, "byte_order_mark") as target:
        outcome = runner.judge(
            base_url=target.base_url, target=reference.FIXTURES, requirement=["sdk.openai.stream.helper", "chat.schema"]
        )

    finding = next(one for one in outcome.report.findings if one.requirement == "sdk.openai.stream.helper")
    assert (finding.verdict, finding.level) == (Verdict.FAILED, SHOULD)
    assert "its standard allows" in finding.message
    assert outcome.exit_code == 0


def _named(names: list[str]) -> list[str]:
    """The requirements of those ids, and those of the area of error bodies."""
    return [one.id for one in register.load().requirements.values() if one.id in names or one.area == "errors_envelope"]
