"""Ways to break embeddings: the body, the entries, the counts, and which vector belongs to which text."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import hypot
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import add, change, drop, fill, header, label, put, reshape, status, swap
from reference_server.faults.words.embeddings import (
    FORMAT,
    INDEX,
    Vector,
    each_vector,
    entries,
    floats,
    move,
    several,
    texts,
    unformed,
)
from reference_server.faults.words.openai import EMBED
from reference_server.faults.words.situations import asked, both, sent, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

vectors = rows(EMBED)
unjudged = rows(EMBED, request_fault, before="validation")
request = rows(EMBED, request_fault)

_EIGHT = {"prompt_tokens": 8, "total_tokens": 8}
_FREE = {"prompt_tokens": 0, "total_tokens": 0}
_USED = "x-credits-used"


def _places(call: Call) -> range:
    return range(len(texts(call)))


def _filled(vector: Vector) -> Vector:
    filled = [number + (0.03, -0.03)[place % 2] for place, number in enumerate(vector)]
    return [number / hypot(*filled) for number in filled]


def _first(count: int) -> Callable[[list[Any]], list[Any]]:
    return lambda entries: entries[:count]


def _many(call: Call) -> bool:
    return isinstance(call.body.get("input"), list) and len(call.body["input"]) > 96


def _in_ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


# The body and its entries.
embeddings_labelled_as_text = vectors("embeddings.answers", "Embeddings are labelled as text.", label("text/plain"))
embeddings_created = vectors(
    "embeddings.answers embeddings.count embeddings.float",
    "The embedding of one text is answered with status 201.",
    status(201),
    when=both(served, asked(lambda call: isinstance(sent(call).get("input"), str))),
)
embeddings_in_bare_array = vectors(
    "embeddings.answers", "The answer is a bare array of vectors.", reshape(lambda body: body["data"])
)
embeddings_without_list = vectors("embeddings.object embeddings.schema", "The answer has no `object`.", drop("object"))
embeddings_called_vectors = vectors(
    "embeddings.object", "Entries have the object `vector`.", put("data[].object", "vector")
)
embeddings_array_of_one_refused = unjudged(
    "embeddings.count", "An array with one text is refused.", put("input", []), when=lambda call: len(texts(call)) == 1
)
embeddings_of_first_text_only = vectors(
    "embeddings.count", "Only the first of several texts has a vector.", change("data", _first(1)), when=several
)
embeddings_of_texts_joined = request(
    "embeddings.count",
    "Several texts get one vector, as if their list had been turned into text.",
    change("input", lambda value: [str(value)]),
    when=lambda call: len(texts(call)) > 1,
)
embeddings_counted_from_one = vectors("embeddings.index", "Entries are counted from 1.", add(INDEX, 1))
embeddings_all_at_zero = vectors("embeddings.index", "Every entry has the index 0.", put(INDEX, 0))
embeddings_without_index = vectors("embeddings.index", "No entry has an index.", drop(INDEX))
embeddings_backwards = vectors(
    "embeddings.index", "The last entry comes first, with its right index.", change("data", lambda data: data[::-1])
)

# Which vector belongs to which text.
embeddings_vectors_reversed = vectors(
    "embeddings.order", "The texts get the vectors in reverse order.", move(lambda call: [*_places(call)][::-1])
)
embeddings_vectors_rotated = vectors(
    "embeddings.order", "Every text has the vector of the next one.", move(lambda call: [*_places(call)[1:], 0])
)
embeddings_vectors_sorted = vectors(
    "embeddings.order",
    "The vectors come in the alphabetical order of their texts.",
    move(lambda call: sorted(_places(call), key=texts(call).__getitem__)),
)
embeddings_all_the_same = vectors(
    "embeddings.distinct embeddings.unicode",
    "Every text has the vector of the first one.",
    move(lambda call: [0 for _ in _places(call)]),
)
embeddings_padded_in_batches = vectors(
    "embeddings.alone", "Padding in a batch changes its vectors.", each_vector(_filled), when=several
)
embeddings_not_normalized = vectors(
    "embeddings.unit-length",
    "Vectors have a length of 1.5 instead of 1.",
    each_vector(lambda vector: [number * 1.5 for number in vector]),
)


@vectors("embeddings.order.long")
def embeddings_shuffled_in_long_batches(reply: Reply, call: Call) -> None:
    """The vectors of more than ten texts are in random order."""
    count = len(entries(reply))
    if count > 10:
        move(lambda _: [*range(10, count), *range(10)])(reply, call)


@vectors("embeddings.repeatable")
def embeddings_with_noise(reply: Reply, call: Call) -> None:
    """The same text gets noticeably different numbers each time."""
    noise = random.Random(reply.headers["x-request-id"])

    def shaken(vector: list[float]) -> list[float]:
        numbers = [number + noise.gauss(0, 0.003) for number in vector]
        return [number / hypot(*numbers) for number in numbers]

    floats(shaken)(reply, call)


# How vectors are written.
embeddings_of_numbers_as_text = vectors(
    "embeddings.vector",
    "The numbers of a vector are strings, unless floats are asked for explicitly.",
    floats(lambda vector: [str(number) for number in vector]),
    when=unformed,
)
embeddings_in_base64_by_default = request(
    "embeddings.vector", "Vectors are base64 unless floats are asked for.", fill(FORMAT, "base64")
)
embeddings_in_base64_when_asked_for_floats = request(
    "embeddings.float", "Vectors are base64, whatever `encoding_format` asks for.", change(FORMAT, lambda _: "base64")
)
embeddings_in_floats_refused = unjudged(
    "embeddings.float", "The encoding format `float` is refused.", swap(FORMAT, "float", "float32")
)
embeddings_last_vector_shorter = vectors(
    "embeddings.length",
    "The last vector of several lacks its last number.",
    drop("data[-1].embedding[-1]"),
    when=both(several, unformed),
)

# The model and the tokens.
embeddings_without_model = vectors("embeddings.model", "The answer names no model.", drop("model"))
embeddings_without_usage = vectors("embeddings.usage", "The answer has no usage.", drop("usage"))
embeddings_of_one_text_free = vectors(
    "embeddings.usage",
    "A single text is reported as 0 tokens.",
    put("usage", _FREE),
    when=asked(lambda call: isinstance(sent(call).get("input"), str)),
)
embeddings_counted_as_completion = vectors(
    "embeddings.usage.total",
    "The total counts the numbers of the vectors as completion tokens.",
    change("usage", lambda usage: usage | {"total_tokens": usage["prompt_tokens"] + 256}),
)
embeddings_counted_as_requests = vectors(
    "embeddings.usage.grows", "Every request is reported as eight tokens.", put("usage", _EIGHT)
)

# The largest batch.
embeddings_of_many_texts_refused = unjudged(
    "embeddings.batch.largest", "More than 96 texts are refused.", put("input", []), when=_many, gateway="infery"
)
embeddings_of_many_texts_cut_off = vectors(
    "embeddings.batch.largest", "Only the first 1000 texts have vectors.", change("data", _first(1000))
)
embeddings_of_too_many_texts = unjudged(
    "embeddings.batch.too-many",
    "Texts beyond the limit get no vectors.",
    change("input", lambda value: value[:2048], list),
)

# Credits.
embeddings_without_credits_header = vectors(
    "embeddings.credits", "An answer lacks the header for its cost.", header(_USED, None), gateway="infery"
)
embeddings_credits_in_words = vectors(
    "embeddings.credits", "The header for the cost has a unit.", header(_USED, "{} credits".format), gateway="infery"
)
embeddings_without_credits_used = vectors(
    "embeddings.credits-used", "The body does not report the credits used.", drop("credits_used"), gateway="infery"
)
embeddings_credits_used_as_text = vectors(
    "embeddings.credits-used", "In the body the credits are a string.", change("credits_used", str), gateway="infery"
)
embeddings_credits_used_negative = vectors(
    "embeddings.credits-used",
    "The credits used are negative in the body.",
    change("credits_used", lambda credit: -abs(credit) - 0.5),
    gateway="infery",
)
embeddings_without_model_used = vectors(
    "embeddings.model-used", "The header with the model is missing.", header("x-model-used", None), gateway="infery"
)

# Values of a wrong kind.
embedding_model_blank = vectors("embeddings.model", "`model` is an empty string.", put("model", ""))
embedding_model_is_an_object = vectors(
    "embeddings.model", "`model` is an object.", change("model", lambda name: {"id": name})
)
embedding_index_is_a_fraction = vectors(
    "embeddings.index", "The entries are numbered 0.0, 1.0, 2.0.", change(INDEX, float)
)
embedding_total_as_text = vectors("embeddings.usage", "`total_tokens` is a string.", change("usage.total_tokens", str))
embedding_usage_as_text = vectors(
    "embeddings.usage", "`prompt_tokens` is a string.", change("usage.prompt_tokens", str)
)
embeddings_of_question_marks = request(
    "embeddings.unicode",
    "Letters outside ASCII reach the model as question marks.",
    change("input", _in_ascii, str) | change("input[]", _in_ascii, str),
)
