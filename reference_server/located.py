"""The document of a contract, with the addresses of the server that plays it."""

from __future__ import annotations

from typing import Any

from gateway_contract import Contract, server_of
from reference_server import protocols


def located(contract: Contract, root: str) -> dict[str, Any]:
    """The document, whose servers are those below `root`, such as "http://127.0.0.1:8000"."""
    addresses = {name: f"{root}{base}" or "/" for name, base in contract.bases.items()}
    rules = contract.document["x-gateway"]
    spoken = {name: {**one, "base_url": addresses[name]} for name, one in rules["protocols"].items()}
    return {
        **contract.document,
        "servers": [{"url": addresses[protocols.DEFAULT], "description": "This server."}],
        "paths": {path: _served(path, item, addresses) for path, item in contract.document["paths"].items()},
        "x-gateway": {**rules, "protocols": spoken},
    }


def _served(path: str, item: dict[str, Any], addresses: dict[str, str]) -> dict[str, Any]:
    """A path with the address at which this server has it, where that is not the usual one."""
    if "servers" not in item:
        return item
    return {**item, "servers": [{"url": server_of(addresses[item["x-protocol"]], path, item)}]}
