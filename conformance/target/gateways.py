"""The gateways that a target may be held to."""

from __future__ import annotations

import gateway_contract
from conformance.errors import UsageError
from gateway_contract.nearest import choice


def check(name: str | None) -> None:
    """Raises `UsageError` for a gateway that no contract describes."""
    known = ("openai", *gateway_contract.names())
    if name and name not in known:
        raise UsageError(f"unknown gateway {name!r}", choice(name, known))
