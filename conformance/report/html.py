"""`report.html`: the report for people, one file that needs no network.

Everything a gateway said is text: Jinja escapes it, and the page's own policy forbids every request.
"""

from __future__ import annotations

from conformance.model import Level
from conformance.report.causes import Cause
from conformance.report.drawing import drawn
from conformance.report.pages import by_level, page
from conformance.report.view import Judgement, Standing, View, expected_failure

FILENAME = "report.html"
OPEN_AT_FIRST = 3
"""At most this many failed MUST are expanded; more would bury each other."""
READABLE = 30
"""With more failures than this, they are folded below their causes at first."""
SHOWN_CAUSES = 40
"""The causes of failures that are shown before the others are asked for."""
WORST = 3
"""The causes that the first screen shows."""
QUIET = (Standing.INCONCLUSIVE, Standing.UNSUPPORTED, Standing.UNJUDGED, Standing.PASSED)
"""The standings whose requirements are folded away at first."""

TITLES = {
    Standing.FAILED: ("Failed", "The gateway does otherwise than it must or should."),
    Standing.ERRORED: ("Errored", "The suite or the network failed, which says nothing about the gateway."),
    Standing.EXPECTED: ("Expected failures", "The target file names these failures with a reason."),
    Standing.INCONCLUSIVE: ("Inconclusive", "The situation that the check needs was never reached."),
    Standing.UNSUPPORTED: ("Unsupported", "Not claimed by the gateway, or the target names no fixture for it."),
    Standing.UNJUDGED: ("Unjudged", "This run did not come to these requirements."),
    Standing.PASSED: ("Passed", ""),
}


def render(view: View) -> str:
    """The report as one self-contained page."""
    return page(
        "report.html.jinja",
        view=view,
        report=view.report,
        headline=view.headline,
        levels=list(Level),
        standings=list(Standing),
        titles=TITLES,
        opened=_opened(view),
        expected_failure=expected_failure,
        drawn=drawn,
        grouped=_grouped(view),
        folded=len(view.at(Standing.FAILED)) > READABLE,
        shown_causes=SHOWN_CAUSES,
        quiet=QUIET,
        worst=WORST,
    )


def _opened(view: View) -> set[str]:
    """The requirements that are expanded at first."""
    failed = view.at(Standing.FAILED, Level.MUST)
    return {one.id for one in failed} if len(failed) <= OPEN_AT_FIRST else set()


def _grouped(view: View) -> list[tuple[Cause | None, list[Judgement]]]:
    """The failed requirements below their causes; those of none come last."""
    failed = {one.id: one for one in view.at(Standing.FAILED)}
    groups: list[tuple[Cause | None, list[Judgement]]] = [
        (cause, [failed.pop(name) for name in cause.requirements if name in failed]) for cause in view.causes
    ]
    rest = by_level(tuple(failed.values()))
    return [group for group in [*groups, (None, rest)] if group[1]]
