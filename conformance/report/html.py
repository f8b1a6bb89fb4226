"""`report.html`: the report for people, one file that needs no network.

Everything a gateway said is text: Jinja escapes it, and the page's own policy forbids every request.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.model import Level
from conformance.report.causes import Cause
from conformance.report.drawing import drawn
from conformance.report.inert import CONTROLS
from conformance.report.view import Judgement, Standing, View, expected_failure

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

FILENAME = "report.html"
TEMPLATES = Path(__file__).parent / "templates"
CODE = re.compile(r"`([^`]+)`")
OPEN_AT_FIRST = 3
"""At most this many failed MUST are expanded; more would bury each other."""
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
    return _template().render(
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
    rest = _by_level(tuple(failed.values()))
    return [group for group in [*groups, (None, rest)] if group[1]]


def _by_level(judgements: tuple[Judgement, ...]) -> list[Judgement]:
    return sorted(judgements, key=lambda judgement: list(Level).index(judgement.level))


def _prose(text: str) -> Markup:
    """Escaped text, with `code` between backticks as code."""
    from markupsafe import Markup

    return Markup(CODE.sub(r"<code>\1</code>", escape(_spelled(text))))


def _inert(value: object) -> object:
    """Text whose control characters are spelled out; what turns the direction of text would hide the rest."""
    return _spelled(value) if type(value) is str else value


def _spelled(text: str) -> str:
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["by_level"] = _by_level
    environment.filters["prose"] = _prose
    environment.tests["web"] = lambda address: address.startswith(("https://", "http://"))
    return environment.get_template("report.html.jinja")
