"""Text of a gateway that can do nothing to a terminal, to the log of a CI system, or to a file."""

from __future__ import annotations

import re

LONGEST = 500
"""The most characters of a line. The report has all of it."""
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""All control characters but line feeds and tabs, those that turn the direction of text, and lone surrogates."""
COMMAND = re.compile(r"^(\s*:):|(#)#(?=\w*\[)|(section)_(?=(?:start|end):)")
"""How a line begins, or what it holds, that is a command to a CI system."""


def inert(text: str, longest: int | None = LONGEST) -> str:
    """The text with its control characters spelled out, without commands, and with shortened lines."""
    lines = CONTROLS.sub(_spelled, text).split("\n")
    return "\n".join(_shortened(COMMAND.sub(_parted, line), longest) for line in lines)


def encodable(text: str) -> str:
    """The text as UTF-8 can carry it: a lone surrogate, which JSON can spell, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _parted(match: re.Match[str]) -> str:
    """The same with a space in it."""
    rest = ":" if match[1] else "#" if match[2] else ""
    return f"{match[1] or match[2] or match[3]} {rest}"


def _shortened(line: str, longest: int | None) -> str:
    if longest is None or len(line) <= longest:
        return line
    end = f" ... {len(line)} characters"
    return line[: longest - len(end)] + end
