"""The templates of pages that need no network.

Everything a gateway said is text: Jinja escapes it, control characters are spelled out, and each page's own policy
forbids every request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.model import Level
from conformance.report.inert import CONTROLS
from conformance.report.view import Judgement

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
CODE = re.compile(r"`([^`]+)`")


def page(name: str, **values: Any) -> str:
    """The page of that template."""
    return _environment().get_template(name).render(**values)


def by_level(judgements: Iterable[Judgement]) -> list[Judgement]:
    """The strongest level first."""
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
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["by_level"] = by_level
    environment.filters["prose"] = _prose
    environment.tests["web"] = lambda address: address.startswith(("https://", "http://"))
    return environment
