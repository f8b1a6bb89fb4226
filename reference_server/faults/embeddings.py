"""Ways to break embeddings: the body, the entries, the counts, and which vector belongs to which text."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import hypot
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import add, change, drop, fill, header, label, put, reshape, swap
from reference_server.faults.words.embeddings import (
    FORMAT,
    INDEX,
    Vector,
    entries,
    floats,
    move,
    several,
    texts,
    unformed,
    vectors,
)
from reference_server.faults.words.openai import EMBED
from reference_server.faults.words.situations import asked, both, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_EIGHT = {"prompt_tokens": 8, "total_tokens": 8}
_FREE = {"prompt_tokens": 0, "total_tokens": 0}
_USED = "x-credits-used"


def _places(call: Call) -> range:
    return range(len(texts(call)))


def _backwards(call: Call) -> list[int]:
    return [*_places(call)][::-1]


def _next(call: Call) -> list[int]:
    return [*_places(call)[1:], 0]


def _by_alphabet(call: Call) -> list[int]:
    return sorted(_places(call), key=texts(call).__getitem__)


def _filled(vector: Vector) -> Vector:
    filled = [number + (0.03, -0.03)[place % 2] for place, number in enumerate(vector)]
    return [number / hypot(*filled) for number in filled]


def _first(count: int) -> Callable[[list[Any]], list[Any]]:
    return lambda entries: entries[:count]


def _count_vectors(usage: dict[str, Any]) -> dict[str, Any]:
    return usage | {"total_tokens": usage["prompt_tokens"] + 256}


def _many(call: Call) -> bool:
    return isinstance(call.body.get("input"), list) and len(call.body["input"]) > 96


# The body and its entries.
embeddings_labelled_as_text = fault(
    EMBED, "Embeddings are labelled as text.", label("text/plain"), breaks={"embeddings.answers"}
)
embeddings_in_bare_array = fault(
    EMBED, "The body is the array of vectors itself.", reshape(lambda body: body["data"]), breaks={"embeddings.answers"}
)
embeddings_without_list = fault(
    EMBED, "The answer does not say what it is.", drop("object"), breaks={"embeddings.object", "embeddings.schema"}
)
embeddings_called_vectors = fault(
    EMBED, "Entries are called vectors.", put("data[].object", "vector"), breaks={"embeddings.object"}
)
embeddings_array_of_one_refused = request_fault(
    EMBED,
    "An array with one text is refused.",
    put("input", []),
    when=lambda call: len(texts(call)) == 1,
    breaks={"embeddings.count"},
    before="validation",
)
embeddings_of_first_text_only = fault(
    EMBED, "Only the first text has a vector.", change("data", _first(1)), when=several, breaks={"embeddings.count"}
)
embeddings_of_texts_joined = request_fault(
    EMBED,
    "Several texts are joined to one, as a list turned into text would be.",
    change("input", lambda value: [str(value)]),
    when=lambda call: len(texts(call)) > 1,
    breaks={"embeddings.count"},
)
embeddings_counted_from_one = fault(EMBED, "Entries are counted from 1.", add(INDEX, 1), breaks={"embeddings.index"})
embeddings_all_at_zero = fault(EMBED, "Every entry has the index 0.", put(INDEX, 0), breaks={"embeddings.index"})
embeddings_without_index = fault(EMBED, "No entry has an index.", drop(INDEX), breaks={"embeddings.index"})
embeddings_backwards = fault(
    EMBED, "The last entry comes first.", change("data", lambda data: data[::-1]), breaks={"embeddings.index"}
)

# Which vector belongs to which text.
embeddings_vectors_reversed = fault(
    EMBED, "The first text has the last vector.", move(_backwards), breaks={"embeddings.order"}
)
embeddings_vectors_rotated = fault(
    EMBED, "Every text has the next one's vector.", move(_next), breaks={"embeddings.order"}
)
embeddings_vectors_sorted = fault(
    EMBED, "The vectors are in the order of the alphabet.", move(_by_alphabet), breaks={"embeddings.order"}
)
embeddings_all_the_same = fault(
    EMBED,
    "Every text has the vector of the first one.",
    move(lambda call: [0 for _ in _places(call)]),
    breaks={"embeddings.distinct", "embeddings.unicode"},
)
embeddings_padded_in_batches = fault(
    EMBED, "The padding of a batch shows in its vectors.", vectors(_filled), when=several, breaks={"embeddings.alone"}
)
embeddings_not_normalized = fault(
    EMBED,
    "Vectors are one and a half times as long as a unit.",
    vectors(lambda vector: [number * 1.5 for number in vector]),
    breaks={"embeddings.unit-length"},
)


@fault(EMBED, breaks={"embeddings.order.long"})
def embeddings_shuffled_in_long_batches(reply: Reply, call: Call) -> None:
    """Beyond ten texts, the vectors come as the requests behind the gateway ended."""
    count = len(entries(reply))
    if count > 10:
        move(lambda _: [*range(10, count), *range(10)])(reply, call)


@fault(EMBED, breaks={"embeddings.repeatable"})
def embeddings_with_noise(reply: Reply, call: Call) -> None:
    """Every answer adds noise to its vectors."""
    noise = random.Random(reply.headers["x-request-id"])
    floats(lambda vector: [number + noise.gauss(0, 0.003) for number in vector])(reply, call)


# How vectors are written.
embeddings_of_numbers_as_text = fault(
    EMBED,
    "The numbers of a vector are text, unless floats are asked for in so many words.",
    floats(lambda vector: [str(number) for number in vector]),
    when=unformed,
    breaks={"embeddings.vector"},
)
embeddings_in_base64_by_default = request_fault(
    EMBED, "Vectors are base64 unless floats are asked for.", fill(FORMAT, "base64"), breaks={"embeddings.vector"}
)
embeddings_in_base64_when_asked_for_floats = request_fault(
    EMBED, "Any `encoding_format` gives base64.", change(FORMAT, lambda _: "base64"), breaks={"embeddings.float"}
)
embeddings_in_floats_refused = request_fault(
    EMBED, "Floats are refused.", swap(FORMAT, "float", "float32"), breaks={"embeddings.float"}, before="validation"
)
embeddings_last_vector_shorter = fault(
    EMBED,
    "The last vector of several lacks its last number.",
    drop("data[-1].embedding[-1]"),
    when=both(several, unformed),
    breaks={"embeddings.length"},
)

# The model and the tokens.
embeddings_without_model = fault(EMBED, "The answer names no model.", drop("model"), breaks={"embeddings.model"})
embeddings_without_usage = fault(EMBED, "The answer has no usage.", drop("usage"), breaks={"embeddings.usage"})
embeddings_of_one_text_free = fault(
    EMBED,
    "A single text counts as no token.",
    put("usage", _FREE),
    when=asked(lambda call: isinstance(sent(call).get("input"), str)),
    breaks={"embeddings.usage"},
)
embeddings_counted_as_completion = fault(
    EMBED, "Vectors count as completion tokens.", change("usage", _count_vectors), breaks={"embeddings.usage.total"}
)
embeddings_counted_as_requests = fault(
    EMBED, "Every request counts as eight tokens.", put("usage", _EIGHT), breaks={"embeddings.usage.grows"}
)

# The largest batch.
embeddings_of_many_texts_refused = request_fault(
    EMBED,
    "More than 96 texts are refused.",
    put("input", []),
    when=_many,
    breaks={"embeddings.batch.largest"},
    gateway="infery",
    before="validation",
)
embeddings_of_many_texts_cut_off = fault(
    EMBED, "Only 1000 texts have vectors.", change("data", _first(1000)), breaks={"embeddings.batch.largest"}
)
embeddings_of_too_many_texts = request_fault(
    EMBED,
    "Texts beyond the largest number are left out in silence.",
    change("input", lambda value: value[:2048], list),
    breaks={"embeddings.batch.too-many"},
    before="validation",
)

# Credits.
embeddings_without_credits_header = fault(
    EMBED, "No header tells the credits.", header(_USED, None), breaks={"embeddings.credits"}, gateway="infery"
)
embeddings_credits_in_words = fault(
    EMBED, "Credits have a unit.", header(_USED, "{} credits".format), breaks={"embeddings.credits"}, gateway="infery"
)
embeddings_without_credits_used = fault(
    EMBED, "The body tells no credits.", drop("credits_used"), breaks={"embeddings.credits-used"}, gateway="infery"
)
embeddings_credits_used_as_text = fault(
    EMBED, "The credits are text.", change("credits_used", str), breaks={"embeddings.credits-used"}, gateway="infery"
)
embeddings_credits_used_negative = fault(
    EMBED,
    "The body tells what is left of the credits as a debt.",
    change("credits_used", lambda credit: -abs(credit) - 0.5),
    breaks={"embeddings.credits-used"},
    gateway="infery",
)
embeddings_without_model_used = fault(
    EMBED, "No header names a model.", header("x-model-used", None), breaks={"embeddings.model-used"}, gateway="infery"
)
