"""Ways to break embeddings: the body, the entries, the counts, and which vector belongs to which text."""

from __future__ import annotations

import random
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from math import hypot
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_EMBED = "createEmbedding"
_FEW = 100
"""Fewer texts than the largest batch has."""
Entry = dict[str, Any]
Vector = list[float]


def entries(reply: Reply) -> list[Entry]:
    """The entries of a success; none for any other answer."""
    return reply.body["data"] if reply.ok else []


def texts(call: Call) -> list[str]:
    """The texts of a request for a few of them; none for any other request."""
    given = call.body.get("input")
    several = isinstance(given, list) and 0 < len(given) < _FEW
    return given if several and all(isinstance(text, str) for text in given) else []


def change_vectors(reply: Reply, change: Callable[[Vector], Vector]) -> None:
    """Replace every vector, whichever way it is written."""
    for entry in entries(reply):
        written = entry["embedding"]
        if isinstance(written, list):
            entry["embedding"] = change(written)
        else:
            data = b64decode(written)
            changed = change(list(struct.unpack(f"<{len(data) // 4}f", data)))
            entry["embedding"] = b64encode(struct.pack(f"<{len(changed)}f", *changed)).decode()


def change_floats(reply: Reply, change: Callable[[Vector], Any]) -> None:
    """Replace every vector that is written in numbers."""
    for entry in entries(reply):
        if isinstance(entry["embedding"], list):
            entry["embedding"] = change(entry["embedding"])


def _move_vectors(reply: Reply, places: list[int]) -> None:
    """Give each entry the vector of another place."""
    vectors = [entry["embedding"] for entry in entries(reply)]
    for entry, place in zip(entries(reply), places, strict=False):
        entry["embedding"] = vectors[place]


@fault(_EMBED, breaks={"embeddings.answers"})
def embeddings_labelled_as_text(reply: Reply) -> None:
    """Embeddings are labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_EMBED, breaks={"embeddings.answers"})
def embeddings_in_bare_array(reply: Reply) -> Reply:
    """The body is the array of vectors itself."""
    return reply.edit(lambda body: body["data"])


@fault(_EMBED, breaks={"embeddings.object", "embeddings.schema"})
def embeddings_without_list(reply: Reply) -> Reply:
    """The answer does not say that it is a list."""
    return reply.edit(lambda body: body.pop("object") and None)


@fault(_EMBED, breaks={"embeddings.object"})
def embeddings_called_vectors(reply: Reply) -> None:
    """Entries are called vectors."""
    for entry in entries(reply):
        entry["object"] = "vector"


@request_fault(_EMBED, breaks={"embeddings.count"}, before="validation")
def embeddings_array_of_one_refused(call: Call) -> None:
    """An array with one text is refused."""
    if len(texts(call)) == 1:
        call.body["input"] = []


@fault(_EMBED, breaks={"embeddings.count"})
def embeddings_of_first_text_only(reply: Reply, call: Call) -> None:
    """Of several texts only the first has a vector."""
    if texts(call):
        del entries(reply)[1:]


@request_fault(_EMBED, breaks={"embeddings.count"})
def embeddings_of_texts_joined(call: Call) -> None:
    """Several texts are joined to one, as a list turned into text would be."""
    if len(texts(call)) > 1:
        call.body["input"] = [str(texts(call))]


@fault(_EMBED, breaks={"embeddings.index"})
def embeddings_counted_from_one(reply: Reply) -> None:
    """Entries are counted from 1."""
    for entry in entries(reply):
        entry["index"] += 1


@fault(_EMBED, breaks={"embeddings.index"})
def embeddings_all_at_zero(reply: Reply) -> None:
    """Every entry has the index 0."""
    for entry in entries(reply):
        entry["index"] = 0


@fault(_EMBED, breaks={"embeddings.index"})
def embeddings_without_index(reply: Reply) -> None:
    """No entry has an index."""
    for entry in entries(reply):
        del entry["index"]


@fault(_EMBED, breaks={"embeddings.index"})
def embeddings_backwards(reply: Reply) -> None:
    """The last entry comes first, with the right index."""
    entries(reply).reverse()


@fault(_EMBED, breaks={"embeddings.order"})
def embeddings_vectors_reversed(reply: Reply, call: Call) -> None:
    """The first text has the last vector."""
    _move_vectors(reply, list(range(len(texts(call))))[::-1])


@fault(_EMBED, breaks={"embeddings.order"})
def embeddings_vectors_rotated(reply: Reply, call: Call) -> None:
    """Every text has the vector of the next one."""
    count = len(texts(call))
    _move_vectors(reply, [(place + 1) % count for place in range(count)])


@fault(_EMBED, breaks={"embeddings.order"})
def embeddings_vectors_sorted(reply: Reply, call: Call) -> None:
    """The vectors come in the order of their texts in the alphabet."""
    given = texts(call)
    _move_vectors(reply, sorted(range(len(given)), key=given.__getitem__))


@fault(_EMBED, breaks={"embeddings.order.long"})
def embeddings_shuffled_in_long_batches(reply: Reply) -> None:
    """Beyond ten texts, the vectors come as the requests behind the gateway ended."""
    count = len(entries(reply))
    if count > 10:
        _move_vectors(reply, [*range(10, count), *range(10)])


@fault(_EMBED, breaks={"embeddings.vector"})
def embeddings_of_numbers_as_text(reply: Reply, call: Call) -> None:
    """The numbers of a vector are text, unless floats are asked for in so many words."""
    if "encoding_format" not in call.body:
        change_floats(reply, lambda vector: [str(number) for number in vector])


@request_fault(_EMBED, breaks={"embeddings.vector"})
def embeddings_in_base64_by_default(call: Call) -> None:
    """Vectors are base64 unless floats are asked for."""
    call.body.setdefault("encoding_format", "base64")


@request_fault(_EMBED, breaks={"embeddings.float"})
def embeddings_in_base64_when_asked_for_floats(call: Call) -> None:
    """Any `encoding_format` gives base64."""
    if "encoding_format" in call.body:
        call.body["encoding_format"] = "base64"


@request_fault(_EMBED, breaks={"embeddings.float"}, before="validation")
def embeddings_in_floats_refused(call: Call) -> None:
    """The word `float` is refused."""
    if call.body.get("encoding_format") == "float":
        call.body["encoding_format"] = "float32"


@fault(_EMBED, breaks={"embeddings.length"})
def embeddings_last_vector_shorter(reply: Reply, call: Call) -> None:
    """The last vector of several lacks its last number."""
    if len(texts(call)) > 1 and "encoding_format" not in call.body:
        for entry in entries(reply)[-1:]:
            entry["embedding"].pop()


@fault(_EMBED, breaks={"embeddings.distinct", "embeddings.unicode"})
def embeddings_all_the_same(reply: Reply, call: Call) -> None:
    """Every text has the vector of the first one."""
    _move_vectors(reply, [0] * len(texts(call)))


@fault(_EMBED, breaks={"embeddings.alone"})
def embeddings_padded_in_batches(reply: Reply, call: Call) -> None:
    """The filling of a batch shows in its vectors."""
    if len(texts(call)) > 1:
        change_vectors(reply, _filled)


def _filled(vector: Vector) -> Vector:
    filled = [number + (0.03, -0.03)[place % 2] for place, number in enumerate(vector)]
    return [number / hypot(*filled) for number in filled]


@fault(_EMBED, breaks={"embeddings.repeatable"})
def embeddings_with_noise(reply: Reply) -> None:
    """Every answer adds noise to its vectors."""
    noise = random.Random(reply.headers["x-request-id"])
    change_floats(reply, lambda vector: [number + noise.gauss(0, 0.003) for number in vector])


@fault(_EMBED, breaks={"embeddings.unit-length"})
def embeddings_not_normalized(reply: Reply) -> None:
    """Vectors are one and a half times as long as a unit."""
    change_vectors(reply, lambda vector: [number * 1.5 for number in vector])


@fault(_EMBED, breaks={"embeddings.model"})
def embeddings_without_model(reply: Reply) -> Reply:
    """The answer names no model."""
    return reply.edit(lambda body: body.pop("model") and None)


@fault(_EMBED, breaks={"embeddings.usage"})
def embeddings_without_usage(reply: Reply) -> Reply:
    """The answer has no usage."""
    return reply.edit(lambda body: body.pop("usage") and None)


@fault(_EMBED, breaks={"embeddings.usage"})
def embeddings_of_one_text_free(reply: Reply, call: Call) -> Reply:
    """A single text counts as no token."""
    free = {"prompt_tokens": 0, "total_tokens": 0}
    return reply.edit(lambda body: body.update(usage=free)) if isinstance(call.body.get("input"), str) else reply


@fault(_EMBED, breaks={"embeddings.usage.total"})
def embeddings_counted_as_completion(reply: Reply) -> Reply:
    """The numbers of the vectors count as completion tokens."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["prompt_tokens"] + 256))


@fault(_EMBED, breaks={"embeddings.usage.grows"})
def embeddings_counted_as_requests(reply: Reply) -> Reply:
    """Every request counts as eight tokens."""
    return reply.edit(lambda body: body.update(usage={"prompt_tokens": 8, "total_tokens": 8}))


@request_fault(_EMBED, breaks={"embeddings.batch.largest"}, gateway="infery", before="validation")
def embeddings_of_many_texts_refused(call: Call) -> None:
    """More than 96 texts are refused."""
    if isinstance(call.body.get("input"), list) and len(call.body["input"]) > 96:
        call.body["input"] = []


@fault(_EMBED, breaks={"embeddings.batch.largest"})
def embeddings_of_many_texts_cut_off(reply: Reply) -> None:
    """Only the first 1000 texts have vectors."""
    del entries(reply)[1000:]


@request_fault(_EMBED, breaks={"embeddings.batch.too-many"}, before="validation")
def embeddings_of_too_many_texts(call: Call) -> None:
    """Texts beyond the largest number are left out in silence."""
    if isinstance(call.body.get("input"), list):
        call.body["input"] = call.body["input"][:2048]


@fault(_EMBED, breaks={"embeddings.credits"}, gateway="infery")
def embeddings_without_credits_header(reply: Reply) -> None:
    """The header of the credits is missing."""
    reply.headers.pop("x-credits-used", None)


@fault(_EMBED, breaks={"embeddings.credits"}, gateway="infery")
def embeddings_credits_in_words(reply: Reply) -> None:
    """The header of the credits has a unit."""
    if "x-credits-used" in reply.headers:
        reply.headers["x-credits-used"] += " credits"


@fault(_EMBED, breaks={"embeddings.credits-used"}, gateway="infery")
def embeddings_without_credits_used(reply: Reply) -> Reply:
    """The body does not tell the credits."""
    return reply.edit(lambda body: body.pop("credits_used") and None)


@fault(_EMBED, breaks={"embeddings.credits-used"}, gateway="infery")
def embeddings_credits_used_as_text(reply: Reply) -> Reply:
    """The credits of the body are text."""
    return reply.edit(lambda body: body.update(credits_used=str(body["credits_used"])))


@fault(_EMBED, breaks={"embeddings.credits-used"}, gateway="infery")
def embeddings_credits_used_negative(reply: Reply) -> Reply:
    """The body tells what is left of the credits as a debt."""
    return reply.edit(lambda body: body.update(credits_used=-abs(body["credits_used"]) - 0.5))


@fault(_EMBED, breaks={"embeddings.model-used"}, gateway="infery")
def embeddings_without_model_used(reply: Reply) -> None:
    """The header of the model that served is missing."""
    reply.headers.pop("x-model-used", None)
