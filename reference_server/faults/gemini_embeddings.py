"""Ways to break vectors in the Gemini protocol."""

from __future__ import annotations

from math import hypot
from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import answer, change, drop, in_error, label, put, rename, reshape, swap
from reference_server.faults.words.gemini import (
    BATCH,
    CRASH,
    EMBED,
    NOT_FOUND,
    PROMPT_TOKENS,
    REFUSAL,
    USAGE,
    fail,
    keyless,
    let_in,
    strange,
)
from reference_server.faults.words.situations import UNKNOWN_MODEL, asked, asks, has
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

vectors = rows(EMBED)
vectors_v1 = rows("embedContentV1")
batch = rows(BATCH)
batch_v1 = rows("batchEmbedContentsV1")
request = rows(BATCH, request_fault)
unproved = rows(EMBED, request_fault, before="authentication")

_LENGTH, _BATCH_LENGTH = "outputDimensionality", "requests[].outputDimensionality"
_DETAIL = "usageMetadata.promptTokenDetails[0].tokenCount"


def _in_openai_form(body: dict[str, Any]) -> dict[str, Any]:
    entry = {"object": "embedding", "index": 0, "embedding": body["embedding"]["values"]}
    return {"object": "list", "data": [entry], "usageMetadata": body["usageMetadata"]}


def _values(vector: dict[str, Any]) -> list[float]:
    return vector["values"]


def _first(vectors: list[Any]) -> list[Any]:
    return vectors[:1]


def _fill(vectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "values": _filled(entry["values"])} for entry in vectors] if len(vectors) > 1 else vectors


def _filled(values: list[float]) -> list[float]:
    filled = [number + (0.03, -0.03)[place % 2] for place, number in enumerate(values)]
    return [number / hypot(*filled) for number in filled]


def _senseless(call: Call) -> bool:
    return isinstance(call.body, dict) and call.body.get(_LENGTH) in (-1, "many")


_COUNT = "usageMetadata.promptTokenCount"
_INTERNAL = in_error(swap("error.status", "NOT_FOUND", "INTERNAL"))


def _reverse_end(vectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    moves = len(vectors) > 3 and vectors[0]["values"] < vectors[1]["values"]
    return [*vectors[:2], *vectors[:1:-1]] if moves else vectors


# One vector.
gemini_vector_labelled_as_text = vectors(
    "gemini.embeddings.answers", "The answer with a vector is labelled as plain text.", label("text/plain")
)
gemini_vector_in_bare_array = vectors(
    "gemini.embeddings.answers",
    "The answer is a bare array of numbers.",
    reshape(lambda body: _values(body["embedding"])),
)
gemini_vectors_only_by_batch = vectors(
    "gemini.embeddings.answers", "Every single text is refused, although the route exists.", REFUSAL
)
gemini_vector_count_as_text = vectors(
    "gemini.embeddings.schema", "The details of the token count of a vector are strings.", put(_DETAIL, "7")
)
gemini_vector_of_openai = vectors(
    "gemini.embeddings.values", "The answer with a vector has the form of the OpenAI dialect.", reshape(_in_openai_form)
)
gemini_vector_as_bare_list = vectors(
    "gemini.embeddings.values", "`embedding` is an array instead of an object.", change("embedding", _values)
)
gemini_vector_of_text = vectors(
    "gemini.embeddings.values", "The numbers of a vector are strings.", change("embedding.values[]", str)
)
gemini_vector_empty = vectors("gemini.embeddings.values", "A vector has no numbers.", put("embedding.values", []))
gemini_vector_uncounted = vectors("gemini.embeddings.usage", "The answer has no token count.", drop(USAGE))
gemini_vector_usage_of_openai = vectors(
    "gemini.embeddings.usage",
    "The token counts of a vector have their names from the OpenAI dialect.",
    change(USAGE, lambda usage: {"prompt_tokens": usage["promptTokenCount"]}),
)
gemini_vector_of_another_model = fault(
    "createEmbedding",
    "A vector has the numbers of the OpenAI dialect in another order.",
    change("data[].embedding", lambda values: [*values[1:], values[0]]),
    breaks={"gemini.embeddings.same"},
    model="gemini-embedding-001",
)
gemini_vector_unknown_below_v1 = vectors_v1(
    "gemini.embeddings.v1", "The route for vectors below v1 is answered as unknown.", NOT_FOUND
)
gemini_vector_empty_below_v1 = vectors_v1(
    "gemini.embeddings.v1", "Below v1 a vector has no numbers.", put("embedding.values", [])
)

# Batches.
gemini_batch_cut = batch(
    "gemini.embeddings.batch", "Only the first request of a batch has a vector.", change("embeddings", _first)
)
gemini_batch_called_embedding = batch(
    "gemini.embeddings.batch",
    "The vectors of a batch stand under `embedding`, as a single one does.",
    change("embeddings", lambda vectors: vectors[0]),
    rename("embeddings", "embedding"),
)
gemini_batch_of_bare_lists = batch(
    "gemini.embeddings.batch", "The vectors of a batch are bare arrays.", change("embeddings[]", _values)
)
gemini_batch_count_as_text = batch(
    "gemini.embeddings.batch.schema", "The token count of a batch is a string.", change(PROMPT_TOKENS, str)
)
gemini_batch_reversed = batch(
    "gemini.embeddings.batch.order",
    "The vectors of a batch come in reverse order.",
    change("embeddings", lambda vectors: vectors[::-1]),
)
gemini_batch_padded = batch(
    "gemini.embeddings.batch.alone", "Padding in a batch changes its vectors.", change("embeddings", _fill)
)
gemini_batch_of_nothing = batch(
    "gemini.embeddings.batch.empty",
    "An empty batch is answered with no vectors.",
    answer({"embeddings": []}),
    when=asked(lambda call: call.body.get("requests") == []),
)
gemini_batch_unknown_below_v1 = batch_v1(
    "gemini.embeddings.batch.v1", "The route for batches below v1 is answered as unknown.", NOT_FOUND
)
gemini_batch_cut_below_v1 = batch_v1(
    "gemini.embeddings.batch.v1", "Below v1 only the first text of a batch has a vector.", change("embeddings", _first)
)


@batch("gemini.embeddings.batch.order")
def gemini_batch_sorted(reply: Reply, call: Call) -> None:
    """The vectors of a batch come in the alphabetical order of their texts."""
    if reply.ok:
        requests = call.body["requests"]
        order = sorted(range(len(requests)), key=lambda place: str(requests[place]["content"]))
        reply.body["embeddings"] = [reply.body["embeddings"][place] for place in order]


@request("gemini.embeddings.batch.distinct")
def gemini_batch_of_first_text(call: Call) -> None:
    """Every request of a batch gets the vector of the first."""
    for one in call.body["requests"]:
        one["content"] = call.body["requests"][0]["content"]


@request("gemini.embeddings.batch.model")
def gemini_batch_of_any_model(call: Call) -> None:
    """A request of a batch that names another model than the path is served."""
    for one in call.body["requests"]:
        one["model"] = f"models/{call.path.rpartition('/')[2].partition(':')[0]}"


# Options.
gemini_vector_length_ignored = request_fault(
    EMBED, "`outputDimensionality` does not reach the model.", drop(_LENGTH), breaks={"gemini.embeddings.dimensions"}
)
gemini_vector_length_fails = vectors(
    "gemini.embeddings.dimensions", "`outputDimensionality` gets a 500.", CRASH, when=has(_LENGTH)
)
gemini_vector_length_not_checked = request_fault(
    EMBED,
    "An invalid `outputDimensionality` is ignored.",
    drop(_LENGTH),
    when=_senseless,
    breaks={"gemini.embeddings.dimensions.invalid"},
    before="validation",
)
gemini_batch_length_ignored = request(
    "gemini.embeddings.batch.dimensions", "`outputDimensionality` is ignored within a batch.", drop(_BATCH_LENGTH)
)
gemini_batch_length_of_first = batch(
    "gemini.embeddings.batch.dimensions",
    "Only the first request of a batch gets the length that it asks for.",
    change("embeddings", lambda found: [*found[:1], *({**one, "values": [*one["values"], 0.0]} for one in found[1:])]),
    when=asks(_LENGTH),
)
gemini_title_fails = vectors("gemini.embeddings.task", "A title gets a 500.", CRASH, when=has("title"))
gemini_task_unanswered = vectors(
    "gemini.embeddings.task", "A task type gets an empty answer.", reshape(lambda _: {}), when=has("taskType")
)

# Wrong requests.
gemini_vector_of_unknown_model_fails = vectors(
    "gemini.embeddings.unknown-model", "An unknown model gets a 500.", fail(), when=UNKNOWN_MODEL
)
gemini_vector_of_nothing = vectors(
    "gemini.embeddings.missing-content",
    "A request without content is answered with a vector.",
    answer({"embedding": {"values": [0.0, 1.0]}}),
    when=lambda reply, call: reply.cause == "missing_field" and bool(call.body),
)
gemini_vector_needs_no_key = unproved("gemini.embeddings.missing-key", "Vectors need no key.", let_in(keyless))
gemini_vector_takes_any_key = unproved(
    "gemini.embeddings.unknown-key", "A vector is served for a key that was never issued.", let_in(strange)
)
gemini_vector_error_without_message = vectors(
    "gemini.embeddings.error-message", "An error has no message.", in_error(drop("error.message"))
)
gemini_vector_error_code_as_text = vectors(
    "gemini.embeddings.error-status", "The code of an error is a string.", in_error(change("error.code", str))
)
gemini_vector_error_of_openai = vectors(
    "gemini.embeddings.error-status",
    "An error has a `type` instead of a `status`.",
    in_error(put("error.type", "not_found_error") | put("error.status", None)),
)

# Values of a wrong kind.
gemini_vector_costs_nothing = vectors("gemini.embeddings.usage", "A text is reported as 0 tokens.", put(_COUNT, 0))
gemini_task_shortens = vectors(
    "gemini.embeddings.task",
    "A vector is half as long when a task type is given.",
    change("embedding.values", lambda values: values[: len(values) // 2]),
    when=has("taskType"),
)
gemini_batch_ends_empty = batch(
    "gemini.embeddings.batch", "The last vector of a batch has no numbers.", put("embeddings[-1].values", [])
)
gemini_batch_begins_with_the_second = batch(
    "gemini.embeddings.batch.order",
    "The first two vectors of a batch are swapped.",
    change("embeddings", lambda vectors: [*vectors[1::-1], *vectors[2:]]),
)
gemini_batch_ends_as_it_comes = batch(
    "gemini.embeddings.batch.order",
    "The vectors of a batch from the third on are sometimes in reverse order.",
    change("embeddings", _reverse_end),
)
gemini_vector_error_message_empty = vectors(
    "gemini.embeddings.error-message", "The message of an error is empty.", in_error(put("error.message", ""))
)
gemini_vector_error_named_otherwise = vectors(
    "gemini.embeddings.error-status", "The error of a 404 has the status `INTERNAL`.", _INTERNAL
)
