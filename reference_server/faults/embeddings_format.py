"""Ways to break how embeddings are written, how long they are, and inputs that are tokens."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Callable

from reference_server.faults import fault, request_fault
from reference_server.faults.embeddings import Vector, change_floats, entries
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_EMBED = "createEmbedding"


def _repack(reply: Reply, pack: Callable[[Vector], bytes]) -> None:
    """Write every vector in base64 anew."""
    for entry in entries(reply):
        if isinstance(entry["embedding"], str):
            data = b64decode(entry["embedding"])
            entry["embedding"] = b64encode(pack(list(struct.unpack(f"<{len(data) // 4}f", data)))).decode()


def _tokens(call: Call) -> list[int]:
    """The input, when it is one array of tokens; nothing otherwise."""
    given = call.body["input"]
    return given if isinstance(given, list) and isinstance(given[0], int) else []


@request_fault(_EMBED, breaks={"embeddings.base64"})
def embeddings_base64_ignored(call: Call) -> None:
    """Vectors are numbers, whatever is asked for."""
    call.body["encoding_format"] = "float"


@request_fault(_EMBED, breaks={"embeddings.base64"}, before="validation")
def embeddings_base64_refused(call: Call) -> None:
    """The format that the official clients ask for is refused."""
    if call.body.get("encoding_format") == "base64" and call.body.get("input") != ["a"] * 2048:
        call.body["encoding_format"] = "base-64"


@fault(_EMBED, breaks={"embeddings.base64.decodes"})
def embeddings_base64_of_doubles(reply: Reply) -> None:
    """The text holds numbers of 64 bits."""
    _repack(reply, lambda vector: struct.pack(f"<{len(vector)}d", *vector))


@fault(_EMBED, breaks={"embeddings.base64.decodes"})
def embeddings_base64_for_addresses(reply: Reply) -> None:
    """The text is written in the alphabet for addresses, without padding."""
    for entry in entries(reply):
        if isinstance(entry["embedding"], str):
            entry["embedding"] = entry["embedding"].replace("+", "-").replace("/", "_").rstrip("=")


@fault(_EMBED, breaks={"embeddings.base64.same"})
def embeddings_base64_big_endian(reply: Reply) -> None:
    """The numbers are written with their first byte first."""
    _repack(reply, lambda vector: struct.pack(f">{len(vector)}f", *vector))


@fault(_EMBED, breaks={"embeddings.base64.precise"})
def embeddings_base64_of_halves(reply: Reply) -> None:
    """The numbers were rounded to 16 bits."""
    _repack(reply, lambda vector: struct.pack(f"<{len(vector)}f", *_halves(vector)))


def _halves(vector: Vector) -> tuple[float, ...]:
    size = len(vector)
    return struct.unpack(f"<{size}e", struct.pack(f"<{size}e", *vector))


@request_fault(
    _EMBED, breaks={"embeddings.dimensions", "embeddings.dimensions.base64", "embeddings.dimensions.too-large"}
)
def embeddings_dimensions_ignored(call: Call) -> None:
    """Vectors are as long as ever."""
    call.body.pop("dimensions", None)


@fault(_EMBED, breaks={"embeddings.dimensions"})
def embeddings_padded_with_zeros(reply: Reply, call: Call) -> None:
    """Of the numbers that were asked for, the second half is 0."""
    if reply.ok and call.body.get("dimensions"):
        change_floats(reply, lambda vector: [*vector[: len(vector) // 2], *[0.0] * (len(vector) - len(vector) // 2)])


@request_fault(_EMBED, breaks={"embeddings.dimensions.base64"})
def embeddings_dimensions_ignored_in_base64(call: Call) -> None:
    """Vectors in base64 are as long as ever."""
    if call.body.get("encoding_format") == "base64":
        call.body.pop("dimensions", None)


@request_fault(_EMBED, breaks={"embeddings.dimensions.too-large"})
def embeddings_dimensions_capped(call: Call) -> None:
    """More dimensions than there are give as many as there are."""
    if "dimensions" in call.body:
        call.body["dimensions"] = min(call.body["dimensions"], 256)


@request_fault(_EMBED, breaks={"embeddings.dimensions.invalid"}, before="validation")
def embeddings_dimensions_unchecked(call: Call) -> None:
    """Wrong dimensions count as none."""
    wanted = call.body.get("dimensions")
    if not (isinstance(wanted, int) and wanted > 0):
        call.body.pop("dimensions", None)


@request_fault(_EMBED, breaks={"embeddings.tokens"})
def embeddings_of_each_token(call: Call) -> None:
    """Every token of an array is an input of its own."""
    if _tokens(call):
        call.body["input"] = [[token] for token in _tokens(call)]


@request_fault(_EMBED, breaks={"embeddings.tokens.batch"})
def embeddings_of_tokens_flattened(call: Call) -> None:
    """Arrays of tokens are joined to one."""
    given = call.body["input"]
    if isinstance(given, list) and isinstance(given[0], list):
        call.body["input"] = [token for tokens in given for token in tokens]


@request_fault(_EMBED, breaks={"embeddings.tokens.batch"})
def embeddings_of_tokens_backwards(call: Call) -> None:
    """The last array of tokens has the first vector."""
    if isinstance(call.body["input"], list) and isinstance(call.body["input"][0], list):
        call.body["input"].reverse()


@fault(_EMBED, breaks={"embeddings.tokens.counted"})
def embeddings_tokens_counted_as_one(reply: Reply, call: Call) -> Reply:
    """An array of tokens counts as one token."""
    one = {"prompt_tokens": 1, "total_tokens": 1}
    return reply.edit(lambda body: body.update(usage=one) if _tokens(call) else None)
