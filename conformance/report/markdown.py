"""`summary.md`: the report for pull requests and job summaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from conformance.model import Finding, Level
from conformance.report.causes import Cause
from conformance.report.inert import inert
from conformance.report.view import Citation, Conformity, Judgement, Standing, Tone, View, expected_failure

FILENAME = "summary.md"
SIGNS = {Tone.GOOD: "✅", Tone.BAD: "❌", Tone.UNSURE: "⚠️"}
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
CODE = re.compile(r"(`[^`]+`)")
QUIET = {
    Standing.INCONCLUSIVE: "the situation was never reached",
    Standing.UNSUPPORTED: "not claimed, or the target names no fixture for it",
}


def render(view: View) -> str:
    """The report as GitHub-flavoured Markdown."""
    parts = [_head(view), _causes(view), _profiles(view), _levels(view), _areas(view)]
    parts += [_failures(view, level) for level in Level]
    parts += [_errored(view), _expected(view), *(_quiet(view, standing) for standing in QUIET)]
    return inert("\n\n".join(part for part in parts if part), None) + "\n"


def plain(text: str) -> str:
    """Text on one line, escaped so that Markdown shows it unchanged."""
    return SPECIAL.sub(r"\\\1", _line(text))


def prose(text: str) -> str:
    """Like `plain`, with `code` between backticks left as code."""
    return "".join(part if part.startswith("`") else SPECIAL.sub(r"\\\1", part) for part in CODE.split(_line(text)))


def _line(text: str) -> str:
    return " ".join(text.split())


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    names = list(header)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(view: View) -> str:
    report, headline, counts = view.report, view.headline, view.report.counts
    versions = ", ".join(f"{plain(name)} {plain(version)}" for name, version in report.versions.items())
    facts = [
        f"- Target: {plain(report.base_url)}, held to **{plain(report.gateway)}**, model {plain(report.model)}",
        f"- Run: {report.started}, {report.wall_time:.1f} s, seed {report.seed}; {versions}",
        f"- Cost: {counts.requests} requests, {counts.prompt_tokens} prompt and {counts.completion_tokens} completion"
        " tokens",
    ]
    if view.extra_routes:
        facts.append(f"- It has {', '.join(f'`{route}`' for route in view.extra_routes)}.")
    facts += [f"- Not judged: {plain(reason)}." for reason in view.route_problems]
    return f"# {SIGNS[headline.tone]} {headline.title}\n\n{headline.detail}\n\n" + "\n".join(facts)


def _causes(view: View) -> str:
    """What to repair first, what it does to users, and what usually helps."""
    lines = [line for place, one in enumerate(view.causes, 1) for line in _cause(place, one)]
    return "\n\n".join([f"## Causes ({len(view.causes)})", "\n".join(lines)]) if lines else ""


def _cause(place: int, cause: Cause) -> Iterator[str]:
    yield f"{place}. **{prose(cause.title)}** ({cause.level}, {cause.cost})"
    if cause.impact:
        yield f"   - {prose(cause.impact)}"
    yield from (f"   - Seen on the same exchange: {plain(one.words)} (`{one.requirement}`)" for one in cause.clients)
    if cause.remedy:
        yield f"   - Usually helps: {prose(cause.remedy)}"
    yield f"   - {', '.join(f'`{name}`' for name in cause.requirements)}"


def _profiles(view: View) -> str:
    rows = [[plain(one.title), str(one.conformity), one.share] for one in view.profiles]
    open_ones = [
        f"Open in {plain(one.title)}: {', '.join(f'`{name}`' for name in one.missing)}"
        for one in view.profiles
        if one.missing and one.conformity is Conformity.PARTIAL
    ]
    return "\n\n".join([table(["Profile", "Conformity", "MUST passed"], rows), *open_ones]) if rows else ""


def _levels(view: View) -> str:
    rows = [[level, *(len(view.at(standing, level)) for standing in Standing)] for level in Level]
    return table(["Level", *(standing.capitalize() for standing in Standing)], rows)


def _areas(view: View) -> str:
    rows = [[plain(area), *(len(view.at(standing, area=area)) for standing in Standing)] for area in view.judged_areas]
    return table(["Area", *(standing.capitalize() for standing in Standing)], rows) if rows else ""


def _failures(view: View, level: Level) -> str:
    """Every failed MUST in full, every failed SHOULD and MAY on a line."""
    failed = view.at(Standing.FAILED, level)
    if not failed:
        return ""
    if level == Level.MUST:
        return "\n\n".join([f"## Failed: MUST ({len(failed)})", *(_in_full(judgement) for judgement in failed)])
    lines = [f"- `{one.id}`: {'; '.join(_messages(one))}" for one in failed]
    return "\n\n".join([f"## Warnings: {level} ({len(failed)})", "\n".join(lines)])


def _errored(view: View) -> str:
    errored = view.at(Standing.ERRORED)
    if not errored:
        return ""
    note = "The suite or the network failed here, which says nothing about the gateway."
    return "\n\n".join([f"## Errored ({len(errored)})", note, *(_in_full(judgement) for judgement in errored)])


def _in_full(judgement: Judgement) -> str:
    parts = [f"### `{judgement.id}`", prose(judgement.requirement.text)]
    parts.append("\n>\n".join(_cited(citation) for citation in judgement.citations))
    for finding in judgement.notable:
        if not expected_failure(finding):
            parts += _finding(finding)
    return "\n\n".join(part for part in parts if part)


def _cited(citation: Citation) -> str:
    return f"> {plain(citation.words)} ({plain(citation.id)}, <{citation.address}>)"


def _finding(finding: Finding) -> Iterator[str]:
    case = f" ({plain(finding.case)})" if finding.case else ""
    yield f"**{finding.verdict.capitalize()}{case}:** {plain(finding.message)}"
    if finding.decisions:
        decided = (f"`{name} = {json.dumps(value)}`" for name, value in finding.decisions.items())
        yield f"Decided for this gateway: {', '.join(decided)}"
    for evidence in finding.evidence:
        yield fenced(evidence.curl, "sh")


def _expected(view: View) -> str:
    known = [finding for one in view.judgements for finding in one.findings if expected_failure(finding)]
    lines = [f"- `{one.requirement}`: {plain(one.message)} (expected: {plain(one.expected or '')})" for one in known]
    return "\n\n".join([f"## Expected failures ({len(lines)})", "\n".join(lines)]) if lines else ""


def _quiet(view: View, standing: Standing) -> str:
    """Requirements without a verdict, grouped by reason."""
    reasons: dict[str, list[str]] = {}
    judgements = view.at(standing)
    for judgement in judgements:
        reason = next(iter(_messages(judgement)), "") or QUIET[standing]
        reasons.setdefault(reason, []).append(f"`{judgement.id}`")
    lines = [f"- {reason}: {', '.join(names)}" for reason, names in reasons.items()]
    return "\n\n".join([f"## {standing.capitalize()} ({len(judgements)})", "\n".join(lines)]) if lines else ""


def _messages(judgement: Judgement) -> list[str]:
    """The messages of the findings that did not pass, without duplicates."""
    return list(dict.fromkeys(plain(one.message) for one in judgement.notable if not expected_failure(one)))
