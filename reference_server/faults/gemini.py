"""Ways to break whole answers in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    Members,
    add,
    answer,
    change,
    drop,
    in_chunk,
    in_chunks,
    label,
    put,
    rename,
    reshape,
    status,
    swap,
)
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
    PROMPT_TOKENS,
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
from reference_server.faults.words.situations import asked, asks, both, has, served, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

content = rows(GENERATE)
count = rows(COUNT)
models = rows(MODELS)
request = rows(GENERATE, request_fault)
content_v1 = rows("generateContentV1")
stream_v1 = rows("streamGenerateContentV1")
count_v1 = rows("countGeminiTokensV1")
models_v1 = rows("listGeminiModelsV1")
model_v1 = rows("retrieveGeminiModelV1")

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


def _hide_end(candidate: dict[str, Any]) -> None:
    if candidate["finishReason"] == "STOP":
        del candidate["finishReason"]


def _raise_prompt(usage: dict[str, int]) -> dict[str, int]:
    prompt = usage["promptTokenCount"]
    return usage | {"totalTokenCount": usage["totalTokenCount"] + 9 * prompt, "promptTokenCount": 10 * prompt}


_published = "publishers/google/{}".format

# The body and its candidates.
gemini_labelled_as_text = content("gemini.answers", "A whole answer is labelled as text.", label("text/plain"))
gemini_answer_in_array = content(
    "gemini.answers", "A whole answer is wrapped in an array, as a stream would be.", reshape(lambda answer: [answer])
)
gemini_finish_message_a_number = content(
    "gemini.schema", "`finishMessage` is a number.", put("candidates[].finishMessage", 7)
)
gemini_candidates_by_name = content(
    "gemini.candidates",
    "The candidates are an object instead of a list.",
    change("candidates", lambda candidates: {"first": candidates[0]}),
)
gemini_choices_instead = content(
    "gemini.candidates", "The candidates are called `choices`, as by OpenAI.", rename("candidates", "choices")
)
gemini_role_of_openai = content(
    "gemini.role", "The role of an answer is `assistant`.", in_texts(put("content.role", "assistant"))
)
gemini_text_without_parts = content("gemini.text", "The text stands in the content, without parts.", BARE_TEXT)
gemini_finish_reason_of_openai = content(
    "gemini.finish-reason", "The finish reason of a text is `stop`.", in_texts(swap("finishReason", "STOP", "stop"))
)
gemini_finish_reason_absent = content(
    "gemini.finish-reason", "A text answer has no finish reason.", in_texts(Members(_hide_end))
)
gemini_another_model_answers = content(
    "gemini.model-version.asked",
    "Another listed model answers.",
    swap("modelVersion", "gemini-3-flash-preview", "gpt-4o"),
)
gemini_model_unnamed = content("gemini.model-version", "The answer does not name its model.", drop("modelVersion"))
gemini_id_absent = content("gemini.response-id", "The answer has no id.", drop("responseId"))
gemini_id_constant = content("gemini.response-id", "All answers have the same id.", put("responseId", "response"))

# Tokens.
gemini_usage_of_openai = content(
    "gemini.usage",
    "The token counts have their names from the OpenAI dialect.",
    change(USAGE, lambda usage: {_OPENAI_COUNTS[name]: count for name, count in usage.items()}),
)
gemini_total_without_answer = content(
    "gemini.usage gemini.usage.sum",
    "The total counts only the prompt.",
    change(USAGE, lambda usage: usage | {"totalTokenCount": usage["promptTokenCount"]}),
)
gemini_total_off_by_one = content("gemini.usage.sum", "The total is one more than its parts.", add(TOTAL, 1))
gemini_prompt_counted_in_bytes = content(
    "gemini.same-usage gemini.count-tokens.agrees gemini.stream.usage.equals-whole",
    "Prompts count ten times as many tokens.",
    change(USAGE, _raise_prompt),
)
gemini_count_as_text = count("gemini.count-tokens", "The token count is a string.", change("totalTokens", str))
gemini_count_in_bits = count(
    "gemini.count-tokens.agrees",
    "Counting a prompt gives ten times the tokens that its answer reports.",
    change("totalTokens", lambda count: 10 * count),
)

# Names and models.
gemini_v1_unknown = content_v1("gemini.v1", "The route below v1 does not exist.", NOT_FOUND, gateway="ofox")
gemini_models_of_openai = models(
    "gemini.models", "The list of models has the form of the OpenAI dialect.", reshape(openai_list)
)
gemini_models_without_prefix = models(
    "gemini.models",
    "The names of models lack `models/`.",
    change("models[].name", lambda name: name.removeprefix("models/")),
)
gemini_retrieved_model_renamed = fault(
    MODEL,
    "A retrieved model has another name than in the list.",
    reshape(by_display_name),
    breaks={"gemini.models.retrieve"},
)


@request("gemini.raw-slash gemini.encoded-slash")
def gemini_slash_ends_the_name(call: Call) -> None:
    """A model whose name has a slash is looked up by the part before it."""
    name, _, method = call.path.rpartition(":")
    call.path = "/".join(name.split("/")[:4]) + f":{method}"


# The conversation.
gemini_role_demanded = content(
    "gemini.default-role", "A turn without a role is refused.", REFUSAL, when=serves(_no_role)
)
gemini_instruction_dropped = request(
    "gemini.system-instruction", "The system instruction does not reach the model.", drop(_SYSTEM)
)
gemini_history_dropped = request(
    "gemini.history gemini.vision.turns",
    "Only the last turn with text reaches the model.",
    change("contents", lambda turns: turns if "functionResponse" in str(turns) else turns[-1:]),
)
gemini_turns_before_a_third_dropped = request(
    "gemini.history gemini.vision.turns",
    "Of a conversation of three turns only the last one reaches the model, unless functions are used.",
    change("contents", lambda turns: turns[-1:] if len(turns) == 3 and "function" not in str(turns) else turns, list),
)
gemini_first_turns_dropped = request(
    "gemini.history", "Only the last eleven turns reach the model.", change("contents", lambda turns: turns[-11:], list)
)
gemini_snake_case_ignored = request(
    "gemini.snake-case", "Fields in snake_case are ignored.", drop(_SYSTEM), when=_IN_SNAKE_CASE
)
gemini_snake_case_refused = content(
    "gemini.snake-case", "Fields in snake_case are refused as unknown.", REFUSAL, when=asked(_IN_SNAKE_CASE)
)
gemini_image_fails = content("gemini.vision", "A request with an image gets a 500.", CRASH, when=asks('"inlineData"'))
gemini_image_uncounted = content(
    "gemini.vision.counted",
    "An image reaches the model, and costs nothing.",
    put(PROMPT_TOKENS, 1),
    when=asks('"iVBOR'),
)
gemini_image_dropped = request(
    "gemini.vision.counted gemini.vision.kept",
    "An image does not reach a model that could see it.",
    drop(LAST_PART),
    when=_shows_image,
)
gemini_other_model_behind = request(
    "gemini.same-text",
    "The same prompt is answered with another text than in the OpenAI dialect.",
    change("contents[-1].parts[0].text", lambda text: f"{REPEAT}I cannot do that." if WORD in text else text),
)

# Options.
gemini_limit_ignored = request(
    "gemini.max-tokens", "`maxOutputTokens` does not reach the model.", forget("maxOutputTokens")
)
gemini_cut_answer_says_stop = content(
    "gemini.max-tokens.finish-reason", "An answer cut by the limit has the finish reason `STOP`.", put(FINISH, "STOP")
)
gemini_safety_refused = content(
    "gemini.safety-settings", "A request with safety settings is refused.", REFUSAL, when=has("safetySettings")
)
gemini_stop_ignored = request("gemini.stop", "Stop sequences do not reach the model.", forget("stopSequences"))
gemini_top_k_fails = content("gemini.sampling", "A request with `topK` gets a 500.", CRASH, when=asks('"topK"'))
gemini_one_candidate = request(
    "gemini.candidate-count", "There is one candidate, whatever `candidateCount` asks for.", forget("candidateCount")
)
gemini_candidates_share_an_index = content(
    "gemini.candidate-count", "All candidates have the index 0.", put("candidates[].index", 0)
)
gemini_logprobs_ignored = request(
    "gemini.logprobs", "A request for logprobs gets none.", forget("responseLogprobs", "logprobs")
)
gemini_logprobs_are_probabilities = content(
    "gemini.logprobs", "A log probability is given as a probability between 0 and 1.", put(_PROBABILITY, 0.9)
)


@content("gemini.stop")
def gemini_stop_left_in(reply: Reply, call: Call) -> Reply:
    """The stop sequence is left in the text."""
    words = call.body.get("generationConfig", {}).get("stopSequences", ())
    return change(PARTS, lambda parts: [*parts, *({"text": word} for word in words)])(reply, call)


# JSON.
gemini_json_ignored = request(
    "gemini.json", "JSON without a schema is ignored.", forget("responseMimeType"), when=_no_schema
)
gemini_json_in_fence = content(
    "gemini.json gemini.json.schema gemini.json.json-schema",
    "The JSON of an answer stands in a Markdown fence.",
    in_texts(change(TEXT, "```json\n{}\n```".format)),
    when=asks('"responseMimeType"'),
)
gemini_schema_ignored = request(
    "gemini.json.schema", "`responseSchema` does not reach the model.", forget("responseSchema")
)
gemini_json_schema_ignored = request(
    "gemini.json.json-schema", "`responseJsonSchema` does not reach the model.", forget("responseJsonSchema")
)

# Below v1.
gemini_v1_without_parts = content_v1("gemini.v1", "Below v1 the content of an answer has no parts.", put(PARTS, []))
gemini_v1_content_is_a_text = content_v1(
    "gemini.v1", "Below v1 the content of an answer is a string.", put("candidates[].content", "Hello.")
)
gemini_stream_v1_without_text = stream_v1(
    "gemini.stream.v1", "Below v1 the chunks of a stream have empty texts.", in_chunks(put(PARTS, [{"text": ""}]))
)
gemini_stream_v1_of_numbers = stream_v1(
    "gemini.stream.v1", "Below v1 `candidates` of the first chunk is a number.", in_chunk(0, put("candidates", 1))
)
gemini_count_as_text_below_v1 = count_v1(
    "gemini.v1.count-tokens", "Below v1 the token count is a string.", change("totalTokens", str)
)
gemini_count_unknown_below_v1 = count_v1(
    "gemini.v1.count-tokens", "The route for token counts below v1 is answered as unknown.", NOT_FOUND
)
gemini_count_is_created_below_v1 = count_v1(
    "gemini.v1.count-tokens", "Below v1 a token count is answered with 201.", status(201), when=served
)
gemini_models_renamed_below_v1 = models_v1(
    "gemini.v1.models", "Below v1 the listed models have other names.", change("models[].name", _published)
)
gemini_models_of_a_proxy_below_v1 = models_v1(
    "gemini.v1.models",
    "Below v1 the list of models gets a 203, as if a proxy had changed it.",
    status(203),
    when=served,
)
gemini_model_renamed_below_v1 = model_v1(
    "gemini.v1.models.retrieve",
    "Below v1 a retrieved model has another name than in the list.",
    reshape(by_display_name),
)
gemini_model_of_a_proxy_below_v1 = model_v1(
    "gemini.v1.models.retrieve", "Below v1 a model gets a 203, as if a proxy had changed it.", status(203), when=served
)

# Files by URI.
gemini_file_data_unknown = content(
    "gemini.file-data gemini.files.use",
    "A part without `inlineData` is refused with a bare string.",
    answer("Field required", 422),
    when=both(served, asks('"fileData"')),
)
gemini_file_data_dropped = request(
    "gemini.file-data.counted",
    "A file by URI does not reach the model.",
    change("contents[].parts", lambda parts: [part for part in parts if "fileData" not in part]),
)
