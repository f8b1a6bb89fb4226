"""Builds a string that matches a regular expression: short, printable and always the same.

Expressions come from requests, so they are matched by an engine that never backtracks: look-around and back-references
are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

import jsonschema_rs

from reference_server.errors import UnsatisfiableSchema

op: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_CATEGORIES = {
    op.CATEGORY_DIGIT: "7",
    op.CATEGORY_WORD: "a",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_NOT_DIGIT: "a",
    op.CATEGORY_NOT_WORD: "-",
    op.CATEGORY_NOT_SPACE: "a",
}
_CANDIDATES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:;/@#+*()"

ENGINE = jsonschema_rs.RegexOptions(size_limit=2**20, dfa_size_limit=2**20)
"""Takes a time that is linear in the text, whatever the expression. The limits are bytes of memory."""
_LONGEST = 100_000
"""Characters of a text that is built."""


@lru_cache(maxsize=512)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern matches a text, at any place of it. Raises UnsatisfiableSchema when it is not supported."""
    try:
        validator = jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=ENGINE)
    except ValueError as error:
        message = f"the pattern {pattern[:200]!r} is not supported"
        raise UnsatisfiableSchema(message, "look-around and back-references are not") from error
    return validator.is_valid


def example(pattern: str, minimum: int = 0, maximum: int | None = None) -> str | None:
    """A text of `minimum` to `maximum` characters that the pattern matches, or None when none is found.

    Raises UnsatisfiableSchema when the pattern is not supported, and re.error when this module cannot read it.
    """
    limit = maximum if maximum is not None else max(minimum, 64) + 1000
    matches = matcher(pattern)
    parsed = parser.parse(pattern)
    for extra in (0, 1, 2, 3, 5, 8, minimum):
        for text in _fitted(_walk(parsed, extra), minimum):
            if minimum <= len(text) <= limit and matches(text):
                return text
    return None


def _fitted(text: str, minimum: int) -> tuple[str, str, str]:
    """A pattern without anchors also matches with padding before or after."""
    padding = "a" * max(0, minimum - len(text))
    return text, text + padding, padding + text


def _walk(nodes: Any, extra: int) -> str:
    return "".join(_WRITERS.get(kind, _nothing)(value, extra) for kind, value in nodes)


def _nothing(_value: Any, _extra: int) -> str:
    return ""


def _literal(value: int, _extra: int) -> str:
    return chr(value)


def _any(_value: Any, _extra: int) -> str:
    return "a"


def _not_literal(value: int, _extra: int) -> str:
    return "a" if value != ord("a") else "b"


def _set(items: Sequence[tuple[Any, Any]], _extra: int) -> str:
    if items[0][0] is op.NEGATE:
        return next((letter for letter in _CANDIDATES if not _in_set(letter, items[1:])), "")
    kind, value = items[0]
    if kind is op.RANGE:
        return chr(value[0])
    return _CATEGORIES.get(value, "a") if kind is op.CATEGORY else chr(value)


def _in_set(letter: str, items: Sequence[tuple[Any, Any]]) -> bool:
    return any(_matches(letter, kind, value) for kind, value in items)


def _matches(letter: str, kind: Any, value: Any) -> bool:
    if kind is op.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    if kind is op.CATEGORY:
        classes = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_WORD: r"\w", op.CATEGORY_SPACE: r"\s"}
        return bool(re.match(classes.get(value, r"(?!)"), letter))
    return bool(ord(letter) == value)


def _repeat(value: tuple[int, int, Any], extra: int) -> str:
    least, most, nodes = value
    times = least + extra if most is op.MAXREPEAT else min(least + extra, most)
    text = _walk(nodes, extra)
    if len(text) * times > _LONGEST:
        raise UnsatisfiableSchema(f"a text of more than {_LONGEST} characters is needed")
    return text * times


def _group(value: tuple[Any, ...], extra: int) -> str:
    return _walk(value[-1], extra)


def _branch(value: tuple[Any, Sequence[Any]], extra: int) -> str:
    return _walk(value[1][0], extra)


_WRITERS: dict[Any, Callable[[Any, int], str]] = {
    op.LITERAL: _literal,
    op.NOT_LITERAL: _not_literal,
    op.ANY: _any,
    op.IN: _set,
    op.MAX_REPEAT: _repeat,
    op.MIN_REPEAT: _repeat,
    op.POSSESSIVE_REPEAT: _repeat,
    op.SUBPATTERN: _group,
    op.ATOMIC_GROUP: _group,
    op.BRANCH: _branch,
}
