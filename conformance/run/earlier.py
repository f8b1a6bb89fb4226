"""What has to be asked before a request, because the request names what an earlier answer gave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.wire.exchange import Exchange

IDS = re.compile(r'"(\w*id)"\s*:\s*"([^"]*)"')
"""A member of an answer that names something."""
KEPT = re.compile(r'"(?:file_id|previous_response_id|file_ids|fileId)"\s*:\s*\[?"([^"]+)"')
"""A member of a request that names what the gateway keeps."""
SHORTEST = 6
"""The fewest characters of an id, one of which is a digit."""
LARGEST = 1 << 20
"""The most bytes of an answer in which ids are looked for."""
DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an id comes from: the `place`-th member of that name in the answer to an exchange."""

    value: str
    exchange: Exchange
    member: str
    place: int


def origins(exchange: Exchange, earlier: Sequence[Exchange]) -> list[Origin]:
    """Where the ids in a request come from. An answer that gave one is taken for all that it gave."""
    text = _sent(exchange)
    makers = [maker for value in _names(exchange) if (maker := _maker(value, earlier))]
    pairs = dict.fromkeys((maker, value) for maker in makers for _, value in _ids(maker) if value in text)
    return [_origin(value, maker) for maker, value in pairs]


def needed(exchange: Exchange, earlier: Sequence[Exchange]) -> list[Exchange]:
    """The requests that come before one that is repeated, in order: they made, or deleted, what it names."""
    before = [one for one in earlier if one.number < exchange.number]
    found: dict[Exchange, None] = {}
    for origin in origins(exchange, before):
        found |= dict.fromkeys([*needed(origin.exchange, before), origin.exchange])
        found |= dict.fromkeys(one for one in before if one.request.method == "DELETE" and origin.value in one.url)
    return sorted(found, key=lambda one: one.number)


def _maker(value: str, earlier: Iterable[Exchange]) -> Exchange | None:
    """The first request whose answer gave the id."""
    for one in earlier:
        made = one.request.method == "POST" and 200 <= one.status < 300 and one.size <= LARGEST
        made = made and value.encode() in one.body
        if made and any(value == known for _, known in _ids(one)):
            return one
    return None


def _ids(exchange: Exchange) -> Iterator[tuple[str, str]]:
    return ((one[1], one[2]) for one in IDS.finditer(exchange.text) if len(one[2]) >= SHORTEST)


def _origin(value: str, maker: Exchange) -> Origin:
    member = next(name for name, known in _ids(maker) if known == value)
    values = [one[2] for one in IDS.finditer(maker.text) if one[1] == member]
    return Origin(value, maker, member, values.index(value) + 1)


def _names(exchange: Exchange) -> list[str]:
    """What a request may name: the steps and values of its path, and what its body says is kept."""
    steps = re.split(r"[/?&=]", "" if "://" in exchange.request.path else exchange.request.path)
    names = [*steps, *KEPT.findall(_sent(exchange))]
    return list(dict.fromkeys(name for name in names if len(name) >= SHORTEST and DIGIT.search(name)))


def _sent(exchange: Exchange) -> str:
    return exchange.request.path + "\n" + (exchange.request.body or b"").decode("utf-8", "ignore")
