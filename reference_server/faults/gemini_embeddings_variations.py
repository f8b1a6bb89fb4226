"""Legal differences between gateways that give vectors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences, request_variation
from reference_server.faults.words.edits import change, drop, each
from reference_server.faults.words.gemini import BATCH, EMBED, REFUSAL, USAGE
from reference_server.faults.words.situations import asks, has
from reference_server.wire.call import Call

batch = differences(BATCH)
vectors = differences(EMBED)


def _add_shape(vector: dict[str, Any]) -> None:
    vector |= {"shape": [len(vector["values"])], "statistics": {"tokenCount": 7, "truncated": False}}


gemini_batch_uncounted = batch("A batch has no token count.", drop(USAGE))
gemini_vector_count_without_details = vectors(
    "The tokens are told without the kinds of data.", drop("usageMetadata.promptTokenDetails")
)
gemini_vector_not_normalized = vectors(
    "A vector is longer than a unit.", change("embedding.values[]", lambda number: number * 1.5)
)
gemini_vector_with_shape = vectors("A vector comes with its shape and its statistics.", each("embedding", _add_shape))
gemini_task_refused = vectors("The model knows no tasks and says so.", REFUSAL, when=has("taskType"))
gemini_batch_length_refused = batch(
    "The model gives vectors of one length and says so.", REFUSAL, when=asks('"outputDimensionality"')
)


@request_variation("createEmbedding", model="gemini-embedding-001")
def gemini_vector_shorter_in_openai_dialect(call: Call) -> None:
    """In the OpenAI dialect the model gives shorter vectors by itself."""
    call.body.setdefault("dimensions", 64)
