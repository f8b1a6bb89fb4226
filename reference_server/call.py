"""A request on its way to a handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openapi import Contract, Operation
    from reference_server.fixtures import Key


@dataclass(slots=True)
class Call:
    """One request. `path` is relative to the server's base, header names are lower-case, `body` is the decoded JSON.
    `raw` is None when the body was too large to keep.

    `operation` is None for an unknown route, `key` is None before authentication and on routes that need none.
    """

    id: str
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes | None
    contract: Contract
    operation: Operation | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    key: Key | None = None
    body: Any = None
