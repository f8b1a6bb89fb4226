"""The first screen answers who, when, how it went, and what to repair first."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, Open

WHOLE = "(one) => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"


@pytest.mark.parametrize("name", ["report", "gateway", "many"])
def test_first_screen_says_it_all(opened: Open, name: str) -> None:
    """Without a scroll, at 1280 by 800."""
    page = opened(name)

    parts = [".who", ".when time", "#headline", *(f".worst .cause:nth-child({place}) .impact" for place in (1, 2, 3))]
    if name == "many":
        parts[3:] = [f".worst .cause:nth-child({place}) .what" for place in (1, 2, 3)]
    shown = {part: page.locator(part).evaluate(WHOLE) for part in parts}

    assert all(shown.values()), shown
    assert page.evaluate("innerWidth") == DESK[0]
