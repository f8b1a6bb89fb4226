"""Ways to break whole answers in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WHOLE = "generateContent"
_COUNT = "countGeminiTokens"


def failed(reply: Reply, status: int, name: str) -> Reply:
    """The same error under another status."""
    reply.body["error"] |= {"code": status, "status": name}
    reply.status = status
    return reply


def refused(status: int = 400, name: str = "INVALID_ARGUMENT") -> Reply:
    """An error instead of an answer."""
    return Reply.json({"error": {"code": status, "message": "This is not supported here.", "status": name}}, status)


def _candidates(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["candidates"] if reply.ok else []


def _spoken(reply: Reply) -> list[dict[str, Any]]:
    """The candidates that are text."""
    return [one for one in _candidates(reply) if "text" in one["content"]["parts"][0]]


def _config(call: Call) -> dict[str, Any]:
    config: dict[str, Any] = call.body.get("generationConfig", {})
    return config


@fault(_WHOLE, breaks={"gemini.answers"})
def gemini_labelled_as_text(reply: Reply) -> None:
    """A whole answer is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_WHOLE, breaks={"gemini.answers"})
def gemini_answer_in_array(reply: Reply) -> Reply:
    """A whole answer is an array of one, as a stream would be."""
    return reply.edit(lambda body: [body])


@fault(_WHOLE, breaks={"gemini.schema"})
def gemini_finish_message_a_number(reply: Reply) -> None:
    """`finishMessage` is a number."""
    for candidate in _candidates(reply):
        candidate["finishMessage"] = 7


@fault(_WHOLE, breaks={"gemini.candidates"})
def gemini_candidates_by_name(reply: Reply) -> Reply:
    """The candidates are an object."""
    return reply.edit(lambda body: body.update(candidates={"first": body["candidates"][0]}))


@fault(_WHOLE, breaks={"gemini.candidates"})
def gemini_choices_instead(reply: Reply) -> Reply:
    """The answer is that of the OpenAI dialect."""
    return reply.edit(lambda body: body.update(choices=body.pop("candidates")))


@fault(_WHOLE, breaks={"gemini.role"})
def gemini_role_of_openai(reply: Reply) -> None:
    """The role of a text is assistant."""
    for candidate in _spoken(reply):
        candidate["content"]["role"] = "assistant"


@fault(_WHOLE, breaks={"gemini.text"})
def gemini_text_without_parts(reply: Reply) -> None:
    """The text stands in the content itself."""
    for candidate in _spoken(reply):
        candidate["content"]["text"] = candidate["content"].pop("parts")[0]["text"]


@fault(_WHOLE, breaks={"gemini.finish-reason"})
def gemini_finish_reason_of_openai(reply: Reply) -> None:
    """A text that ends says stop."""
    for candidate in _spoken(reply):
        candidate["finishReason"] = candidate["finishReason"].replace("STOP", "stop")


@fault(_WHOLE, breaks={"gemini.finish-reason"})
def gemini_finish_reason_absent(reply: Reply) -> None:
    """A text that ends does not say why."""
    for candidate in _spoken(reply):
        if candidate["finishReason"] == "STOP":
            del candidate["finishReason"]


@fault(_WHOLE, breaks={"gemini.usage"})
def gemini_usage_of_openai(reply: Reply) -> Reply:
    """The token counts have the names of the OpenAI dialect."""
    names = {"promptTokenCount": "prompt_tokens", "candidatesTokenCount": "output", "totalTokenCount": "total_tokens"}
    return reply.edit(
        lambda body: body.update(usageMetadata={names[name]: count for name, count in body["usageMetadata"].items()})
    )


@fault(_WHOLE, breaks={"gemini.usage", "gemini.usage.sum"})
def gemini_total_without_answer(reply: Reply) -> Reply:
    """The total is the prompt's."""
    return reply.edit(
        lambda body: body["usageMetadata"].update(totalTokenCount=body["usageMetadata"]["promptTokenCount"])
    )


@fault(_WHOLE, breaks={"gemini.usage.sum"})
def gemini_total_off_by_one(reply: Reply) -> Reply:
    """The total is one more than its parts."""
    return reply.edit(
        lambda body: body["usageMetadata"].update(totalTokenCount=body["usageMetadata"]["totalTokenCount"] + 1)
    )


@fault(_WHOLE, breaks={"gemini.model-version"})
def gemini_model_unnamed(reply: Reply) -> Reply:
    """The answer does not name its model."""
    return reply.edit(lambda body: body.pop("modelVersion") and None)


@fault(_WHOLE, breaks={"gemini.response-id"})
def gemini_id_absent(reply: Reply) -> Reply:
    """The answer has no id."""
    return reply.edit(lambda body: body.pop("responseId") and None)


@fault(_WHOLE, breaks={"gemini.response-id"})
def gemini_id_constant(reply: Reply) -> Reply:
    """All answers have one id."""
    return reply.edit(lambda body: body.update(responseId="response"))


@request_fault(_WHOLE, breaks={"gemini.raw-slash", "gemini.encoded-slash"})
def gemini_slash_ends_the_name(call: Call) -> None:
    """Only what stands before the slash counts as the name."""
    name, _, method = call.path.rpartition(":")
    call.path = "/".join(name.split("/")[:4]) + f":{method}"


@fault("generateContentV1", breaks={"gemini.v1"}, gateway="ofox")
def gemini_v1_unknown(_reply: Reply) -> Reply:
    """There is no v1."""
    return refused(404, "NOT_FOUND")


@fault(_WHOLE, breaks={"gemini.default-role"})
def gemini_role_demanded(reply: Reply, call: Call) -> Reply:
    """A turn without a role is refused."""
    return refused() if reply.ok and any("role" not in turn for turn in call.body["contents"]) else reply


@request_fault(_WHOLE, breaks={"gemini.system-instruction"})
def gemini_instruction_dropped(call: Call) -> None:
    """The instruction does not reach the model."""
    call.body.pop("systemInstruction", None)


@request_fault(_WHOLE, breaks={"gemini.history"})
def gemini_history_dropped(call: Call) -> None:
    """Only the last turn of words reaches the model."""
    if "functionResponse" not in str(call.body["contents"]):
        del call.body["contents"][:-1]


@request_fault(_WHOLE, breaks={"gemini.snake-case"})
def gemini_snake_case_ignored(call: Call) -> None:
    """Fields in snake_case are not known, and dropped."""
    if b'"system_instruction"' in (call.raw or b""):
        call.body.pop("systemInstruction")


@fault(_WHOLE, breaks={"gemini.snake-case"})
def gemini_snake_case_refused(reply: Reply, call: Call) -> Reply:
    """Fields in snake_case are not known, and refused."""
    return refused() if b'"system_instruction"' in (call.raw or b"") else reply


@request_fault(_WHOLE, breaks={"gemini.max-tokens"})
def gemini_limit_ignored(call: Call) -> None:
    """The limit does not reach the model."""
    _config(call).pop("maxOutputTokens", None)


@fault(_WHOLE, breaks={"gemini.max-tokens.finish-reason"})
def gemini_cut_answer_says_stop(reply: Reply) -> None:
    """A cut answer pretends to have ended."""
    for candidate in _candidates(reply):
        candidate["finishReason"] = "STOP"


@fault(_WHOLE, breaks={"gemini.safety-settings"})
def gemini_safety_refused(reply: Reply, call: Call) -> Reply:
    """Safety settings are refused."""
    return refused() if reply.ok and "safetySettings" in call.body else reply


@request_fault(_WHOLE, breaks={"gemini.stop"})
def gemini_stop_ignored(call: Call) -> None:
    """Stop sequences do not reach the model."""
    _config(call).pop("stopSequences", None)


@fault(_WHOLE, breaks={"gemini.stop"})
def gemini_stop_left_in(reply: Reply, call: Call) -> None:
    """The stop sequence is left in the text."""
    for word in _config(call).get("stopSequences", ()):
        _spoken(reply)[0]["content"]["parts"].append({"text": word})


@fault(_WHOLE, breaks={"gemini.sampling"})
def gemini_top_k_fails(reply: Reply, call: Call) -> Reply:
    """A request with topK fails."""
    return refused(500, "INTERNAL") if reply.ok and "topK" in _config(call) else reply


@request_fault(_WHOLE, breaks={"gemini.candidate-count"})
def gemini_one_candidate(call: Call) -> None:
    """One candidate, however many are wanted."""
    _config(call).pop("candidateCount", None)


@fault(_WHOLE, breaks={"gemini.candidate-count"})
def gemini_candidates_share_an_index(reply: Reply) -> None:
    """All candidates have the index 0."""
    for candidate in _candidates(reply):
        candidate["index"] = 0


@request_fault(_WHOLE, breaks={"gemini.logprobs"})
def gemini_logprobs_ignored(call: Call) -> None:
    """Probabilities are not told."""
    for name in ("responseLogprobs", "logprobs"):
        _config(call).pop(name, None)


@fault(_WHOLE, breaks={"gemini.logprobs"})
def gemini_logprobs_are_probabilities(reply: Reply) -> None:
    """What should be a logarithm is a probability."""
    for candidate in _candidates(reply):
        for token in candidate.get("logprobsResult", {}).get("chosenCandidates", ()):
            token["logProbability"] = 0.9


@request_fault(_WHOLE, breaks={"gemini.json"})
def gemini_json_ignored(call: Call) -> None:
    """JSON without a schema is not asked of the model."""
    if not {"responseSchema", "responseJsonSchema"} & _config(call).keys():
        _config(call).pop("responseMimeType", None)


@fault(_WHOLE, breaks={"gemini.json", "gemini.json.schema", "gemini.json.json-schema"})
def gemini_json_in_fence(reply: Reply, call: Call) -> None:
    """JSON stands in a Markdown fence."""
    for candidate in _spoken(reply) if "responseMimeType" in _config(call) else ():
        part = candidate["content"]["parts"][0]
        part["text"] = f"```json\n{part['text']}\n```"


@request_fault(_WHOLE, breaks={"gemini.json.schema"})
def gemini_schema_ignored(call: Call) -> None:
    """`responseSchema` does not reach the model."""
    _config(call).pop("responseSchema", None)


@request_fault(_WHOLE, breaks={"gemini.json.json-schema"})
def gemini_json_schema_ignored(call: Call) -> None:
    """`responseJsonSchema` does not reach the model."""
    _config(call).pop("responseJsonSchema", None)


@fault(_WHOLE, breaks={"gemini.vision"})
def gemini_image_fails(reply: Reply, call: Call) -> Reply:
    """A request with an image fails."""
    return refused(500, "INTERNAL") if reply.ok and b"inlineData" in (call.raw or b"") else reply


@request_fault(_WHOLE, breaks={"gemini.vision.counted"})
def gemini_image_dropped(call: Call) -> None:
    """The image does not reach a model that could see it."""
    if "text-only" not in call.path and b'"iVBOR' in (call.raw or b""):
        call.body["contents"][-1]["parts"].pop()


@request_fault(_WHOLE, breaks={"gemini.same-text"})
def gemini_other_model_behind(call: Call) -> None:
    """Another model answers than in the OpenAI dialect: it repeats something else."""
    part = call.body["contents"][-1]["parts"][0]
    if "heron" in part.get("text", ""):
        part["text"] = "Repeat exactly: I cannot do that."


@fault(_WHOLE, breaks={"gemini.same-usage", "gemini.count-tokens.agrees"})
def gemini_prompt_counted_in_bytes(reply: Reply) -> Reply:
    """The prompt costs ten times its tokens."""

    def multiply(body: dict[str, Any]) -> None:
        usage = body["usageMetadata"]
        usage["totalTokenCount"] += 9 * usage["promptTokenCount"]
        usage["promptTokenCount"] *= 10

    return reply.edit(multiply)


@fault(_COUNT, breaks={"gemini.count-tokens"})
def gemini_count_as_text(reply: Reply) -> Reply:
    """The number of tokens is a text."""
    return reply.edit(lambda body: body.update(totalTokens=str(body["totalTokens"])))


@fault(_COUNT, breaks={"gemini.count-tokens.agrees"})
def gemini_count_in_bits(reply: Reply) -> Reply:
    """Ten times the tokens are counted before than after."""
    return reply.edit(lambda body: body.update(totalTokens=10 * body["totalTokens"]))


@fault("listGeminiModels", breaks={"gemini.models"})
def gemini_models_of_openai(reply: Reply) -> Reply:
    """The list of models is that of the OpenAI dialect."""
    return reply.edit(lambda body: {"object": "list", "data": body["models"]})


@fault("listGeminiModels", breaks={"gemini.models"})
def gemini_models_without_prefix(reply: Reply) -> None:
    """The names of models lack `models/`."""
    for model in reply.body["models"] if reply.ok else ():
        model["name"] = model["name"].removeprefix("models/")


@fault("retrieveGeminiModel", breaks={"gemini.models.retrieve"})
def gemini_retrieved_model_renamed(reply: Reply) -> Reply:
    """A model has another name alone than in the list."""
    return reply.edit(lambda body: body.update(name=body["displayName"]))
