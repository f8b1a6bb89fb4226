"""The rule for tokens: optional white space and up to four other characters are one token.

`"".join(cut(text)) == text` for every text, and a cut never splits a character.
"""

from __future__ import annotations

import re
from itertools import islice

_TOKEN = re.compile(r"\s*+\S{1,4}+|\s++")

IMAGE = 85
"""Tokens of one image, whatever its size."""
MESSAGE = 3
"""Tokens that each message costs beyond its content."""


def cut(text: str, most: int | None = None) -> list[str]:
    """The tokens of a text, in order; the first ones of a long text when there are more than `most`."""
    if most is None or len(text) <= most:
        return _TOKEN.findall(text)
    return [match[0] for match in islice(_TOKEN.finditer(text), most)]


def count(text: str) -> int:
    """The number of tokens of a text."""
    words = text.split()
    try:
        counts = bytes(map(len, words)).translate(_COUNTS)
    except ValueError:  # a word of more than 255 characters
        return sum([_of_word(len(word)) for word in words]) + text[-1:].isspace()
    return sum(counts) + text[-1:].isspace()


def _of_word(length: int) -> int:
    return (length + 3) // 4


_COUNTS = bytes(map(_of_word, range(256)))
"""The tokens of words, by their length: a table is faster than a loop."""


def count_bytes(size: int) -> int:
    """The number of tokens of an audio clip or a document of `size` bytes: one for every four, at least one."""
    return max(1, size // 4)
