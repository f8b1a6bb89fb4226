"""The rule for tokens: optional white space and up to four other characters are one token.

`"".join(cut(text)) == text` for every text, and a cut never splits a character.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\s*\S{1,4}|\s+")

IMAGE = 85
"""Tokens of one image, whatever its size."""
MESSAGE = 3
"""Tokens that each message costs beyond its content."""


def cut(text: str) -> list[str]:
    """The tokens of a text, in order."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """The number of tokens of a text."""
    return len(_TOKEN.findall(text)) if text else 0


def count_bytes(size: int) -> int:
    """The number of tokens of an audio clip or a document of `size` bytes: one for every four, at least one."""
    return max(1, size // 4)
