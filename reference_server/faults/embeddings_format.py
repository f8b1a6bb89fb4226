"""Ways to break how embeddings are written, how long they are, and inputs that are tokens."""

from __future__ import annotations

import struct
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, put, refuse
from reference_server.faults.words.embeddings import FORMAT, VECTOR, Vector, floats, pack, tokens
from reference_server.faults.words.openai import EMBED
from reference_server.faults.words.situations import asked, has
from reference_server.wire.call import Call

request = rows(EMBED, request_fault)
unjudged = rows(EMBED, request_fault, before="validation")
vectors = rows(EMBED)


def _halves(vector: Vector) -> bytes:
    size = len(vector)
    return struct.pack(f"<{size}f", *struct.unpack(f"<{size}e", struct.pack(f"<{size}e", *vector)))


def _half_empty(vector: Vector) -> Vector:
    half = len(vector) // 2
    return [*vector[:half], *[0.0] * (len(vector) - half)]


def _small_base64(call: Call) -> bool:
    return call.body.get(FORMAT) == "base64" and call.body.get("input") != ["a"] * 2048


def _senseless(call: Call) -> bool:
    length = call.body.get("dimensions")
    return not (isinstance(length, int) and length > 0)


def _batch_of_tokens(call: Call) -> bool:
    return isinstance(call.body["input"], list) and isinstance(call.body["input"][0], list)


def _joined(arrays: list[list[Any]]) -> list[Any]:
    return [token for array in arrays for token in array]


# Base64.
embeddings_base64_ignored = request(
    "embeddings.base64", "Vectors are numbers, whatever is asked for.", put(FORMAT, "float")
)
embeddings_base64_refused = unjudged(
    "embeddings.base64", "The base64 that official clients use is refused.", put(FORMAT, "base-64"), when=_small_base64
)
embeddings_base64_of_doubles = vectors(
    "embeddings.base64.decodes",
    "The base64 of a vector holds numbers of 64 bits instead of 32.",
    pack(lambda vector: struct.pack(f"<{len(vector)}d", *vector)),
)
embeddings_base64_for_addresses = vectors(
    "embeddings.base64.decodes",
    "The base64 of a vector is in the URL-safe alphabet, without padding.",
    change(VECTOR, lambda data: data.replace("+", "-").replace("/", "_").rstrip("="), str),
)
embeddings_base64_big_endian = vectors(
    "embeddings.base64.same",
    "The base64 of a vector holds big-endian numbers.",
    pack(lambda vector: struct.pack(f">{len(vector)}f", *vector)),
)
embeddings_base64_of_halves = vectors(
    "embeddings.base64.precise", "The base64 of a vector holds numbers that were rounded to 16 bits.", pack(_halves)
)

# Dimensions.
embeddings_dimensions_ignored = request(
    "embeddings.dimensions embeddings.dimensions.base64 embeddings.dimensions.too-large",
    "`dimensions` is ignored: vectors have their full length.",
    drop("dimensions"),
)
embeddings_padded_with_zeros = vectors(
    "embeddings.dimensions", "Half of a shortened vector is zeros.", floats(_half_empty), when=has("dimensions")
)
embeddings_dimensions_ignored_in_base64 = request(
    "embeddings.dimensions.base64",
    "`dimensions` is ignored for vectors in base64.",
    drop("dimensions"),
    when=lambda call: call.body.get(FORMAT) == "base64",
)
embeddings_dimensions_capped = request(
    "embeddings.dimensions.too-large",
    "More `dimensions` than the model has are answered with as many as it has.",
    change("dimensions", lambda length: min(length, 1536)),
)
embeddings_dimensions_forbidden = vectors(
    "embeddings.dimensions.too-large",
    "More `dimensions` than the model has are answered with 403.",
    refuse(403, "Not for you."),
    when=asked(lambda call: isinstance(length := call.body.get("dimensions"), int) and length > 1536),
)
embeddings_dimensions_unchecked = unjudged(
    "embeddings.dimensions.invalid", "Invalid `dimensions` are ignored.", drop("dimensions"), when=_senseless
)

# Tokens.
embeddings_of_each_token = request(
    "embeddings.tokens",
    "Every token of an array gets a vector of its own.",
    change("input[]", lambda token: [token]),
    when=lambda call: bool(tokens(call)),
)
embeddings_of_tokens_flattened = request(
    "embeddings.tokens.batch", "Several token arrays get one vector.", change("input", _joined), when=_batch_of_tokens
)
embeddings_of_tokens_backwards = request(
    "embeddings.tokens.batch",
    "The vectors of several token arrays come in reverse order.",
    change("input", lambda arrays: arrays[::-1]),
    when=_batch_of_tokens,
)
embeddings_tokens_counted_as_one = vectors(
    "embeddings.tokens.counted",
    "An array of tokens is reported as one token.",
    put("usage", {"prompt_tokens": 1, "total_tokens": 1}),
    when=asked(lambda call: bool(tokens(call))),
)
