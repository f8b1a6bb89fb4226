"""Ways to break single members of answers with vectors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.faults.words.edits import change, in_error, put, swap
from reference_server.faults.words.gemini import BATCH, EMBED
from reference_server.faults.words.situations import has

_COUNT = "usageMetadata.promptTokenCount"
_INTERNAL = in_error(swap("error.status", "NOT_FOUND", "INTERNAL"))


def _reverse_end(vectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    moves = len(vectors) > 3 and vectors[0]["values"] < vectors[1]["values"]
    return [*vectors[:2], *vectors[:1:-1]] if moves else vectors


gemini_vector_costs_nothing = fault(EMBED, "A text costs no token.", put(_COUNT, 0), breaks={"gemini.embeddings.usage"})
gemini_task_shortens = fault(
    EMBED,
    "With a task a vector is half as long.",
    change("embedding.values", lambda values: values[: len(values) // 2]),
    when=has("taskType"),
    breaks={"gemini.embeddings.task"},
)
gemini_batch_ends_empty = fault(
    BATCH, "The last vector of a batch is empty.", put("embeddings[-1].values", []), breaks={"gemini.embeddings.batch"}
)
gemini_batch_begins_with_the_second = fault(
    BATCH,
    "The first two vectors have changed places.",
    change("embeddings", lambda vectors: [*vectors[1::-1], *vectors[2:]]),
    breaks={"gemini.embeddings.batch.order"},
)
gemini_batch_ends_as_it_comes = fault(
    BATCH,
    "From the third on, vectors are sometimes reversed.",
    change("embeddings", _reverse_end),
    breaks={"gemini.embeddings.batch.order"},
)
gemini_vector_error_message_empty = fault(
    EMBED, "The message is empty.", in_error(put("error.message", "")), breaks={"gemini.embeddings.error-message"}
)
gemini_vector_error_named_otherwise = fault(
    EMBED, "A 404 is called INTERNAL.", _INTERNAL, breaks={"gemini.embeddings.error-status"}
)
