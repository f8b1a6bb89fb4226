"""The prompts that checks of several areas and protocols share."""

from __future__ import annotations

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
