"""Ways to break single members of answers with vectors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import rows
from reference_server.faults.words.edits import change, in_error, put, swap
from reference_server.faults.words.gemini import BATCH, EMBED
from reference_server.faults.words.situations import has

vectors = rows(EMBED)
batch = rows(BATCH)

_COUNT = "usageMetadata.promptTokenCount"
_INTERNAL = in_error(swap("error.status", "NOT_FOUND", "INTERNAL"))


def _reverse_end(vectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    moves = len(vectors) > 3 and vectors[0]["values"] < vectors[1]["values"]
    return [*vectors[:2], *vectors[:1:-1]] if moves else vectors


gemini_vector_costs_nothing = vectors("gemini.embeddings.usage", "A text costs 0 tokens.", put(_COUNT, 0))
gemini_task_shortens = vectors(
    "gemini.embeddings.task",
    "With a task a vector is half as long.",
    change("embedding.values", lambda values: values[: len(values) // 2]),
    when=has("taskType"),
)
gemini_batch_ends_empty = batch(
    "gemini.embeddings.batch", "The last vector of a batch has no numbers.", put("embeddings[-1].values", [])
)
gemini_batch_begins_with_the_second = batch(
    "gemini.embeddings.batch.order",
    "The first two vectors of a batch are exchanged.",
    change("embeddings", lambda vectors: [*vectors[1::-1], *vectors[2:]]),
)
gemini_batch_ends_as_it_comes = batch(
    "gemini.embeddings.batch.order",
    "From the third on, vectors are sometimes reversed.",
    change("embeddings", _reverse_end),
)
gemini_vector_error_message_empty = vectors(
    "gemini.embeddings.error-message", "The message of an error is empty.", in_error(put("error.message", ""))
)
gemini_vector_error_named_otherwise = vectors(
    "gemini.embeddings.error-status", "The status name of a 404 is INTERNAL.", _INTERNAL
)
