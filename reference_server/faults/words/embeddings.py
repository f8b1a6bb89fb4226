"""The words of faults in embeddings: the entries of an answer, their vectors, and the texts that were sent."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from reference_server.faults.words.edits import Edit, change
from reference_server.faults.words.situations import sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

INDEX = "data[].index"
VECTOR = "data[].embedding"
FORMAT = "encoding_format"
Vector = list[float]
_FEW = 100
"""Fewer texts than the largest batch has."""


def entries(reply: Reply) -> list[dict[str, Any]]:
    """The entries of a success; none for any other answer."""
    return reply.body["data"] if reply.ok else []


def texts(call: Call) -> list[str]:
    """The texts of a request for a few of them; none for any other request."""
    value = sent(call).get("input")
    few = value if isinstance(value, list) and len(value) < _FEW else []
    return few if all(isinstance(text, str) for text in few) else []


def tokens(call: Call) -> list[int]:
    """The tokens of a request for one array of them; none for any other request."""
    value = sent(call).get("input")
    return value if isinstance(value, list) and value and isinstance(value[0], int) else []


def several(_: Reply, call: Call) -> bool:
    """The request has a few texts, more than one."""
    return len(texts(call)) > 1


def wants(form: str | None) -> Callable[[Call], bool]:
    """The request asks for this form of vectors; None is no word of it."""
    return lambda call: sent(call).get(FORMAT) == form


def unformed(_: Reply, call: Call) -> bool:
    """The request does not say in which form it wants the vectors."""
    return FORMAT not in sent(call)


def floats(function: Callable[[Vector], Any]) -> Edit:
    """Change every vector that is written in numbers."""
    return change(VECTOR, function, list)


def pack(function: Callable[[Vector], bytes]) -> Edit:
    """Write every vector in base64 anew."""
    return change(VECTOR, lambda data: b64encode(function(_unpacked(data))).decode(), str)


def each_vector(function: Callable[[Vector], Vector]) -> Edit:
    """Change every vector, whichever way it is written."""

    def either(written: list[float] | str) -> list[float] | str:
        if isinstance(written, list):
            return function(written)
        changed = function(_unpacked(written))
        return b64encode(struct.pack(f"<{len(changed)}f", *changed)).decode()

    return change(VECTOR, either)


def move(order: Callable[[Call], list[int]]) -> Edit:
    """Give each entry the vector of another place."""

    def edit(reply: Reply, call: Call) -> None:
        all_vectors = [entry["embedding"] for entry in entries(reply)]
        for entry, place in zip(entries(reply), order(call), strict=False):
            entry["embedding"] = all_vectors[place]

    return edit


def _unpacked(data: str) -> Vector:
    decoded = b64decode(data)
    return list(struct.unpack(f"<{len(decoded) // 4}f", decoded))
