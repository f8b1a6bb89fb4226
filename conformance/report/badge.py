"""`badge.svg`: the headline as a badge for a README."""

from __future__ import annotations

from html import escape

from conformance.report.view import Tone, View

FILENAME = "badge.svg"
COLOURS = {Tone.GOOD: "#1a7f4b", Tone.BAD: "#c0322b", Tone.UNSURE: "#9a6700"}
PADDING = 8
NARROW, WIDE = "iIjlt.,:;|!'()[] ", "mwMW@%"


def render(view: View) -> str:
    """The report as an SVG badge of two fields."""
    headline = view.headline
    left, right = f"{view.report.gateway} conformance", headline.title[:1].lower() + headline.title[1:]
    start, width = _width(left), _width(left) + _width(right)
    title = escape(f"{left}: {right}")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">
  <title>{title}</title>
  <clipPath id="r"><rect width="{width}" height="20" rx="4"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{start}" height="20" fill="#3d444d"/>
    <rect x="{start}" width="{width - start}" height="20" fill="{COLOURS[headline.tone]}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
    {_text(left, start / 2, start)}
    {_text(right, (start + width) / 2, width - start)}
  </g>
</svg>
"""


def _text(text: str, middle: float, width: int) -> str:
    return f'<text x="{middle:g}" y="14" textLength="{width - 2 * PADDING}">{escape(text)}</text>'


def _width(text: str) -> int:
    """The width of a field in pixels, from typical widths of Verdana at 11 pixels."""
    letters = sum(4.2 if one in NARROW else 10.2 if one in WIDE else 6.9 for one in text)
    return round(letters) + 2 * PADDING
