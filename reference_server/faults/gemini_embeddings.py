"""Ways to break vectors in the Gemini protocol."""

from __future__ import annotations

from math import hypot
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.gemini import failed, refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_ONE = "embedContent"
_BATCH = "batchEmbedContents"
_OWN = "x-goog-api-key"
_STRANGER = "sk-this-key-was-never-issued"
Entry = dict[str, Any]


def entries(reply: Reply) -> list[Entry]:
    """What holds each vector of a success; none for any other answer."""
    if not reply.ok:
        return []
    found: list[Entry] = reply.body["embeddings"] if "embeddings" in reply.body else [reply.body["embedding"]]
    return found


def _asks(call: Call, name: str) -> bool:
    """A field stands in the request, or in one of a batch."""
    return any(name in one for one in (call.body, *call.body.get("requests", ())))


def _forget(call: Call, *names: str) -> None:
    """The fields do not reach the model."""
    for one in (call.body, *call.body.get("requests", ())):
        for name in names:
            one.pop(name, None)


@fault(_ONE, breaks={"gemini.embeddings.answers"})
def gemini_vector_labelled_as_text(reply: Reply) -> None:
    """A vector is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_ONE, breaks={"gemini.embeddings.answers"})
def gemini_vector_in_bare_array(reply: Reply) -> Reply:
    """The body is the array of numbers itself."""
    return reply.edit(lambda body: body["embedding"]["values"])


@fault(_ONE, breaks={"gemini.embeddings.answers"})
def gemini_vectors_only_by_batch(reply: Reply) -> Reply:
    """Whatever has content is refused: the route is there, and nobody answers."""
    return refused() if reply.ok else reply


@fault(_ONE, breaks={"gemini.embeddings.schema"})
def gemini_vector_count_as_text(reply: Reply) -> None:
    """The details of the count are text."""
    if reply.ok:
        reply.body["usageMetadata"]["promptTokenDetails"][0]["tokenCount"] = "7"


@fault(_ONE, breaks={"gemini.embeddings.values"})
def gemini_vector_of_openai(reply: Reply) -> Reply:
    """The answer has the form of the OpenAI dialect."""

    def rename(body: dict[str, Any]) -> dict[str, Any]:
        found = [{"object": "embedding", "index": 0, "embedding": body["embedding"]["values"]}]
        return {"object": "list", "data": found, "usageMetadata": body["usageMetadata"]}

    return reply.edit(rename)


@fault(_ONE, breaks={"gemini.embeddings.values"})
def gemini_vector_as_bare_list(reply: Reply) -> Reply:
    """`embedding` is the array itself."""
    return reply.edit(lambda body: body.update(embedding=body["embedding"]["values"]))


@fault(_ONE, breaks={"gemini.embeddings.values"})
def gemini_vector_of_text(reply: Reply) -> None:
    """The numbers of a vector are text."""
    for entry in entries(reply):
        entry["values"] = [str(number) for number in entry["values"]]


@fault(_ONE, breaks={"gemini.embeddings.values"})
def gemini_vector_empty(reply: Reply) -> None:
    """A vector has no numbers."""
    for entry in entries(reply):
        entry["values"] = []


@fault(_ONE, breaks={"gemini.embeddings.usage"})
def gemini_vector_uncounted(reply: Reply) -> Reply:
    """The tokens of a text are not told."""
    return reply.edit(lambda body: body.pop("usageMetadata") and None)


@fault(_ONE, breaks={"gemini.embeddings.usage"})
def gemini_vector_usage_of_openai(reply: Reply) -> Reply:
    """The tokens are counted in the words of the OpenAI dialect."""
    return reply.edit(
        lambda body: body.update(usageMetadata={"prompt_tokens": body["usageMetadata"]["promptTokenCount"]})
    )


def _turned(values: list[float]) -> list[float]:
    """A vector of another model: the same numbers at other places."""
    return [*values[1:], values[0]]


@fault("createEmbedding", breaks={"gemini.embeddings.same"}, model="gemini-embedding-001")
def gemini_vector_of_another_model(reply: Reply) -> None:
    """In the OpenAI dialect another model gives the vectors."""
    for entry in reply.body["data"] if reply.ok else ():
        entry["embedding"] = _turned(entry["embedding"])


@fault(_BATCH, breaks={"gemini.embeddings.batch"})
def gemini_batch_cut(reply: Reply) -> None:
    """Only the first request of a batch has a vector."""
    del entries(reply)[1:]


@fault(_BATCH, breaks={"gemini.embeddings.batch"})
def gemini_batch_called_embedding(reply: Reply) -> Reply:
    """The vectors of a batch stand in `embedding`, as a single one does."""
    return reply.edit(lambda body: body.update(embedding=body.pop("embeddings")[0]))


@fault(_BATCH, breaks={"gemini.embeddings.batch"})
def gemini_batch_of_bare_lists(reply: Reply) -> Reply:
    """The vectors of a batch are the arrays themselves."""
    return reply.edit(lambda body: body.update(embeddings=[one["values"] for one in body["embeddings"]]))


@fault(_BATCH, breaks={"gemini.embeddings.batch.schema"})
def gemini_batch_count_as_text(reply: Reply) -> None:
    """The count of a batch is text."""
    if reply.ok:
        reply.body["usageMetadata"]["promptTokenCount"] = str(reply.body["usageMetadata"]["promptTokenCount"])


@fault(_BATCH, breaks={"gemini.embeddings.batch.order"})
def gemini_batch_sorted(reply: Reply, call: Call) -> None:
    """The vectors come in the order of their texts in the alphabet."""
    if reply.ok:
        requests = call.body["requests"]
        order = sorted(range(len(requests)), key=lambda place: str(requests[place]["content"]))
        reply.body["embeddings"] = [reply.body["embeddings"][place] for place in order]


@fault(_BATCH, breaks={"gemini.embeddings.batch.order"})
def gemini_batch_reversed(reply: Reply) -> None:
    """The first request has the last vector."""
    entries(reply).reverse()


@request_fault(_BATCH, breaks={"gemini.embeddings.batch.distinct"})
def gemini_batch_of_first_text(call: Call) -> None:
    """Every request of a batch is answered as the first one."""
    for one in call.body["requests"]:
        one["content"] = call.body["requests"][0]["content"]


@fault(_BATCH, breaks={"gemini.embeddings.batch.alone"})
def gemini_batch_padded(reply: Reply) -> None:
    """The filling of a batch shows in its vectors."""
    if len(entries(reply)) > 1:
        for entry in entries(reply):
            filled = [number + (0.03, -0.03)[place % 2] for place, number in enumerate(entry["values"])]
            entry["values"] = [number / hypot(*filled) for number in filled]


@request_fault(_ONE, breaks={"gemini.embeddings.dimensions"})
def gemini_vector_length_ignored(call: Call) -> None:
    """`outputDimensionality` does not reach the model."""
    _forget(call, "outputDimensionality")


@fault(_ONE, breaks={"gemini.embeddings.dimensions"})
def gemini_vector_length_fails(reply: Reply, call: Call) -> Reply:
    """`outputDimensionality` breaks the server."""
    return refused(500, "INTERNAL") if reply.ok and _asks(call, "outputDimensionality") else reply


@request_fault(_BATCH, breaks={"gemini.embeddings.batch.dimensions"})
def gemini_batch_length_ignored(call: Call) -> None:
    """`outputDimensionality` does not reach the model from a batch."""
    _forget(call, "outputDimensionality")


@fault(_BATCH, breaks={"gemini.embeddings.batch.dimensions"})
def gemini_batch_length_of_first(reply: Reply, call: Call) -> Reply:
    """Only the first request of a batch is given the length that it asks for."""
    for entry in entries(reply)[1:] if _asks(call, "outputDimensionality") else ():
        entry["values"] = [*entry["values"], 0.0]
    return reply


@request_fault(_ONE, breaks={"gemini.embeddings.dimensions.invalid"}, before="validation")
def gemini_vector_length_not_checked(call: Call) -> None:
    """A length that makes no sense is left out in silence."""
    if isinstance(call.body, dict) and call.body.get("outputDimensionality") in (-1, "many"):
        _forget(call, "outputDimensionality")


@fault(_ONE, breaks={"gemini.embeddings.task"})
def gemini_title_fails(reply: Reply, call: Call) -> Reply:
    """A title breaks the server."""
    return refused(500, "INTERNAL") if reply.ok and _asks(call, "title") else reply


@fault(_ONE, breaks={"gemini.embeddings.task"})
def gemini_task_unanswered(reply: Reply, call: Call) -> Reply:
    """With a task the answer is an empty object."""
    return reply.edit(lambda _body: {}) if _asks(call, "taskType") else reply


@fault("embedContentV1", breaks={"gemini.embeddings.v1"})
def gemini_vector_unknown_below_v1(reply: Reply) -> Reply:
    """Below v1 the models are not found."""
    return refused(404, "NOT_FOUND") if reply.ok else reply


@fault("embedContentV1", breaks={"gemini.embeddings.v1"})
def gemini_vector_empty_below_v1(reply: Reply) -> None:
    """Below v1 a vector has no numbers."""
    for entry in entries(reply):
        entry["values"] = []


@fault("batchEmbedContentsV1", breaks={"gemini.embeddings.batch.v1"})
def gemini_batch_unknown_below_v1(reply: Reply) -> Reply:
    """Below v1 the models are not found."""
    return refused(404, "NOT_FOUND") if reply.ok else reply


@fault("batchEmbedContentsV1", breaks={"gemini.embeddings.batch.v1"})
def gemini_batch_cut_below_v1(reply: Reply) -> None:
    """Below v1 only the first request of a batch has a vector."""
    del entries(reply)[1:]


def _not_found_as(reply: Reply, status: int) -> Reply:
    return failed(reply, status, "INTERNAL") if reply.cause == "unknown_model" else reply


@fault(_ONE, breaks={"gemini.embeddings.unknown-model"})
def gemini_vector_of_unknown_model_fails(reply: Reply) -> Reply:
    """A model that does not exist breaks the server."""
    return _not_found_as(reply, 500)


@fault(_ONE, breaks={"gemini.embeddings.missing-content"})
def gemini_vector_of_nothing(reply: Reply, call: Call) -> Reply:
    """A request without content has a vector."""
    nothing = reply.cause == "missing_field" and bool(call.body)
    return Reply.json({"embedding": {"values": [0.0, 1.0]}}) if nothing else reply


@fault(_BATCH, breaks={"gemini.embeddings.batch.empty"})
def gemini_batch_of_nothing(reply: Reply, call: Call) -> Reply:
    """A batch without requests is answered by none."""
    return Reply.json({"embeddings": []}) if call.body.get("requests") == [] else reply


@request_fault(_BATCH, breaks={"gemini.embeddings.batch.model"})
def gemini_batch_of_any_model(call: Call) -> None:
    """The model of the path counts, whatever a request names."""
    for one in call.body["requests"]:
        one["model"] = f"models/{call.path.rpartition('/')[2].partition(':')[0]}"


@request_fault(_ONE, breaks={"gemini.embeddings.missing-key"}, before="authentication")
def gemini_vector_needs_no_key(call: Call) -> None:
    """Vectors need no key."""
    if not (call.headers.get(_OWN) or call.headers.get("authorization")):
        call.headers[_OWN] = "sk-ok"


@request_fault(_ONE, breaks={"gemini.embeddings.unknown-key"}, before="authentication")
def gemini_vector_takes_any_key(call: Call) -> None:
    """A key that was never issued opens vectors."""
    if call.headers.get(_OWN) == _STRANGER:
        call.headers[_OWN] = "sk-ok"


@fault(_ONE, breaks={"gemini.embeddings.error-message"})
def gemini_vector_error_without_message(reply: Reply) -> Reply:
    """An error has no message."""
    return reply.edit_error(lambda body: body["error"].pop("message") and None)


@fault(_ONE, breaks={"gemini.embeddings.error-status"})
def gemini_vector_error_code_as_text(reply: Reply) -> Reply:
    """`code` of an error is text."""
    return reply.edit_error(lambda body: body["error"].update(code=str(body["error"]["code"])))


@fault(_ONE, breaks={"gemini.embeddings.error-status"})
def gemini_vector_error_of_openai(reply: Reply) -> Reply:
    """An error has a type instead of a status."""
    return reply.edit_error(lambda body: body["error"].update(type="not_found_error", status=None))
