"""The verdicts of a run as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from conformance.model import Level, Report
from conformance.report.view import Judgement, Standing, View, expected_failure, view


def text(report: Report) -> str:
    """The table of verdicts, each failed MUST with a way to repeat it, each other failure on a line, the headline."""
    from conformance import register

    return render(view(report, register.load()))


def render(shown: View) -> str:
    """As `text`, of a report that is joined with its requirements."""
    report = shown.report
    head = f"{report.base_url} held to {report.gateway}, model {report.model}"
    parts = ["", head, *_routes(shown), "", _table(shown), ""]
    parts += [*(f"{one.title:<40}{one.words}" for one in shown.profiles), ""]
    for level in Level:
        parts += _failed(shown, level)
    for judgement in shown.at(Standing.ERRORED):
        parts += ["", f"ERRORED {judgement.id}", *_messages(judgement)]
    headline = shown.headline
    return "\n".join([*parts, f"{headline.title}: {headline.detail}", ""])


def _routes(shown: View) -> Iterator[str]:
    if shown.found:
        yield f"It has {', '.join(shown.found)}."
    yield from (f"Not judged: {reason}." for reason in shown.lacking)


def _table(shown: View) -> str:
    rows = [["", *Level]]
    rows += [[standing, *(str(len(shown.at(standing, level))) for level in Level)] for standing in Standing]
    return "\n".join(f"{row[0]:<14}" + "".join(f"{cell:>8}" for cell in row[1:]) for row in rows)


def _failed(shown: View, level: Level) -> Iterator[str]:
    for judgement in shown.at(Standing.FAILED, level):
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
    curls = [evidence.curl for finding in judgement.notable for evidence in finding.evidence[:1]]
    for curl in dict.fromkeys(curls):
        yield indent(curl, "    ")


def _messages(judgement: Judgement) -> list[str]:
    """Each message once, with the first case that it holds for."""
    found: dict[str, str] = {}
    for finding in judgement.notable:
        if not expected_failure(finding):
            found.setdefault(finding.message, f" [{finding.case}]" if finding.case else "")
    return [f"  →{case} {message}" for message, case in found.items()]
