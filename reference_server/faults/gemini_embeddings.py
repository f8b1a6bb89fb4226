"""Ways to break vectors in the Gemini protocol."""

from __future__ import annotations

from math import hypot
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import answer, change, drop, in_error, label, put, rename, reshape
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

_V1, _BATCH_V1 = "embedContentV1", "batchEmbedContentsV1"
_LENGTH, _BATCH_LENGTH = "outputDimensionality", "requests[].outputDimensionality"
_DETAIL = "usageMetadata.promptTokenDetails[0].tokenCount"


def _in_openai_form(body: dict[str, Any]) -> dict[str, Any]:
    entry = {"object": "embedding", "index": 0, "embedding": body["embedding"]["values"]}
    return {"object": "list", "data": [entry], "usageMetadata": body["usageMetadata"]}


def _values(vector: dict[str, Any]) -> list[float]:
    return vector["values"]


def _first(vectors: list[Any]) -> list[Any]:
    return vectors[:1]


def _backwards(vectors: list[Any]) -> list[Any]:
    return vectors[::-1]


def _fill(vectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "values": _filled(entry["values"])} for entry in vectors] if len(vectors) > 1 else vectors


def _filled(values: list[float]) -> list[float]:
    filled = [number + (0.03, -0.03)[place % 2] for place, number in enumerate(values)]
    return [number / hypot(*filled) for number in filled]


def _senseless(call: Call) -> bool:
    return isinstance(call.body, dict) and call.body.get(_LENGTH) in (-1, "many")


# One vector.
gemini_vector_labelled_as_text = fault(
    EMBED, "A vector is labelled as text.", label("text/plain"), breaks={"gemini.embeddings.answers"}
)
gemini_vector_in_bare_array = fault(
    EMBED,
    "The body is a bare array.",
    reshape(lambda body: _values(body["embedding"])),
    breaks={"gemini.embeddings.answers"},
)
gemini_vectors_only_by_batch = fault(
    EMBED, "Every text is refused, though the route is there.", REFUSAL, breaks={"gemini.embeddings.answers"}
)
gemini_vector_count_as_text = fault(
    EMBED, "The details of the count are text.", put(_DETAIL, "7"), breaks={"gemini.embeddings.schema"}
)
gemini_vector_of_openai = fault(
    EMBED, "The answer has the form of OpenAI.", reshape(_in_openai_form), breaks={"gemini.embeddings.values"}
)
gemini_vector_as_bare_list = fault(
    EMBED, "`embedding` is the array itself.", change("embedding", _values), breaks={"gemini.embeddings.values"}
)
gemini_vector_of_text = fault(
    EMBED, "The numbers of a vector are text.", change("embedding.values[]", str), breaks={"gemini.embeddings.values"}
)
gemini_vector_empty = fault(
    EMBED, "A vector has no numbers.", put("embedding.values", []), breaks={"gemini.embeddings.values"}
)
gemini_vector_uncounted = fault(
    EMBED, "The tokens of a text are not told.", drop(USAGE), breaks={"gemini.embeddings.usage"}
)
gemini_vector_usage_of_openai = fault(
    EMBED,
    "The tokens are counted in the words of OpenAI.",
    change(USAGE, lambda usage: {"prompt_tokens": usage["promptTokenCount"]}),
    breaks={"gemini.embeddings.usage"},
)
gemini_vector_of_another_model = fault(
    "createEmbedding",
    "In the OpenAI dialect another model gives the vectors: the same numbers at other places.",
    change("data[].embedding", lambda values: [*values[1:], values[0]]),
    breaks={"gemini.embeddings.same"},
    model="gemini-embedding-001",
)
gemini_vector_unknown_below_v1 = fault(
    _V1, "Below v1 the models are not found.", NOT_FOUND, breaks={"gemini.embeddings.v1"}
)
gemini_vector_empty_below_v1 = fault(
    _V1, "Below v1 a vector has no numbers.", put("embedding.values", []), breaks={"gemini.embeddings.v1"}
)

# Batches.
gemini_batch_cut = fault(
    BATCH, "Only the first of a batch has a vector.", change("embeddings", _first), breaks={"gemini.embeddings.batch"}
)
gemini_batch_called_embedding = fault(
    BATCH,
    "The vectors of a batch stand in `embedding`, as a single one does.",
    change("embeddings", lambda vectors: vectors[0]),
    rename("embeddings", "embedding"),
    breaks={"gemini.embeddings.batch"},
)
gemini_batch_of_bare_lists = fault(
    BATCH, "The vectors are bare arrays.", change("embeddings[]", _values), breaks={"gemini.embeddings.batch"}
)
gemini_batch_count_as_text = fault(
    BATCH, "The count is text.", change(PROMPT_TOKENS, str), breaks={"gemini.embeddings.batch.schema"}
)
gemini_batch_reversed = fault(
    BATCH, "The last vector comes first.", change("embeddings", _backwards), breaks={"gemini.embeddings.batch.order"}
)
gemini_batch_padded = fault(
    BATCH, "Padding shows in the vectors.", change("embeddings", _fill), breaks={"gemini.embeddings.batch.alone"}
)
gemini_batch_of_nothing = fault(
    BATCH,
    "A batch without requests is answered by none.",
    answer({"embeddings": []}),
    when=asked(lambda call: call.body.get("requests") == []),
    breaks={"gemini.embeddings.batch.empty"},
)
gemini_batch_unknown_below_v1 = fault(
    _BATCH_V1, "Below v1 the models are not found.", NOT_FOUND, breaks={"gemini.embeddings.batch.v1"}
)
gemini_batch_cut_below_v1 = fault(
    _BATCH_V1, "Below v1 a batch has one vector.", change("embeddings", _first), breaks={"gemini.embeddings.batch.v1"}
)


@fault(BATCH, breaks={"gemini.embeddings.batch.order"})
def gemini_batch_sorted(reply: Reply, call: Call) -> None:
    """The vectors come in the order of their texts in the alphabet."""
    if reply.ok:
        requests = call.body["requests"]
        order = sorted(range(len(requests)), key=lambda place: str(requests[place]["content"]))
        reply.body["embeddings"] = [reply.body["embeddings"][place] for place in order]


@request_fault(BATCH, breaks={"gemini.embeddings.batch.distinct"})
def gemini_batch_of_first_text(call: Call) -> None:
    """Every request of a batch is answered as the first one."""
    for one in call.body["requests"]:
        one["content"] = call.body["requests"][0]["content"]


@request_fault(BATCH, breaks={"gemini.embeddings.batch.model"})
def gemini_batch_of_any_model(call: Call) -> None:
    """The model of the path counts, whatever a request names."""
    for one in call.body["requests"]:
        one["model"] = f"models/{call.path.rpartition('/')[2].partition(':')[0]}"


# Options.
gemini_vector_length_ignored = request_fault(
    EMBED, "`outputDimensionality` is ignored.", drop(_LENGTH), breaks={"gemini.embeddings.dimensions"}
)
gemini_vector_length_fails = fault(
    EMBED, "`outputDimensionality` is a 500.", CRASH, when=has(_LENGTH), breaks={"gemini.embeddings.dimensions"}
)
gemini_vector_length_not_checked = request_fault(
    EMBED,
    "A length that makes no sense is left out in silence.",
    drop(_LENGTH),
    when=_senseless,
    breaks={"gemini.embeddings.dimensions.invalid"},
    before="validation",
)
gemini_batch_length_ignored = request_fault(
    BATCH, "The length is ignored in a batch.", drop(_BATCH_LENGTH), breaks={"gemini.embeddings.batch.dimensions"}
)
gemini_batch_length_of_first = fault(
    BATCH,
    "Only the first request of a batch is given the length that it asks for.",
    change("embeddings", lambda found: [*found[:1], *({**one, "values": [*one["values"], 0.0]} for one in found[1:])]),
    when=asks(_LENGTH),
    breaks={"gemini.embeddings.batch.dimensions"},
)
gemini_title_fails = fault(EMBED, "A title is a 500.", CRASH, when=has("title"), breaks={"gemini.embeddings.task"})
gemini_task_unanswered = fault(
    EMBED,
    "With a task the body is `{}`.",
    reshape(lambda _: {}),
    when=has("taskType"),
    breaks={"gemini.embeddings.task"},
)

# Wrong requests.
gemini_vector_of_unknown_model_fails = fault(
    EMBED, "An unknown model is a 500.", fail(), when=UNKNOWN_MODEL, breaks={"gemini.embeddings.unknown-model"}
)
gemini_vector_of_nothing = fault(
    EMBED,
    "A request without content has a vector.",
    answer({"embedding": {"values": [0.0, 1.0]}}),
    when=lambda reply, call: reply.cause == "missing_field" and bool(call.body),
    breaks={"gemini.embeddings.missing-content"},
)
gemini_vector_needs_no_key = request_fault(
    EMBED, "Vectors need no key.", let_in(keyless), breaks={"gemini.embeddings.missing-key"}, before="authentication"
)
gemini_vector_takes_any_key = request_fault(
    EMBED, "Any key is valid.", let_in(strange), breaks={"gemini.embeddings.unknown-key"}, before="authentication"
)
gemini_vector_error_without_message = fault(
    EMBED, "An error has no message.", in_error(drop("error.message")), breaks={"gemini.embeddings.error-message"}
)
gemini_vector_error_code_as_text = fault(
    EMBED, "`code` of an error is text.", in_error(change("error.code", str)), breaks={"gemini.embeddings.error-status"}
)
gemini_vector_error_of_openai = fault(
    EMBED,
    "An error has a type instead of a status.",
    in_error(put("error.type", "not_found_error") | put("error.status", None)),
    breaks={"gemini.embeddings.error-status"},
)
