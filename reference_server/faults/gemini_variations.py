"""Legal differences between gateways that speak the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences, request_variation, variation
from reference_server.faults.words.edits import Members, change, drop, each, in_error, put, raw, reshape
from reference_server.faults.words.gemini import (
    BATCH,
    EMBED,
    GENERATE,
    REFUSAL,
    STREAM,
    USAGE,
    as_events,
    in_texts,
    openai_list,
)
from reference_server.faults.words.situations import asks, has
from reference_server.wire.reply import Chunk, Reply

stream = differences(STREAM)
content = differences(GENERATE)
batch = differences(BATCH)
vectors = differences(EMBED)

_INFO = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SOMETHING", "domain": "gateway.example"}
_RATING = {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}


def _split_text(candidate: Chunk) -> None:
    text = candidate["content"]["parts"][0]["text"]
    candidate["content"]["parts"] = [{"text": text[: len(text) // 2]}, {"text": text[len(text) // 2 :]}]


def _sign(part: Chunk) -> None:
    if "functionCall" in part:
        part["functionCall"].pop("id")
        part["thoughtSignature"] = "c2lnbmVk"


def _count_thoughts(usage: Chunk) -> None:
    usage |= {"thoughtsTokenCount": 7, "totalTokenCount": usage["totalTokenCount"] + 7}


def _detail(usage: Chunk) -> None:
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage["promptTokenCount"]}]


def _leave_zeros_out(candidate: Chunk) -> None:
    if not candidate.get("index"):
        candidate.pop("index", None)
    for part in candidate["content"]["parts"]:
        if part.get("functionCall", {}).get("args") == {}:
            del part["functionCall"]["args"]


def _add_shape(vector: dict[str, Any]) -> None:
    vector |= {"shape": [len(vector["values"])], "statistics": {"tokenCount": 7, "truncated": False}}


gemini_lines_end_in_crlf = stream(
    "Lines of a stream end in CR LF.", raw(lambda data: data.replace(b"\n", b"\r\n")), when=as_events
)
gemini_thoughts_beside_text = content(
    "A text comes with a thought, whose tokens are counted apart.",
    in_texts(change("content.parts", lambda parts: [{"text": "I think.", "thought": True}, *parts])),
    each("usageMetadata", _count_thoughts),
)
gemini_signed_calls_without_ids = content(
    "Calls have a signature and no ids.", each("candidates[].content.parts[]", _sign)
)
gemini_text_in_two_parts = content("A text is split into two parts.", in_texts(Members(_split_text)))
gemini_zeros_absent = content(
    "Values that are zero or empty are absent, such as the index 0, as in Protocol Buffers.",
    each("candidates[]", _leave_zeros_out),
)
gemini_further_fields = content(
    "Answers have the further fields that the protocol knows.",
    each("usageMetadata", _detail),
    put("candidates[].avgLogprobs", -0.2),
    put("candidates[].safetyRatings", [_RATING]),
)
gemini_error_reasons = content("Errors give their reason in the details.", in_error(put("error.details", [_INFO])))
gemini_file_data_refused = content("The model refuses files by URI, and says so.", REFUSAL, when=asks('"fileData"'))
gemini_models_of_openai_below_v1 = variation(
    "listGeminiModelsV1", "The list below v1 is the OpenAI one, at the same base URL.", reshape(openai_list)
)


@stream()
def gemini_usage_in_every_chunk(reply: Reply) -> None:
    """Every chunk reports the usage so far."""
    if reply.events is not None and "usageMetadata" in reply.chunks[-1]:
        usage = reply.chunks[-1]["usageMetadata"]
        prompt = usage["promptTokenCount"]
        for place, chunk in enumerate(reply.chunks[:-1], 1):
            so_far = {"candidatesTokenCount": place, "totalTokenCount": prompt + place}
            chunk["usageMetadata"] = {"promptTokenCount": prompt, **so_far}


@stream()
def gemini_last_chunk_without_content(reply: Reply) -> None:
    """The last chunk of a text has a finish reason and nothing else."""
    events = reply.events or []
    for place, event in enumerate(events):
        if isinstance(event, dict) and _ends_text(event):
            ended = {**event["candidates"][0]}
            event["candidates"][0].pop("finishReason")
            ended.pop("content")
            usage = {"usageMetadata": event.pop("usageMetadata")} if "usageMetadata" in event else {}
            events.insert(place + 1, {**event, "candidates": [ended], **usage})
            return


@stream()
def gemini_last_chunk_with_empty_text(reply: Reply) -> None:
    """The last chunk of a text has an empty text."""
    for event in reply.chunks:
        if _ends_text(event):
            event["candidates"][0]["content"]["parts"].append({"text": ""})


def _ends_text(event: Chunk) -> bool:
    candidates: list[dict[str, Any]] = event.get("candidates") or [{}]
    parts = candidates[0].get("content", {}).get("parts") or [{}]
    return "finishReason" in candidates[0] and "text" in parts[0]


# Vectors.
gemini_batch_uncounted = batch("A batch has no token count.", drop(USAGE))
gemini_vector_count_without_details = vectors(
    "The token count of a vector comes without details.", drop("usageMetadata.promptTokenDetails")
)
gemini_vector_not_normalized = vectors(
    "A vector is longer than 1.", change("embedding.values[]", lambda number: number * 1.5)
)
gemini_vector_with_shape = vectors("A vector comes with its shape and its statistics.", each("embedding", _add_shape))
gemini_task_refused = vectors("The model refuses task types, and says so.", REFUSAL, when=has("taskType"))
gemini_batch_length_refused = batch(
    "The model refuses `outputDimensionality`, and says so.", REFUSAL, when=asks('"outputDimensionality"')
)
gemini_vector_shorter_in_openai_dialect = request_variation(
    "createEmbedding",
    "The model gives shorter vectors in the OpenAI dialect.",
    lambda call: call.body.setdefault("dimensions", 64),
    model="gemini-embedding-001",
)
