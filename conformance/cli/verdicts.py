"""The verdicts of a run as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from conformance.model import Level, Report
from conformance.report import scripts
from conformance.report.inert import inert
from conformance.report.view import Judgement, Standing, View, expected_failure, view


def text(report: Report) -> str:
    """The table of verdicts, each failed MUST and how to reproduce it, other failures on a line each, the headline."""
    from conformance import register

    return render(view(report, register.load()))


def render(view: View) -> str:
    """The same as `text`, for a report that is already joined with its requirements."""
    report = view.report
    head = f"{report.base_url} held to {report.gateway}, model {report.model}"
    parts = ["", head, *_causes(view), *_routes(view), "", _table(view), ""]
    parts += [*(f"{one.title:<40}{one.words}" for one in view.profiles), ""]
    for level in Level:
        parts += _failed(view, level)
    for judgement in view.at(Standing.ERRORED):
        parts += ["", f"ERRORED {judgement.id}", *_messages(judgement)]
    headline = view.headline
    return inert("\n".join([*parts, f"{headline.title}: {headline.detail}", ""]))


def _causes(view: View) -> Iterator[str]:
    if view.causes:
        yield "\nCauses:"
    for one in view.causes:
        yield f"  {one.level:<7}{one.cost:>3}  {one.title}"


def _routes(view: View) -> Iterator[str]:
    if view.extra_routes:
        yield f"It has {', '.join(view.extra_routes)}."
    yield from (f"Not judged: {reason}." for reason in view.route_problems)


def _table(view: View) -> str:
    rows = [["", *Level]]
    rows += [[standing, *(str(len(view.at(standing, level))) for level in Level)] for standing in Standing]
    return "\n".join(f"{row[0]:<14}" + "".join(f"{cell:>8}" for cell in row[1:]) for row in rows)


def _failed(view: View, level: Level) -> Iterator[str]:
    for judgement in view.at(Standing.FAILED, level):
        if level == Level.MUST:
            yield f"FAILED {judgement.id}"
            yield from _in_full(judgement)
            yield ""
        else:
            yield f"WARNED {judgement.id} ({level}): {'; '.join(line.strip() for line in _messages(judgement))}"
            yield ""


def _in_full(judgement: Judgement) -> Iterator[str]:
    yield f"  {judgement.requirement.text}"
    for citation in judgement.citations:
        yield f"  {citation.words} {citation.address}"
    yield from _messages(judgement)
    yield from (f"  decided for this gateway: {line}" for line in judgement.decisions)
    for curl in dict.fromkeys(curl for finding in judgement.notable for curl in finding.curls):
        yield indent(scripts.named(curl), "    ")


def _messages(judgement: Judgement) -> list[str]:
    """Each message once, with the first case that has it."""
    cases: dict[str, str] = {}
    for finding in judgement.notable:
        if not expected_failure(finding):
            cases.setdefault(finding.message, f" [{finding.case}]" if finding.case else "")
    return [f"  →{case} {message}" for message, case in cases.items()]
