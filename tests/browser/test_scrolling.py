"""A report of 2,000 findings is no longer than a reader scrolls, and scrolls without a halt."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_access import UNFOLD

LONGEST = 10_000
"""Pixels of a page that is folded."""
SLOWEST = 100
"""Milliseconds of a frame."""
ROUNDS = 3
"""What else the machine does is no property of the page: the best of so many rounds counts."""
SCROLL = """
() => new Promise((done) => {
  scrollTo(0, 0);
  const times = [];
  const step = (now) => {
    times.push(now);
    scrollBy(0, 400);
    const left = scrollY + innerHeight < document.documentElement.scrollHeight - 1;
    if (left && times.length < 600) requestAnimationFrame(step);
    else done(times.slice(1).map((time, index) => time - times[index]));
  };
  requestAnimationFrame(step);
})
"""
"""Scrolls half a screen in each frame, and measures how long each took."""


@pytest.mark.parametrize("name", ["many", "report", "gateway"])
def test_page_is_short_at_first(opened: Open, name: str) -> None:
    """However much failed."""
    assert opened(name).evaluate("document.documentElement.scrollHeight") < LONGEST


@pytest.mark.parametrize("unfolded", [False, True], ids=["folded", "unfolded"])
def test_scrolls_smoothly(opened: Open, unfolded: bool) -> None:
    """No frame takes longer than a tenth of a second."""
    page = opened("many")
    if unfolded:
        page.evaluate(UNFOLD)

    slowest = min(_slowest(page) for _ in range(ROUNDS))

    print(f"slowest frame: {slowest:.0f} ms, {'unfolded' if unfolded else 'folded'}")
    assert slowest <= SLOWEST


def _slowest(page: Page) -> float:
    """The longest frame of a way through the page, in milliseconds."""
    return max(page.evaluate(SCROLL))
