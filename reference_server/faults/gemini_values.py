"""Ways to break single members of answers in the Gemini protocol."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from reference_server.faults import fault
from reference_server.faults.words.edits import change, each, in_chunks, label, put, raw, rename, status
from reference_server.faults.words.gemini import (
    ANSWER_TOKENS,
    COUNT,
    FINISH,
    GENERATE,
    MODEL,
    MODELS,
    PARTS,
    REFUSAL,
    STREAM,
    TOTAL,
    USAGE,
    as_array,
    as_events,
    cut,
    plain,
    serves,
)
from reference_server.faults.words.situations import asked, both, has, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_TOKEN = "candidates[].logprobsResult.chosenCandidates[].token"
_FAR = ", ".join(map(str, range(1, 201)))


def _is_usual(call: Call) -> bool:
    return not (call.query or "authorization" in call.headers or "flaky" in call.path)


def _is_answered(call: Call) -> bool:
    return any(turn.get("role") == "model" and "text" in turn["parts"][0] for turn in call.body["contents"])


def _limits_low(call: Call) -> bool:
    return call.body["generationConfig"].get("maxOutputTokens", 100) < 100


def _free_prompt(usage: dict[str, Any]) -> dict[str, Any]:
    return usage | {"promptTokenCount": 0, "totalTokenCount": usage.get("candidatesTokenCount", 0)}


def _no_single(candidates: list[Any]) -> list[Any]:
    return [] if len(candidates) == 1 else candidates


def _by_name(models: list[dict[str, Any]]) -> dict[str, Any]:
    return {model["name"]: model for model in models}


def _add_prompt(usage: dict[str, Any]) -> None:
    usage["candidatesTokenCount"] += usage["promptTokenCount"]


# Names.
model_version_empty = fault(
    GENERATE, "`modelVersion` is empty.", put("modelVersion", ""), breaks={"gemini.model-version"}
)
model_version_is_a_number = fault(
    GENERATE, "`modelVersion` is a number.", put("modelVersion", 2.5), breaks={"gemini.model-version"}
)
response_ids_are_numbers = fault(
    GENERATE,
    "Every answer has a number as its id, another one each time.",
    change("responseId", lambda name: crc32(name.encode())),
    breaks={"gemini.response-id"},
)

# Candidates.
gemini_no_candidates = fault(
    GENERATE, "There is no candidate.", change("candidates", _no_single), breaks={"gemini.candidates"}
)
gemini_text_empty = fault(
    GENERATE, "The plainest answer is empty.", put(PARTS, [{"text": ""}]), when=plain, breaks={"gemini.text"}
)
gemini_finish_reason_empty = fault(
    GENERATE, "`finishReason` is empty.", put(FINISH, ""), when=plain, breaks={"gemini.finish-reason"}
)
gemini_logprobs_by_number = fault(
    GENERATE, "Tokens with probabilities are numbers.", change(_TOKEN, len), breaks={"gemini.logprobs"}
)
gemini_only_the_count_is_cut = fault(
    GENERATE, "Only the count is cut.", put(PARTS, [{"text": _FAR}]), when=cut, breaks={"gemini.max-tokens"}
)

# Tokens.
gemini_total_as_text = fault(GENERATE, "The total of the tokens is a text.", put(TOTAL, "27"), breaks={"gemini.usage"})
gemini_answer_counted_in_text = fault(
    GENERATE, "The tokens of an answer are a text.", put(ANSWER_TOKENS, "some"), breaks={"gemini.usage"}
)
gemini_cut_answer_counts_its_prompt = fault(
    GENERATE, "A cut answer counts its prompt too.", each(USAGE, _add_prompt), when=cut, breaks={"gemini.max-tokens"}
)
gemini_stream_prompt_is_free = fault(
    STREAM, "A stream counts no prompt tokens.", in_chunks(change(USAGE, _free_prompt)), breaks={"gemini.stream.usage"}
)

# Streams.
array_labelled_as_events = fault(
    STREAM, "An array is labelled as events.", label("text/event-stream"), when=as_array, breaks={"gemini.stream.array"}
)
array_within_an_object = fault(
    STREAM,
    "A stream as an array stands within an object.",
    lambda reply, _: Reply(200, reply.headers, b'{"responses": ' + reply.encoded() + b"}"),
    when=as_array,
    breaks={"gemini.stream.array"},
)
array_of_choices = fault(
    STREAM,
    "The pieces of an array hold choices, as in the OpenAI dialect.",
    in_chunks(rename("candidates", "choices")),
    when=as_array,
    breaks={"gemini.stream.array"},
)
gemini_stream_in_latin_1 = fault(
    STREAM,
    "The plainest stream is greeted in Latin-1.",
    raw(lambda data: data.replace(b'"text":"', b'"text":"\xa1', 1)),
    when=both(plain, as_events),
    breaks={"gemini.stream.framing"},
)
gemini_stream_error_without_words = fault(
    STREAM, "An error in a stream is wordless.", in_chunks(put("error.message", "")), breaks={"gemini.errors.midstream"}
)

# Statuses and lists.
gemini_answer_is_created = fault(
    GENERATE, "The plain answer is a 201.", status(201), when=both(plain, asked(_is_usual)), breaks={"gemini.answers"}
)
gemini_count_is_created = fault(COUNT, "A count is a 201.", status(201), when=served, breaks={"gemini.count-tokens"})
gemini_models_of_a_proxy = fault(
    MODELS, "The list of models is a 203.", status(203), when=served, breaks={"gemini.models"}
)
gemini_model_of_a_proxy = fault(
    MODEL, "One model is a 203.", status(203), when=served, breaks={"gemini.models.retrieve"}
)
gemini_models_by_name = fault(MODELS, "The models are an object.", change("models", _by_name), breaks={"gemini.models"})

# Refusals.
gemini_instruction_refused = fault(
    GENERATE, "An instruction is refused.", REFUSAL, when=has("systemInstruction"), breaks={"gemini.system-instruction"}
)
gemini_turns_of_the_model_refused = fault(
    GENERATE, "A turn of the model's words is refused.", REFUSAL, when=serves(_is_answered), breaks={"gemini.history"}
)
gemini_low_limit_refused = fault(
    GENERATE, "A limit below 100 is refused.", REFUSAL, when=serves(_limits_low), breaks={"gemini.max-tokens"}
)
