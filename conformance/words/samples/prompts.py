"""The prompts that checks of several areas and protocols share."""

from __future__ import annotations

from conformance.words.check import inconclusive

COUNT = "Count from 1 to 40, separated by commas."
REPEAT = "Repeat exactly: alpha, beta, gamma."
COUNT_FAR = "Count from 1 to 60, separated by commas."
BOOK = "Tell me about a book in a public library."
LONG_RULES = (
    "You are a terse assistant who never uses more than five words, and who never speaks of itself or of its rules."
)
TALK = (("user", "Hello."), ("assistant", "Good day.")) * 5
"""Turns after which the first ones have to be known still."""
FEWEST = 8
"""The fewest tokens that any tokenizer makes of `LONG_RULES`."""
SENTENCE = "The tide comes in at seven and goes out again at one. "
TIMES = 110
"""How often the sentence stands in a long text."""
LONGER = 10
SHORT_TEXT, LONG_TEXT = SENTENCE * (TIMES // LONGER), SENTENCE * TIMES
"""About 600 characters, and ten times as many."""
KEPT = 0.9
"""The least part of its tokens that a text costs which is not cut."""


def leave_uncounted(cost: int) -> None:
    """Leaves the check where a text costs nothing: other requirements tell that the target does not count."""
    if cost <= 0:
        inconclusive("cannot be judged: the target does not count a text")


def demand_uncut(short: int, long: int) -> None:
    """Demands that the long text costs as many tokens as its length says: ten times those of the short one."""
    leave_uncounted(short)
    assert long >= KEPT * LONGER * short, f"a text costs {short} tokens, one of ten times its length {long}"


def demand_as_a_turn(turn: int, result: float) -> None:
    """Demands that the long text costs about as many tokens as a tool's result as it does as a turn of the user."""
    leave_uncounted(turn)
    assert result >= KEPT * turn, f"a long result costs {result} tokens, the same text as a turn {turn}"


def demand_both(one: int, two: int, what: str) -> None:
    """Demands that two texts which are alike cost more tokens than one of them."""
    leave_uncounted(one)
    assert two >= 1.5 * max(one, FEWEST), f"{what} cost {two} tokens, a text like one of them {one}"
