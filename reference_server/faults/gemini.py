"""Ways to break whole answers in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Members, add, change, drop, label, put, rename, reshape, swap
from reference_server.faults.words.gemini import (
    BARE_TEXT,
    COUNT,
    CRASH,
    FINISH,
    GENERATE,
    LAST_PART,
    MODEL,
    MODELS,
    NOT_FOUND,
    PARTS,
    REFUSAL,
    TEXT,
    TOTAL,
    USAGE,
    by_display_name,
    forget,
    in_texts,
    openai_list,
    serves,
)
from reference_server.faults.words.prompts import REPEAT, WORD
from reference_server.faults.words.situations import asked, asks, has, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_SYSTEM = "systemInstruction"
_IN_SNAKE_CASE = wrote(b'"system_instruction"')
_PROBABILITY = "candidates[].logprobsResult.chosenCandidates[].logProbability"
_OPENAI_COUNTS = {
    "promptTokenCount": "prompt_tokens",
    "candidatesTokenCount": "output",
    "totalTokenCount": "total_tokens",
}


def _shows_image(call: Call) -> bool:
    return "text-only" not in call.path and wrote(b'"iVBOR')(call)


def _no_schema(call: Call) -> bool:
    return not {"responseSchema", "responseJsonSchema"} & call.body.get("generationConfig", {}).keys()


def _no_role(call: Call) -> bool:
    return any("role" not in turn for turn in call.body["contents"])


def _in_openai_words(usage: dict[str, int]) -> dict[str, int]:
    return {_OPENAI_COUNTS[name]: count for name, count in usage.items()}


def _hide_end(candidate: dict[str, Any]) -> None:
    if candidate["finishReason"] == "STOP":
        del candidate["finishReason"]


def _by_name(candidates: list[Any]) -> dict[str, Any]:
    return {"first": candidates[0]}


def _bare_name(name: str) -> str:
    return name.removeprefix("models/")


def _raise_prompt(usage: dict[str, int]) -> dict[str, int]:
    prompt = usage["promptTokenCount"]
    return usage | {"totalTokenCount": usage["totalTokenCount"] + 9 * prompt, "promptTokenCount": 10 * prompt}


# The body and its candidates.
gemini_labelled_as_text = fault(
    GENERATE, "A whole answer is labelled as text.", label("text/plain"), breaks={"gemini.answers"}
)
gemini_answer_in_array = fault(
    GENERATE, "A whole answer is an array of one.", reshape(lambda answer: [answer]), breaks={"gemini.answers"}
)
gemini_finish_message_a_number = fault(
    GENERATE, "`finishMessage` is a number.", put("candidates[].finishMessage", 7), breaks={"gemini.schema"}
)
gemini_candidates_by_name = fault(
    GENERATE, "Candidates are an object.", change("candidates", _by_name), breaks={"gemini.candidates"}
)
gemini_choices_instead = fault(
    GENERATE, "The candidates are called choices.", rename("candidates", "choices"), breaks={"gemini.candidates"}
)
gemini_role_of_openai = fault(
    GENERATE, "The role of a text is assistant.", in_texts(put("content.role", "assistant")), breaks={"gemini.role"}
)
gemini_text_without_parts = fault(GENERATE, "The text stands in the content itself.", BARE_TEXT, breaks={"gemini.text"})
gemini_finish_reason_of_openai = fault(
    GENERATE, "A text ends in `stop`.", in_texts(swap("finishReason", "STOP", "stop")), breaks={"gemini.finish-reason"}
)
gemini_finish_reason_absent = fault(
    GENERATE, "A text that ends does not say why.", in_texts(Members(_hide_end)), breaks={"gemini.finish-reason"}
)
gemini_model_unnamed = fault(
    GENERATE, "The answer does not name its model.", drop("modelVersion"), breaks={"gemini.model-version"}
)
gemini_id_absent = fault(GENERATE, "The answer has no id.", drop("responseId"), breaks={"gemini.response-id"})
gemini_id_constant = fault(
    GENERATE, "All answers have one id.", put("responseId", "response"), breaks={"gemini.response-id"}
)

# Tokens.
gemini_usage_of_openai = fault(
    GENERATE, "The token counts have the names of OpenAI.", change(USAGE, _in_openai_words), breaks={"gemini.usage"}
)
gemini_total_without_answer = fault(
    GENERATE,
    "The total is the prompt's.",
    change(USAGE, lambda usage: usage | {"totalTokenCount": usage["promptTokenCount"]}),
    breaks={"gemini.usage", "gemini.usage.sum"},
)
gemini_total_off_by_one = fault(
    GENERATE, "The total is one more than its parts.", add(TOTAL, 1), breaks={"gemini.usage.sum"}
)
gemini_prompt_counted_in_bytes = fault(
    GENERATE,
    "A prompt costs ten times its tokens.",
    change(USAGE, _raise_prompt),
    breaks={"gemini.same-usage", "gemini.count-tokens.agrees"},
)
gemini_count_as_text = fault(
    COUNT, "The number of tokens is a text.", change("totalTokens", str), breaks={"gemini.count-tokens"}
)
gemini_count_in_bits = fault(
    COUNT,
    "A prompt is counted as ten times the tokens that an answer counts.",
    change("totalTokens", lambda count: 10 * count),
    breaks={"gemini.count-tokens.agrees"},
)

# Names and models.
gemini_v1_unknown = fault("generateContentV1", "There is no v1.", NOT_FOUND, breaks={"gemini.v1"}, gateway="ofox")
gemini_models_of_openai = fault(
    MODELS, "The list of models is that of OpenAI.", reshape(openai_list), breaks={"gemini.models"}
)
gemini_models_without_prefix = fault(
    MODELS, "The names of models lack `models/`.", change("models[].name", _bare_name), breaks={"gemini.models"}
)
gemini_retrieved_model_renamed = fault(
    MODEL, "A model has another name than in the list.", reshape(by_display_name), breaks={"gemini.models.retrieve"}
)


@request_fault(GENERATE, breaks={"gemini.raw-slash", "gemini.encoded-slash"})
def gemini_slash_ends_the_name(call: Call) -> None:
    """Only what stands before the slash counts as the name."""
    name, _, method = call.path.rpartition(":")
    call.path = "/".join(name.split("/")[:4]) + f":{method}"


# The conversation.
gemini_role_demanded = fault(
    GENERATE, "A turn without a role is refused.", REFUSAL, when=serves(_no_role), breaks={"gemini.default-role"}
)
gemini_instruction_dropped = request_fault(
    GENERATE, "The instruction is dropped.", drop(_SYSTEM), breaks={"gemini.system-instruction"}
)
gemini_history_dropped = request_fault(
    GENERATE,
    "Only the last turn of words is read.",
    change("contents", lambda turns: turns if "functionResponse" in str(turns) else turns[-1:]),
    breaks={"gemini.history"},
)
gemini_snake_case_ignored = request_fault(
    GENERATE, "Fields in snake_case are lost.", drop(_SYSTEM), when=_IN_SNAKE_CASE, breaks={"gemini.snake-case"}
)
gemini_snake_case_refused = fault(
    GENERATE, "Fields in snake_case are refused.", REFUSAL, when=asked(_IN_SNAKE_CASE), breaks={"gemini.snake-case"}
)
gemini_image_fails = fault(
    GENERATE, "A request with an image fails.", CRASH, when=asks('"inlineData"'), breaks={"gemini.vision"}
)
gemini_image_dropped = request_fault(
    GENERATE, "A visible image is dropped.", drop(LAST_PART), when=_shows_image, breaks={"gemini.vision.counted"}
)
gemini_other_model_behind = request_fault(
    GENERATE,
    "Another model answers than in the OpenAI dialect: it repeats something else.",
    change("contents[-1].parts[0].text", lambda text: f"{REPEAT}I cannot do that." if WORD in text else text),
    breaks={"gemini.same-text"},
)

# Options.
gemini_limit_ignored = request_fault(
    GENERATE, "The limit is ignored.", forget("maxOutputTokens"), breaks={"gemini.max-tokens"}
)
gemini_cut_answer_says_stop = fault(
    GENERATE, "A cut answer pretends to have ended.", put(FINISH, "STOP"), breaks={"gemini.max-tokens.finish-reason"}
)
gemini_safety_refused = fault(
    GENERATE, "Safety settings are refused.", REFUSAL, when=has("safetySettings"), breaks={"gemini.safety-settings"}
)
gemini_stop_ignored = request_fault(
    GENERATE, "Stop sequences are ignored.", forget("stopSequences"), breaks={"gemini.stop"}
)
gemini_top_k_fails = fault(
    GENERATE, "A request with topK fails.", CRASH, when=asks('"topK"'), breaks={"gemini.sampling"}
)
gemini_one_candidate = request_fault(
    GENERATE, "There is always one candidate.", forget("candidateCount"), breaks={"gemini.candidate-count"}
)
gemini_candidates_share_an_index = fault(
    GENERATE, "All candidates have the index 0.", put("candidates[].index", 0), breaks={"gemini.candidate-count"}
)
gemini_logprobs_ignored = request_fault(
    GENERATE, "Probabilities are not told.", forget("responseLogprobs", "logprobs"), breaks={"gemini.logprobs"}
)
gemini_logprobs_are_probabilities = fault(
    GENERATE, "A logarithm is the probability itself.", put(_PROBABILITY, 0.9), breaks={"gemini.logprobs"}
)


@fault(GENERATE, breaks={"gemini.stop"})
def gemini_stop_left_in(reply: Reply, call: Call) -> Reply:
    """The stop sequence is left in the text."""
    words = call.body.get("generationConfig", {}).get("stopSequences", ())
    return change(PARTS, lambda parts: [*parts, *({"text": word} for word in words)])(reply, call)


# JSON.
gemini_json_ignored = request_fault(
    GENERATE, "JSON without a schema is ignored.", forget("responseMimeType"), when=_no_schema, breaks={"gemini.json"}
)
gemini_json_in_fence = fault(
    GENERATE,
    "JSON stands in a Markdown fence.",
    in_texts(change(TEXT, "```json\n{}\n```".format)),
    when=asks('"responseMimeType"'),
    breaks={"gemini.json", "gemini.json.schema", "gemini.json.json-schema"},
)
gemini_schema_ignored = request_fault(
    GENERATE, "`responseSchema` is ignored.", forget("responseSchema"), breaks={"gemini.json.schema"}
)
gemini_json_schema_ignored = request_fault(
    GENERATE, "`responseJsonSchema` is ignored.", forget("responseJsonSchema"), breaks={"gemini.json.json-schema"}
)
