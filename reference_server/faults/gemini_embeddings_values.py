"""Ways to break single members of answers with vectors in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.gemini_embeddings import entries
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_ONE = "embedContent"
_BATCH = "batchEmbedContents"


@fault(_ONE, breaks={"gemini.embeddings.usage"})
def gemini_vector_costs_nothing(reply: Reply) -> Reply:
    """A text costs no token."""
    return reply.edit(lambda body: body["usageMetadata"].update(promptTokenCount=0))


@fault(_ONE, breaks={"gemini.embeddings.task"})
def gemini_task_shortens(reply: Reply, call: Call) -> None:
    """With a task a vector is half as long."""
    for entry in entries(reply) if "taskType" in call.body else ():
        del entry["values"][len(entry["values"]) // 2 :]


@fault(_BATCH, breaks={"gemini.embeddings.batch"})
def gemini_batch_ends_empty(reply: Reply) -> None:
    """The last vector of a batch has no numbers."""
    for entry in entries(reply)[-1:]:
        entry["values"] = []


@fault(_BATCH, breaks={"gemini.embeddings.batch.order"})
def gemini_batch_begins_with_the_second(reply: Reply) -> None:
    """The first two vectors have changed places."""
    found = entries(reply)
    found[:2] = found[1::-1]


@fault(_BATCH, breaks={"gemini.embeddings.batch.order"})
def gemini_batch_ends_as_it_comes(reply: Reply) -> None:
    """From the third vector on, the order depends on the first two."""
    found = entries(reply)
    if len(found) > 3 and found[0]["values"] < found[1]["values"]:
        found[2:] = found[:1:-1]


@fault(_ONE, breaks={"gemini.embeddings.error-message"})
def gemini_vector_error_message_empty(reply: Reply) -> Reply:
    """The message of an error is empty."""
    return reply.edit_error(lambda body: body["error"].update(message=""))


@fault(_ONE, breaks={"gemini.embeddings.error-status"})
def gemini_vector_error_named_otherwise(reply: Reply) -> None:
    """The name of a 404 is that of a 500."""
    if reply.status == 404:
        reply.body["error"]["status"] = "INTERNAL"
