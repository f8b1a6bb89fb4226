"""Ways to break single members of answers in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.faults.gemini import refused
from reference_server.faults.gemini_stream import _as_events
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WHOLE = "generateContent"
_STREAM = "streamGenerateContent"


@fault(_WHOLE, breaks={"gemini.model-version"})
def model_version_empty(reply: Reply) -> Reply:
    """`modelVersion` is empty."""
    return reply.edit(lambda body: body.update(modelVersion=""))


@fault(_WHOLE, breaks={"gemini.model-version"})
def model_version_is_a_number(reply: Reply) -> Reply:
    """`modelVersion` is a number."""
    return reply.edit(lambda body: body.update(modelVersion=2.5))


@fault(_WHOLE, breaks={"gemini.response-id"})
def response_ids_are_numbers(reply: Reply) -> Reply:
    """Every answer has a number as its id, another one each time."""
    return reply.edit(lambda body: body.update(responseId=hash(body["responseId"]) % 10**9 + 1))


@fault(_WHOLE, breaks={"gemini.usage"})
def gemini_total_as_text(reply: Reply) -> Reply:
    """The total of the tokens is a text."""
    return reply.edit(lambda body: body["usageMetadata"].update(totalTokenCount="27"))


@fault(_STREAM, breaks={"gemini.stream.array"})
def array_labelled_as_events(reply: Reply, call: Call) -> None:
    """A stream as an array is labelled as a stream of events."""
    if reply.events is not None and not _as_events(reply, call):
        reply.headers["content-type"] = "text/event-stream"


@fault(_STREAM, breaks={"gemini.stream.array"})
def array_within_an_object(reply: Reply, call: Call) -> Reply:
    """A stream as an array stands within an object."""
    if reply.events is None or _as_events(reply, call):
        return reply
    return Reply(200, reply.headers, b'{"responses": ' + reply.encoded() + b"}")


@fault(_STREAM, breaks={"gemini.stream.usage"})
def gemini_stream_prompt_is_free(reply: Reply) -> None:
    """The stream counts no token of the prompt."""
    for chunk in reply.chunks:
        if usage := chunk.get("usageMetadata"):
            usage.update(promptTokenCount=0, totalTokenCount=usage.get("candidatesTokenCount", 0))


@fault(_WHOLE, breaks={"gemini.candidates"})
def gemini_no_candidates(reply: Reply) -> Reply:
    """Nothing was blocked, and there is no candidate."""
    return reply.edit(lambda body: body.update(candidates=[]) if len(body["candidates"]) == 1 else None)


@fault(_WHOLE, breaks={"gemini.text"})
def gemini_text_empty(reply: Reply, call: Call) -> None:
    """The plainest answer has one part, which is an empty text."""
    if reply.ok and _is_plain(call):
        reply.body["candidates"][0]["content"]["parts"] = [{"text": ""}]


@fault(_WHOLE, breaks={"gemini.finish-reason"})
def gemini_finish_reason_empty(reply: Reply, call: Call) -> None:
    """`finishReason` of the plainest answer is empty."""
    if reply.ok and _is_plain(call):
        reply.body["candidates"][0]["finishReason"] = ""


@fault(_WHOLE, breaks={"gemini.usage"})
def gemini_answer_counted_in_text(reply: Reply) -> Reply:
    """The tokens of an answer are a text."""
    return reply.edit(lambda body: body["usageMetadata"].update(candidatesTokenCount="some"))


def _cut(reply: Reply) -> Reply | None:
    """The reply, when the limit has cut it."""
    return reply if reply.ok and reply.body["candidates"][0]["finishReason"] == "MAX_TOKENS" else None


@fault(_WHOLE, breaks={"gemini.max-tokens"})
def gemini_cut_answer_counts_its_prompt(reply: Reply) -> None:
    """To the tokens of a cut answer those of its prompt are added."""
    if _cut(reply):
        usage = reply.body["usageMetadata"]
        usage["candidatesTokenCount"] += usage["promptTokenCount"]


@fault(_WHOLE, breaks={"gemini.max-tokens"})
def gemini_only_the_count_is_cut(reply: Reply) -> None:
    """The tokens end at the limit, and the words go on."""
    if _cut(reply):
        words = ", ".join(map(str, range(1, 201)))
        reply.body["candidates"][0]["content"]["parts"] = [{"text": words}]


@fault(_WHOLE, breaks={"gemini.logprobs"})
def gemini_logprobs_by_number(reply: Reply) -> Reply:
    """Tokens with probabilities are told by their numbers."""

    def number(body: dict[str, Any]) -> None:
        for candidate in body["candidates"]:
            for token in candidate.get("logprobsResult", {}).get("chosenCandidates", ()):
                token["token"] = len(token["token"])

    return reply.edit(number)


@fault(_STREAM, breaks={"gemini.stream.framing"})
def gemini_stream_in_latin_1(reply: Reply, call: Call) -> Reply:
    """The plainest stream is greeted in Latin-1."""
    plain = _is_plain(call) and _as_events(reply, call)
    return reply.raw(lambda data: data.replace(b'"text":"', b'"text":"\xa1', 1)) if plain else reply


@fault(_STREAM, breaks={"gemini.stream.array"})
def array_of_choices(reply: Reply) -> None:
    """The pieces of an array hold choices, as in the OpenAI dialect."""
    for chunk in reply.chunks if reply.array else ():
        chunk["choices"] = chunk.pop("candidates")


@fault(_STREAM, breaks={"gemini.errors.midstream"})
def gemini_stream_error_without_words(reply: Reply) -> None:
    """An error within a stream has an empty message."""
    for chunk in reply.chunks:
        if "error" in chunk:
            chunk["error"]["message"] = ""


@fault(_WHOLE, breaks={"gemini.answers"})
def gemini_answer_is_created(reply: Reply, call: Call) -> None:
    """The plainest answer is a 201."""
    other = call.query or "authorization" in call.headers or "flaky" in call.path
    if reply.ok and _is_plain(call) and not other:
        reply.status = 201


@fault("countGeminiTokens", breaks={"gemini.count-tokens"})
def gemini_count_is_created(reply: Reply) -> None:
    """A count is a 201."""
    if reply.ok:
        reply.status = 201


@fault("listGeminiModels", breaks={"gemini.models"})
def gemini_models_by_name(reply: Reply) -> Reply:
    """The models are an object, each under its name."""
    return reply.edit(lambda body: body.update(models={model["name"]: model for model in body["models"]}))


@fault("listGeminiModels", breaks={"gemini.models"})
def gemini_models_of_a_proxy(reply: Reply) -> None:
    """The list of models is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203


@fault("retrieveGeminiModel", breaks={"gemini.models.retrieve"})
def gemini_model_of_a_proxy(reply: Reply) -> None:
    """One model is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203


@fault(_WHOLE, breaks={"gemini.system-instruction"})
def gemini_instruction_refused(reply: Reply, call: Call) -> Reply:
    """An instruction is refused."""
    return refused() if reply.ok and "systemInstruction" in call.body else reply


@fault(_WHOLE, breaks={"gemini.history"})
def gemini_turns_of_the_model_refused(reply: Reply, call: Call) -> Reply:
    """A conversation in which the model has spoken is refused."""
    turns = call.body["contents"] if reply.ok else []
    spoken = any(turn.get("role") == "model" and "text" in turn["parts"][0] for turn in turns)
    return refused() if spoken else reply


@fault(_WHOLE, breaks={"gemini.max-tokens"})
def gemini_low_limit_refused(reply: Reply, call: Call) -> Reply:
    """A limit below 100 is refused."""
    low = reply.ok and call.body["generationConfig"].get("maxOutputTokens", 100) < 100
    return refused() if low else reply


def _is_plain(call: Call) -> bool:
    """The request is the plainest there is, in its usual form."""
    usual = call.body.keys() == {"contents", "generationConfig"} and len(call.body["generationConfig"]) == 1
    return usual and "hello in one short" in str(call.body["contents"])
