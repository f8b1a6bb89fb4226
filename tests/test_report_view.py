"""The standings of requirements, and the headline of the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance import register
from conformance.model import Finding, Level, Verdict
from conformance.report.view import Citation, Standing, Tone, standing, view

from .reporting import FINDINGS, REGISTER, clean, report, shown


def finding(verdict: str, expected: str | None = None) -> Finding:
    return Finding("chat.any", Level.MUST, Verdict(verdict), expected=expected)


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        ("passed", "passed"),
        ("passed unsupported", "unsupported"),
        ("unsupported inconclusive", "inconclusive"),
        ("inconclusive failed passed", "failed"),
        ("failed errored", "failed"),
        ("", "unjudged"),
    ],
)
def test_requirement_stands_where_its_worst_case_stands(verdicts: str, worst: str) -> None:
    cases = tuple(finding(verdict) for verdict in verdicts.split())

    assert standing(cases) == worst


def test_expected_failure_is_told_apart_unless_another_case_fails() -> None:
    known = finding("failed", "ticket 12")

    assert standing((known,)) == Standing.EXPECTED
    assert standing((known, finding("passed"))) == Standing.EXPECTED
    assert standing((known, finding("failed"))) == Standing.FAILED
    assert standing((finding("passed", "ticket 12"),)) == Standing.PASSED


def test_denominator_is_the_register() -> None:
    nothing = view(report(()), REGISTER)

    assert len(nothing.judgements) == len(REGISTER.requirements)
    assert len(nothing.at(Standing.UNJUDGED)) == len(REGISTER.requirements)
    assert not nothing.conformant


def test_every_requirement_stands_in_one_place() -> None:
    view = shown()

    assert sum(len(view.at(standing)) for standing in Standing) == len(view.judgements)


def test_headline_counts_failed_musts() -> None:
    headline = shown().headline

    assert (headline.tone, headline.title) == (Tone.BAD, "3 MUST failed")
    assert headline.detail.startswith("1 of 7 MUST passed, 3 failed, 1 errored, 1 expected")


def test_clean_report_is_conformant() -> None:
    assert clean().headline.title == "Conformant"
    assert clean().conformant


def test_failed_should_is_no_obstacle() -> None:
    findings = tuple(
        replace(one, verdict=Verdict.FAILED) if one.level == Level.SHOULD else one for one in clean().report.findings
    )

    assert view(report(findings), REGISTER).conformant


def test_errored_must_is_not_conformant() -> None:
    first, *others = clean().report.findings
    headline = view(report((replace(first, verdict=Verdict.ERRORED), *others)), REGISTER).headline

    assert (headline.tone, headline.title) == (Tone.UNSURE, "1 MUST could not be judged")


def test_partial_run_is_not_called_conformant() -> None:
    headline = view(report(clean().report.findings[:1]), REGISTER).headline

    assert (headline.tone, headline.title) == (Tone.UNSURE, "No MUST failed in a partial run")


def test_report_rests_on_sentences_of_its_own_gateway() -> None:
    public = Citation("public", "The public reference", None, "https://public.test/reference")
    cited = {name: view(report(FINDINGS, name), REGISTER) for name in ("one", "two", "openai")}
    citations = {
        name: next(judgement.citations for judgement in view.judgements if judgement.id == "models.cited")
        for name, view in cited.items()
    }

    assert citations["one"] == (Citation("ONE-1", "one", "Models are listed.", "https://one.test/docs"), public)
    assert citations["two"] == (Citation("TWO-1", "two", "All models are there.", "https://two.test/docs"), public)
    assert citations["openai"] == (public,)


def test_finding_of_an_unknown_requirement_is_kept() -> None:
    stray = Finding("chat.retired", Level.MUST, Verdict.FAILED, "expected more")

    assert view(report((stray,)), REGISTER).at(Standing.FAILED)[0].findings == (stray,)


def test_headline_tells_what_was_withheld_from_what_is_not_offered() -> None:
    """What the target lacks, what no fixture was given for, and what the run did not come to, each apart."""
    first, second, third, *others = [one for one in clean().report.findings if one.level is Level.MUST]
    absent = replace(first, verdict=Verdict.UNSUPPORTED, message="the target has no such route")
    bare = replace(second, verdict=Verdict.UNSUPPORTED, message="no key", equipped=False)

    detail = view(report((absent, bare, *others)), REGISTER).headline.detail

    assert detail == (
        f"{len(others)} of {len(others)} MUST passed. Not run: 1 MUST. Not offered: 1 MUST. "
        "Not asked for, or without a fixture: 1 MUST."
    )
    assert third.requirement not in {one.requirement for one in others}


def test_headline_does_not_call_what_nobody_asked_for_not_offered() -> None:
    """Neither what the documents do not claim and no run looked for, nor what they turn out not to demand."""
    musts = [one for one in register.load().requirements.values() if one.level is Level.MUST]
    idle, *others = (Finding(one.id, one.level, Verdict.PASSED) for one in musts if one.feature == "models")
    idle = replace(idle, verdict=Verdict.UNSUPPORTED, applicable=False)

    detail = view(report((idle, *others), "openai"), register.load()).headline.detail

    rest = len(musts) - len(others) - 1
    assert detail == f"{len(others)} of {len(others)} MUST passed. Not run: {rest} MUST. Not demanded: 1 MUST."


def test_profile_has_the_same_total_in_every_run() -> None:
    """Whether all of it was judged or a part; what is open is named."""
    core = [one for one in register.load().requirements.values() if one.feature == "chat" and one.level is Level.MUST]
    passed = [Finding(one.id, one.level, Verdict.PASSED) for one in core]
    nothing = replace(passed[0], verdict=Verdict.UNSUPPORTED, applicable=False)
    unsure = replace(passed[1], verdict=Verdict.INCONCLUSIVE)
    runs = (tuple(passed[:5]), (nothing, unsure, *passed[2:]))
    part, whole = (view(report(findings, "openai"), register.load()).profiles[0] for findings in runs)

    assert part.total == whole.total
    assert part.share == f"5 of 5 MUST; {part.total - 5} not run"
    assert whole.missing == (unsure.requirement,)
    assert whole.share.startswith(f"{len(core) - 2} of {len(core) - 1} MUST, 1 open; ")
