"""What may be meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str]) -> str:
    """`did you mean run?`, or nothing. Of names with dots, the last part alone may be meant, of the shortest name."""
    names = sorted(known, key=len, reverse=True)
    words = {**{one.rpartition(".")[2]: one for one in names}, **{one: one for one in names}}
    matches = get_close_matches(name, words, n=1)
    return f"did you mean {words[matches[0]]}?" if matches else ""


def choice(name: str, known: Iterable[str]) -> str:
    """The name that may be meant, and all that there are."""
    names = list(known)
    return f"{near(name, names)} known: {', '.join(names)}".strip()
