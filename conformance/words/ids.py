"""Ids that nobody has, in the form of those that the gateway gives.

A gateway may refuse an id for its form before it looks for it. So an unknown id is one of its own with other characters
at its end; only where it has given none is the id made up, and may be refused for its form.
"""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN, ILL_FORMED = "unknown_object", "invalid_value"
CHANGED = 6
"""How many characters at the end of an id are changed."""
LONG = 12
"""An id with as many letters and digits is not counted up: changed at its end it is nobody's."""
FILLERS = "23"
"""Digits that every usual alphabet of ids has: decimal, hexadecimal, base32, base58 and base64."""


class Nobodys(NamedTuple):
    """An id that nobody has, and the causes for which a request with it may be refused."""

    id: str
    causes: tuple[str, ...]


def nobodys(own: str | None, made_up: str) -> Nobodys:
    """An id that nobody has, like one of the gateway's own where there is a long one."""
    if own and sum(map(str.isalnum, own)) >= LONG:
        return Nobodys(like(own), (UNKNOWN,))
    return Nobodys(made_up, (UNKNOWN, ILL_FORMED))


def like(own: str) -> str:
    """The id with other letters and digits at its end."""
    places = [place for place, letter in enumerate(own) if letter.isalnum()][-CHANGED:]
    filler = next(one for one in FILLERS if any(own[place] != one for place in places))
    return "".join(filler if place in places else letter for place, letter in enumerate(own))
