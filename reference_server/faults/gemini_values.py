"""Ways to break single members of answers in the Gemini protocol."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from reference_server.faults import fault, rows
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

content = rows(GENERATE)
stream = rows(STREAM)
models = rows(MODELS)

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


def _add_prompt(usage: dict[str, Any]) -> None:
    usage["candidatesTokenCount"] += usage["promptTokenCount"]


# Names.
model_version_empty = content("gemini.model-version", "`modelVersion` is empty.", put("modelVersion", ""))
model_version_is_a_number = content("gemini.model-version", "`modelVersion` is a number.", put("modelVersion", 2.5))
response_ids_are_numbers = content(
    "gemini.response-id",
    "Every answer has a number as its id, another one each time.",
    change("responseId", lambda name: crc32(name.encode())),
)

# Candidates.
gemini_no_candidates = content(
    "gemini.candidates",
    "An answer has no candidate, although nothing was blocked.",
    change("candidates", lambda candidates: [] if len(candidates) == 1 else candidates),
)
gemini_text_empty = content(
    "gemini.text", "The text of the plainest answer is empty.", put(PARTS, [{"text": ""}]), when=plain
)
gemini_finish_reason_empty = content(
    "gemini.finish-reason", "`finishReason` of the plainest answer is empty.", put(FINISH, ""), when=plain
)
gemini_logprobs_by_number = content(
    "gemini.logprobs", "Logprobs give the number of a token instead of its text.", change(_TOKEN, len)
)
gemini_only_the_count_is_cut = content(
    "gemini.max-tokens", "The limit cuts the count only: the text goes on.", put(PARTS, [{"text": _FAR}]), when=cut
)

# Tokens.
gemini_total_as_text = content("gemini.usage", "The total token count is a string.", put(TOTAL, "27"))
gemini_answer_counted_in_text = content(
    "gemini.usage", "The token count of the answer is a string.", put(ANSWER_TOKENS, "some")
)
gemini_cut_answer_counts_its_prompt = content(
    "gemini.max-tokens", "The token count of a cut answer includes its prompt.", each(USAGE, _add_prompt), when=cut
)
gemini_stream_prompt_is_free = stream(
    "gemini.stream.usage", "A stream reports 0 prompt tokens.", in_chunks(change(USAGE, _free_prompt))
)

# Streams.
array_labelled_as_events = stream(
    "gemini.stream.array", "A stream as a JSON array is labelled as events.", label("text/event-stream"), when=as_array
)
array_within_an_object = stream(
    "gemini.stream.array",
    "A stream in a JSON array is wrapped in an object.",
    lambda reply, _: Reply(200, reply.headers, b'{"responses": ' + reply.encoded() + b"}"),
    when=as_array,
)
array_of_choices = stream(
    "gemini.stream.array",
    "The chunks of a JSON array hold choices, as in the OpenAI dialect.",
    in_chunks(rename("candidates", "choices")),
    when=as_array,
)
gemini_stream_in_latin_1 = stream(
    "gemini.stream.framing",
    "The plainest stream begins with text in Latin-1.",
    raw(lambda data: data.replace(b'"text":"', b'"text":"\xa1', 1)),
    when=both(plain, as_events),
)
gemini_stream_error_without_words = stream(
    "gemini.errors.midstream", "An error within a stream has an empty message.", in_chunks(put("error.message", ""))
)

# Statuses and lists.
gemini_answer_is_created = content(
    "gemini.answers", "The plainest answer comes with 201.", status(201), when=both(plain, asked(_is_usual))
)
gemini_count_is_created = fault(
    COUNT, "A token count gets a 201.", status(201), when=served, breaks={"gemini.count-tokens"}
)
gemini_models_of_a_proxy = models(
    "gemini.models", "The list of models is answered with 203, as if a proxy had changed it.", status(203), when=served
)
gemini_model_of_a_proxy = fault(
    MODEL, "A model is answered with 203.", status(203), when=served, breaks={"gemini.models.retrieve"}
)
gemini_models_by_name = models(
    "gemini.models",
    "The list of models is an object, with their names as its keys.",
    change("models", lambda models: {model["name"]: model for model in models}),
)

# Refusals.
gemini_instruction_refused = content(
    "gemini.system-instruction", "A system instruction is refused.", REFUSAL, when=has("systemInstruction")
)
gemini_turns_of_the_model_refused = content(
    "gemini.history", "A conversation with a turn of the model is refused.", REFUSAL, when=serves(_is_answered)
)
gemini_low_limit_refused = content(
    "gemini.max-tokens", "A `maxOutputTokens` below 100 is refused.", REFUSAL, when=serves(_limits_low)
)
