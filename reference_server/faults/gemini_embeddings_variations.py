"""Legal differences between gateways that give vectors in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import request_variation, variation
from reference_server.faults.gemini import refused
from reference_server.faults.gemini_embeddings import entries
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_ONE = "embedContent"
_BATCH = "batchEmbedContents"


@variation(_BATCH)
def gemini_batch_uncounted(reply: Reply) -> Reply:
    """The tokens of a batch are not told."""
    return reply.edit(lambda body: body.pop("usageMetadata") and None)


@variation(_ONE)
def gemini_vector_count_without_details(reply: Reply) -> Reply:
    """The tokens are told without the kinds of data."""
    return reply.edit(lambda body: body["usageMetadata"].pop("promptTokenDetails") and None)


@variation(_ONE)
def gemini_vector_not_normalized(reply: Reply) -> None:
    """A vector is longer than a unit."""
    for entry in entries(reply):
        entry["values"] = [number * 1.5 for number in entry["values"]]


@variation(_ONE)
def gemini_vector_with_shape(reply: Reply) -> None:
    """A vector comes with its shape and its statistics."""
    for entry in entries(reply):
        entry |= {"shape": [len(entry["values"])], "statistics": {"tokenCount": 7, "truncated": False}}


@variation(_ONE)
def gemini_task_refused(reply: Reply, call: Call) -> Reply:
    """The model knows no tasks and says so."""
    return refused() if reply.ok and "taskType" in call.body else reply


@variation(_BATCH)
def gemini_batch_length_refused(reply: Reply, call: Call) -> Reply:
    """The model gives vectors of one length and says so."""
    asked = any("outputDimensionality" in one for one in call.body.get("requests", ()))
    return refused() if reply.ok and asked else reply


@request_variation("createEmbedding", model="gemini-embedding-001")
def gemini_vector_shorter_in_openai_dialect(call: Call) -> None:
    """In the OpenAI dialect the model gives shorter vectors by itself."""
    call.body.setdefault("dimensions", 64)
