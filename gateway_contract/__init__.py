"""Loads the contract of a gateway: what is documented, as data in `openapi/`."""

from __future__ import annotations

from functools import cache

from gateway_contract import errors
from gateway_contract._build import read
from gateway_contract._contract import Contract, pattern
from gateway_contract._earlier import earlier
from gateway_contract._link import Link, named
from gateway_contract._operation import FORM, JSON, Operation, server_of
from gateway_contract._problem import Problem
from gateway_contract._rules import AMONG, NEEDS
from gateway_contract._sources import BASE, gateway_names

__all__ = [
    "AMONG",
    "FORM",
    "JSON",
    "NEEDS",
    "Contract",
    "Link",
    "Operation",
    "Problem",
    "earlier",
    "errors",
    "load",
    "named",
    "names",
    "pattern",
    "server_of",
]


def load(gateway: str | None = None) -> Contract:
    """The contract of a gateway; for None or "openai", the base contract. It is loaded once.

    Raises:
        UnknownGateway: no overlay has that name.
        ContractError: the built file is not current and the sources cannot be built.
    """
    return _load(gateway or BASE)


def names() -> tuple[str, ...]:
    """The names of all gateways that have an overlay, sorted."""
    return gateway_names()


@cache
def _load(name: str) -> Contract:
    return Contract(name, read(name))
