"""What a verdict rests on beside the answers: the decisions in `x-gateway` that its check read."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from gateway_contract import Contract

UNTOLD = ("features", "optional", "model_dependent", "pending", "sources")
"""Parts that say what is judged at all."""


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
    """The same contract, whose `gateway` remembers what is read of it."""
    found = copy(contract)
    found.document = {**contract.document, "x-gateway": Decisions(contract.gateway)}
    return found


def rested_on(gateway: dict[str, Any]) -> dict[str, Any]:
    """What was read of a traced `x-gateway`, by its dotted name: of a table and a part of it, the part."""
    read = gateway.read if isinstance(gateway, Decisions) else set()
    parts = {name for name in read if not any(other.startswith(f"{name}.") for other in read)}
    return {name: value(gateway, name) for name in sorted(parts) if not name.startswith(UNTOLD)}


def forget(gateway: dict[str, Any]) -> None:
    """From here on, nothing was read of a traced `x-gateway`."""
    if isinstance(gateway, Decisions):
        gateway.read.clear()


def value(gateway: Mapping[str, Any], name: str) -> Any:
    """What stands under a dotted name, as plain values; None where there is nothing."""
    found: Any = gateway
    for step in name.split("."):
        found = dict.get(found, step) if isinstance(found, dict) else None
    return _plain(found)


def _plain(found: Any) -> Any:
    return {name: _plain(one) for name, one in found.items()} if isinstance(found, dict) else found
