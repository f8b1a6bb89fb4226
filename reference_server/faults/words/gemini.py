"""The words of faults in the Gemini protocol: its operations, paths, requests and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults.words.edits import Edit, Members, answer, change, drop, each, in_chunks
from reference_server.faults.words.prompts import HELLO, NO_KEY
from reference_server.faults.words.situations import Situation, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

GENERATE = "generateContent"
STREAM = "streamGenerateContent"
COUNT = "countGeminiTokens"
MODELS = "listGeminiModels"
MODEL = "retrieveGeminiModel"
EMBED = "embedContent"
BATCH = "batchEmbedContents"

ARGUMENTS = "candidates[].content.parts[].functionCall.args"
NAME = "candidates[].content.parts[].functionCall.name"
PARTS = "candidates[].content.parts"
FINISH = "candidates[].finishReason"
TEXT = "content.parts[0].text"
"""The text of a candidate."""
USAGE = "usageMetadata"
TOTAL, PROMPT_TOKENS = "usageMetadata.totalTokenCount", "usageMetadata.promptTokenCount"
ANSWER_TOKENS = "usageMetadata.candidatesTokenCount"
CALL_ID = "candidates[].content.parts[].functionCall.id"
LAST_PART = "contents[-1].parts[-1]"
KEY = "x-goog-api-key"


def is_text(candidate: dict[str, Any]) -> bool:
    """The candidate begins with a text."""
    return "text" in candidate["content"]["parts"][0]


def in_texts(edit: Members) -> Members:
    """Edit each candidate that is a text."""
    return each("candidates[]", lambda candidate: edit.apply(candidate) if is_text(candidate) else None)


def in_pieces(edit: Members) -> Edit:
    """Edit each candidate of a stream that is a text."""
    return in_chunks(in_texts(edit))


BARE_TEXT = in_texts(change("content", lambda content: {"role": content["role"], "text": content["parts"][0]["text"]}))
"""The text stands in the content itself."""


def _refusal(code: int, name: str) -> Edit:
    error = answer({"error": {"code": code, "message": "This is not supported here.", "status": name}}, code)
    return lambda reply, call: error(reply, call) if reply.ok else reply


REFUSAL = _refusal(400, "INVALID_ARGUMENT")
"""Refuse a request that would be served."""
NOT_FOUND = _refusal(404, "NOT_FOUND")
"""Do not find what a request that would be served asks for."""
CRASH = _refusal(500, "INTERNAL")
"""Fail at a request that would be served."""


def fail(code: int = 500, name: str = "INTERNAL") -> Edit:
    """Answer with the same error under another status."""

    def edit(reply: Reply, _: Call) -> None:
        reply.body["error"] |= {"code": code, "status": name}
        reply.status = code

    return edit


def tell_in_stream(reply: Reply, _: Call) -> Reply:
    """Answer with a stream whose one event is the error."""
    return Reply.stream([reply.body])


def openai_list(body: dict[str, Any]) -> dict[str, Any]:
    """A list of models in the form of the OpenAI dialect."""
    return {"object": "list", "data": body["models"]}


def by_display_name(model: dict[str, Any]) -> dict[str, Any]:
    """The model under its display name."""
    return model | {"name": model["displayName"]}


def plain(reply: Reply, call: Call) -> bool:
    """The plainest request there is was served."""
    body = sent(call)
    usual = body.keys() == {"contents", "generationConfig"} and len(body["generationConfig"]) == 1
    return reply.ok and usual and HELLO in str(body["contents"])


def cut(reply: Reply, _: Call) -> bool:
    """The limit has cut the answer."""
    return reply.ok and reply.body["candidates"][0]["finishReason"] == "MAX_TOKENS"


def as_events(reply: Reply, call: Call) -> bool:
    """The answer is a stream of events."""
    return reply.events is not None and call.query.get("alt") == "sse"


def as_array(reply: Reply, _: Call) -> bool:
    """The answer is a stream that is one array."""
    return reply.events is not None and reply.array


def forget(*options: str) -> Members:
    """Take options of the generation out of a request."""
    return drop(*(f"generationConfig.{name}" for name in options))


def serves(test: Callable[[Call], bool]) -> Situation:
    """A request that passes this test was served."""
    return lambda reply, call: reply.ok and test(call)


def calling(**options: Any) -> Callable[[Call], bool]:
    """The request has these options for the calling of functions."""

    def test(call: Call) -> bool:
        config = call.body.get("toolConfig", {}).get("functionCallingConfig", {})
        return all(config.get(name) == value for name, value in options.items())

    return test


def allowing(*names: str) -> Callable[[Call], bool]:
    """The request allows calls of these functions and no others."""
    return calling(allowedFunctionNames=list(names))


def functions(call: Call) -> list[dict[str, Any]]:
    """The functions that a request declares."""
    return [one for tool in call.body.get("tools", ()) for one in tool.get("functionDeclarations", ())]


def keyless(call: Call) -> bool:
    """The request has no key in any of its places."""
    return not (call.headers.get(KEY) or call.headers.get("authorization") or call.query.get("key"))


def strange(call: Call) -> bool:
    """The key of the request was never issued."""
    return call.headers.get(KEY) == NO_KEY


def let_in(test: Callable[[Call], bool]) -> Callable[[Call], None]:
    """Take a valid key instead, where the request passes a test."""
    return lambda call: call.headers.update({KEY: "sk-ok"}) if test(call) else None
