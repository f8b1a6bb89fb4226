"""A request on its way to a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from gateway_contract import Contract, Operation
    from reference_server.fixtures import Key
    from reference_server.scenario.script import Play
    from reference_server.wire.form import Upload


class Call(msgspec.Struct):
    """One request. `path` is relative to the base of its protocol, header names are lower-case.

    `address` is the whole path, without the names of faults.

    `raw` is None when the body was too large to keep. `body` is the decoded JSON, or the fields of a form, whose files
    are in `uploads`. `query` holds the texts that were sent, or typed values once the operation is known.

    `operation` is None for an unknown route, `key` is None before authentication and on routes that need none.
    """

    id: str
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes | None
    contract: Contract
    protocol: str = "openai"
    query: dict[str, Any] = {}
    uploads: dict[str, list[Upload]] = {}
    operation: Operation | None = None
    parameters: dict[str, str] = {}
    key: Key | None = None
    body: Any = None
    address: str = ""
    memory: dict[str, Any] = {}
    """What faults remember on this server, from one request to the next."""
    sent: dict[str, Any] | None = None
    """The query as it was sent, when there was one."""
    at_once: bool = False
    """Whether an answer may be written at once: nobody changes its parts."""
    play: Play | None = None
    """What a scenario, or a header, says of the answer."""
