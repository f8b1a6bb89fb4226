"""Texts are compared by their tokens, and only where tokens are counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.errors import Inconclusive
from conformance.words.samples.prompts import demand_as_a_turn, demand_both, demand_uncut

UNCOUNTED: dict[str, Callable[[], None]] = {
    "a long text": lambda: demand_uncut(0, 0),
    "a result": lambda: demand_as_a_turn(0, 0),
    "two parts": lambda: demand_both(0, 0, "two parts"),
}
LOST: dict[str, Callable[[], None]] = {
    "a long text": lambda: demand_uncut(150, 1000),
    "a result": lambda: demand_as_a_turn(1500, 250),
    "two parts": lambda: demand_both(150, 160, "two parts"),
}


@pytest.mark.parametrize("name", UNCOUNTED)
def test_what_costs_nothing_judges_nothing(name: str) -> None:
    """A target that counts no text is told so by the requirements on usage, and by no other."""
    with pytest.raises(Inconclusive):
        UNCOUNTED[name]()


@pytest.mark.parametrize("name", LOST)
def test_what_costs_less_than_it_says_was_lost(name: str) -> None:
    """Something of the text did not reach the model."""
    with pytest.raises(AssertionError):
        LOST[name]()


def test_overhead_of_a_turn_is_no_loss() -> None:
    """A turn costs a few tokens more than its text, which a part or a result does not."""
    demand_uncut(154, 1504)
    demand_as_a_turn(1512, 1400)
    demand_both(160, 300, "two parts")
