"""The HTTP client for one target: no cookies, no redirects, and the way to it that its target file names."""

from __future__ import annotations

import ssl
from collections.abc import Iterable

import httpx

from conformance.target import Target
from conformance.wire.outside import Outside, no_cookies

CONNECT = 10.0
"""The most seconds that a connection may take."""


def client_for(target: Target, bases: Iterable[str], transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for what is below these base URLs. `transport` takes the place of the network.

    Raises `InvalidTarget` for a certificate that cannot be used.
    """
    client = httpx.Client(
        timeout=httpx.Timeout(target.timeout, connect=CONNECT),
        trust_env=not target.local,
        verify=_verify(target),
        proxy=target.way.proxy,
        transport=transport,
    )
    client.cookies = no_cookies()
    client.event_hooks = {"request": [Outside([target.base_url, *bases]).demand]}
    return client


def _verify(target: Target) -> bool | ssl.SSLContext:
    """What is trusted. Loading the usual certificates takes time, which a target without TLS need not wait for."""
    if target.way.ca_bundle or target.way.certificate:
        return target.way.context()
    return target.base_url.startswith("https:")
