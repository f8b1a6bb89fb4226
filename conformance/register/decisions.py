"""Traces the decisions in `x-gateway` that a check reads, because its verdict rests on them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from gateway_contract import Contract

UNREPORTED = ("features", "optional", "model_dependent", "pending", "sources")
"""The parts that select what is judged; a verdict does not rest on them."""


class Decisions(dict[str, Any]):
    """A table of `x-gateway`. `read` holds the dotted name of everything that was looked up in it."""

    def __init__(self, values: Mapping[str, Any], read: set[str] | None = None, place: str = "") -> None:
        self.read: set[str] = set() if read is None else read
        self._place = place
        super().__init__((name, self._below(name, value)) for name, value in values.items())

    def __getitem__(self, name: str) -> Any:
        self.read.add(self._place + name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of that name, or the default."""
        self.read.add(self._place + name)
        return super().get(name, default)

    def _below(self, name: str, value: Any) -> Any:
        return Decisions(value, self.read, f"{self._place}{name}.") if isinstance(value, dict) else value


def traced(contract: Contract) -> Contract:
    """The same contract, but its `gateway` records what is read from it."""
    result = copy(contract)
    result.document = {**contract.document, "x-gateway": Decisions(contract.gateway)}
    return result


def rested_on(gateway: dict[str, Any]) -> dict[str, Any]:
    """The values that were read from a traced `x-gateway`, by dotted name; not a table of which a part was read."""
    read = gateway.read if isinstance(gateway, Decisions) else set()
    parts = {name for name in read if not any(other.startswith(f"{name}.") for other in read)}
    return {name: value(gateway, name) for name in sorted(parts) if not name.startswith(UNREPORTED)}


def forget(gateway: dict[str, Any]) -> None:
    """Clears the record of a traced `x-gateway`."""
    if isinstance(gateway, Decisions):
        gateway.read.clear()


def value(gateway: Mapping[str, Any], name: str) -> Any:
    """The plain value under a dotted name, or None."""
    node: Any = gateway
    for step in name.split("."):
        node = dict.get(node, step) if isinstance(node, dict) else None
    return _plain(node)


def _plain(node: Any) -> Any:
    return {name: _plain(one) for name, one in node.items()} if isinstance(node, dict) else node
