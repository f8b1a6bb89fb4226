"""What an answer that counts costs: each of its numbers is a token at least, whatever the tokenizer."""

from __future__ import annotations

import re

from conformance.words.check import inconclusive


def numbers(text: str) -> int:
    """How many numbers a text holds."""
    return len(re.findall(r"\d+", text))


def demand_numbers_counted(text: str, tokens: int, what: str, limit: int | None = None) -> None:
    """Demands that an answer costs about a token for each of its numbers: half as many where tokens are estimated.

    Inconclusive where none is counted, or the limit of tokens is not kept, which other requirements tell.
    """
    if not tokens or (limit and numbers(text) > limit):
        inconclusive(f"cannot be judged: {numbers(text)} numbers cost {tokens} tokens, the limit is {limit}")
    assert 2 * tokens >= numbers(text), f"{what} has {numbers(text)} numbers, and {tokens} tokens: {text!r:.80}"


def demand_capped(text: str, tokens: int, limit: int, what: str) -> None:
    """Demands that an answer keeps to its limit of tokens, by its numbers and by what it says of itself."""
    assert numbers(text) <= limit, f"the limit is {limit} tokens, but {what} counts {numbers(text)} numbers"
    assert tokens <= limit, f"the limit is {limit} tokens, but {what} is told to cost {tokens}"
