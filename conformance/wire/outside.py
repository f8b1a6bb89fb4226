"""What an answer cannot make the client do: keep a session, or ask for what is on this machine or in its network."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from conformance.errors import Inconclusive

Address = IPv4Address | IPv6Address
WORLD, NETWORK, MACHINE, LINK = "world", "network", "machine", "link"
REACHED_FROM = {WORLD: {WORLD}, NETWORK: {WORLD, NETWORK}, MACHINE: {WORLD, NETWORK, MACHINE}, LINK: {WORLD, LINK}}
"""What the addresses in an answer may name, by where the target is."""
PLACES = {NETWORK: "in a private network", MACHINE: "this machine", LINK: "on a link of this machine"}


def no_cookies() -> CookieJar:
    """A jar that takes nothing: a session would answer the checks that send no key."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


class Outside:
    """Keeps addresses that a gateway gives, and redirects from them, where the target is itself, or in the world."""

    def __init__(self, bases: Iterable[str]) -> None:
        self._own = {httpx.URL(base).host for base in bases}

    def demand(self, request: httpx.Request) -> None:
        """Raises `Inconclusive` for a request that goes where no answer may send it."""
        host = request.url.host
        if host in self._own:
            return
        reached = set().union(*(REACHED_FROM[place] for own in self._own for place in _places(own) or {WORLD}))
        if not_reached := sorted(_places(host) - reached):
            raise Inconclusive(
                f"not fetched: an answer names {host}, which is {PLACES[not_reached[0]]}; the target is not"
            )


@lru_cache(256)
def _places(host: str) -> frozenset[str]:
    """Where the addresses of a host are; nowhere when it has none, or only its proxy knows them."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(_place(ip_address(str(address[0]).partition("%")[0])) for *_, address in found)


def _place(address: Address) -> str:
    inner = getattr(address, "ipv4_mapped", None) or address
    if inner.is_link_local:
        return LINK
    if inner.is_loopback or inner.is_unspecified:
        return MACHINE
    return WORLD if inner.is_global else NETWORK
