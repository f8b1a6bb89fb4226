"""The words of files: whose they are, which of them is gone, and what is told of one that is not there."""

from __future__ import annotations

from typing import Any

import msgspec

from reference_server.faults.words.situations import Situation, both, no, refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

NOBODYS = "222222"
"""How the id of a file ends that nobody has uploaded."""
MADE_UP = "file-0000nobody"
REFERENCE = "file-reference"


def ghost(name: str) -> dict[str, Any]:
    """What is told of a file that is not there."""
    return {
        "id": name,
        "object": "file",
        "bytes": 7,
        "created_at": 1767225600,
        "filename": "ghost.txt",
        "purpose": "user_data",
        "status": "processed",
    }


def name_of(call: Call) -> str:
    """The id of the file in the path."""
    return call.path.split("/")[2]


def of_nobody(_: Reply, call: Call) -> bool:
    """The request is about the file that nobody has ever uploaded."""
    return name_of(call).endswith(NOBODYS)


def from_account(name: str) -> Situation:
    """The request comes from this account."""
    return lambda _, call: call.key is not None and call.key.account == name


GONE = both(refused("unknown_object"), no(of_nobody), from_account("first"))
"""The file is not found, although its id looks like one that the caller had once."""


def confirm(_: Reply, call: Call) -> Reply:
    """Say that the file is deleted."""
    return Reply.json({"id": name_of(call), "object": "file", "deleted": True})


def as_first(call: Call) -> None:
    """A key of the second account counts as one of the first."""
    if call.key and call.key.account == "second":
        call.key = msgspec.structs.replace(call.key, account="first")


def listed(_: Reply, call: Call) -> bool:
    """The longest page is asked for, and nothing else."""
    return call.query == {"limit": 100}
