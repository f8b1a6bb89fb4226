"""Ways to break a whole chat completion."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"chat.media-type"})
def completion_as_text(reply: Reply) -> None:
    """A whole answer is labelled text/plain."""
    if reply.ok and reply.events is None:
        reply.headers["content-type"] = "text/plain; charset=utf-8"


@fault(_CHAT, breaks={"chat.schema"})
def fingerprint_is_a_number(reply: Reply) -> Reply:
    """`system_fingerprint` is a number."""
    return reply.edit(lambda body: body.update(system_fingerprint=44709))


@fault(_CHAT, breaks={"chat.id"})
def completion_without_id(reply: Reply) -> Reply:
    """A whole answer has no id."""
    return reply.edit(lambda body: body.pop("id", None) and None)


@fault(_CHAT, breaks={"chat.id-unique"})
def completion_ids_constant(reply: Reply) -> Reply:
    """Every whole answer has the same id."""
    return reply.edit(lambda body: body.update(id="chatcmpl-1"))


@fault(_CHAT, breaks={"chat.object"})
def object_is_text_completion(reply: Reply) -> Reply:
    """`object` is the one of the older completions."""
    return reply.edit(lambda body: body.update(object="text_completion"))


@fault(_CHAT, breaks={"chat.created"})
def created_in_milliseconds(reply: Reply) -> Reply:
    """`created` is in milliseconds."""
    return reply.edit(lambda body: body.update(created=body["created"] * 1000))


@fault(_CHAT, breaks={"chat.created"})
def created_as_text(reply: Reply) -> Reply:
    """`created` is an ISO 8601 string."""
    return reply.edit(lambda body: body.update(created="2026-11-20T12:00:00Z"))


@fault(_CHAT, breaks={"chat.model"})
def model_is_empty(reply: Reply) -> Reply:
    """`model` is an empty string."""
    return reply.edit(lambda body: body.update(model=""))


@fault(_CHAT, breaks={"chat.choices"})
def choices_is_null(reply: Reply) -> Reply:
    """`choices` is null."""
    return reply.edit(lambda body: body.update(choices=None))


@fault(_CHAT, breaks={"chat.choice-index"})
def choice_index_from_one(reply: Reply) -> Reply:
    """The choices are counted from 1."""

    def renumber(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            choice["index"] += 1

    return reply.edit(renumber)


@fault(_CHAT, breaks={"chat.role"})
def role_is_model(reply: Reply) -> Reply:
    """The answer's role is the word of another protocol."""
    return reply.edit(lambda body: _messages(body, lambda message: message.update(role="model")))


@fault(_CHAT, breaks={"chat.content"})
def content_as_parts(reply: Reply) -> Reply:
    """Text content is an array of parts."""

    def split(message: dict[str, Any]) -> None:
        if isinstance(message.get("content"), str):
            message["content"] = [{"type": "text", "text": message["content"]}]

    return reply.edit(lambda body: _messages(body, split))


@request_fault(_CHAT, breaks={"chat.unicode.counted"})
def words_outside_ascii_lost(call: Call) -> None:
    """What is not ASCII is dropped from prompts that ask for no repetition."""
    content = call.body["messages"][-1].get("content")
    if isinstance(content, str) and content.startswith("Say hello. "):
        call.body["messages"][-1]["content"] = content.encode("ascii", "ignore").decode()


@fault(_CHAT, breaks={"chat.content.not-empty"})
def failure_as_empty_success(reply: Reply) -> Reply:
    """Every whole text answer is empty, and pretends to have ended normally."""

    def empty(message: dict[str, Any]) -> None:
        if isinstance(message.get("content"), str):
            message["content"] = ""

    return reply.edit(lambda body: _messages(body, empty))


@fault(_CHAT, breaks={"chat.finish-reason", "chat.stop.finish-reason"})
def finish_reason_of_another_protocol(reply: Reply) -> Reply:
    """A whole answer ends with `end_turn`."""

    def rename(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            if choice["finish_reason"] == "stop":
                choice["finish_reason"] = "end_turn"

    return reply.edit(rename)


@fault(_CHAT, breaks={"chat.unicode"})
def utf8_read_as_latin_1(reply: Reply) -> Reply:
    """The text of a whole answer is UTF-8 that was decoded as Latin-1."""

    def mangle(message: dict[str, Any]) -> None:
        if isinstance(message.get("content"), str):
            message["content"] = message["content"].encode().decode("latin-1")

    return reply.edit(lambda body: _messages(body, mangle))


@fault(_CHAT, breaks={"chat.unicode"})
def answer_in_question_marks(reply: Reply) -> Reply:
    """Every letter outside ASCII becomes a question mark."""
    return reply.edit(lambda body: _messages(body, lambda message: _spell(message, r"[^\x00-\x7f]", "?")))


@fault(_CHAT, breaks={"chat.unicode"})
def answer_without_emoji(reply: Reply) -> Reply:
    """Characters beyond the first plane are lost."""
    return reply.edit(lambda body: _messages(body, lambda message: _spell(message, r"[\U00010000-\U0010ffff]", "")))


@fault(_CHAT, breaks={"chat.unicode"})
def answer_decomposed(reply: Reply) -> Reply:
    """Letters with marks are taken apart."""

    def take_apart(message: dict[str, Any]) -> None:
        if isinstance(message.get("content"), str):
            message["content"] = normalize("NFD", message["content"])

    return reply.edit(lambda body: _messages(body, take_apart))


def _spell(message: dict[str, Any], letters: str, instead: str) -> None:
    if isinstance(message.get("content"), str):
        message["content"] = re.sub(letters, instead, message["content"])


@request_fault(_CHAT, breaks={"chat.isolation"})
def answers_mixed_up(call: Call) -> None:
    """A request that asks for a repetition is answered by the text of the one before it."""
    last = call.body["messages"][-1]
    if str(last.get("content")).startswith("Repeat exactly: ") and "-" in last["content"]:
        last["content"], _MIXED[0] = _MIXED[0], last["content"]


@fault(_CHAT, breaks={"chat.isolation.chunks"})
def chunk_strays(reply: Reply, call: Call) -> None:
    """One chunk of a repetition belongs to the answer before it."""
    if reply.chunks and re.fullmatch(r"Repeat exactly: (\w+)-\1", str(call.body["messages"][-1].get("content"))):
        reply.chunks[1]["id"] = "chatcmpl-of-somebody-else"


_MIXED = ["Repeat exactly: birch-birch"]


@fault(_CHAT, breaks={"chat.routes-by-model"})
def one_model_only(reply: Reply, call: Call) -> Reply:
    """A listed model is refused as unknown."""
    if reply.ok and call.body.get("model") in {"gpt-4o", "gpt-4o-mini-2024-07-18"}:
        return Reply.json({"error": {"message": "no such model", "type": None, "param": "model", "code": None}}, 404)
    return reply


@fault("*", breaks={"chat.method"})
def completions_answer_get(reply: Reply, call: Call) -> Reply:
    """GET on the completions endpoint is a success."""
    wrong = call.method == "GET" and call.path.endswith("/chat/completions")
    return Reply.json({"status": "ready"}) if wrong else reply


@fault(_CHAT, breaks={"chat.content-type-charset"})
def charset_refused(reply: Reply, call: Call) -> Reply:
    """A Content-Type with a charset is unsupported."""
    return _refused(415) if "charset" in call.headers.get("content-type", "") else reply


@fault(_CHAT, breaks={"chat.sdk-headers"})
def sdk_headers_refused(reply: Reply, call: Call) -> Reply:
    """Headers of an official client are refused."""
    return _refused(400) if "x-stainless-lang" in call.headers else reply


@request_fault(_CHAT, breaks={"chat.messages.system", "chat.prompt.system-later"})
def system_dropped(call: Call) -> None:
    """A system message does not reach the model."""
    call.body["messages"] = [message for message in call.body["messages"] if message["role"] != "system"]


@fault(_CHAT, breaks={"chat.messages.system"})
def system_refused(reply: Reply, call: Call) -> Reply:
    """The role `system` is refused."""
    return _refused(400) if reply.ok and "system" in _roles(call) else reply


@fault(_CHAT, breaks={"chat.messages.developer"})
def developer_refused(reply: Reply, call: Call) -> Reply:
    """The role `developer` is refused."""
    return _refused(400) if reply.ok and "developer" in _roles(call) else reply


@request_fault(_CHAT, breaks={"chat.messages.text-parts"})
def text_parts_dropped(call: Call) -> None:
    """Content that is given as parts reaches the model empty."""
    for message in call.body["messages"]:
        if isinstance(message.get("content"), list):
            message["content"] = [part for part in message["content"] if part.get("type") != "text"] or ""


@request_fault(_CHAT, breaks={"chat.messages.history"})
def history_dropped(call: Call) -> None:
    """Of a conversation without tools only the last message reaches the model, and what the system says."""
    *earlier, last = call.body["messages"]
    if not any(message["role"] == "tool" for message in call.body["messages"]):
        call.body["messages"] = [one for one in earlier if one["role"] in ("system", "developer")] + [last]


@request_fault(_CHAT, breaks={"chat.messages.history"})
def assistant_dropped(call: Call) -> None:
    """What the assistant said before does not reach the model, unless it called a tool."""
    kept = [one for one in call.body["messages"] if one["role"] != "assistant" or one.get("tool_calls")]
    call.body["messages"] = kept


@fault(_CHAT, breaks={"chat.usage"})
def usage_counts_as_text(reply: Reply) -> Reply:
    """The number of prompt tokens is a string."""
    return reply.edit(lambda body: body["usage"].update(prompt_tokens=str(body["usage"]["prompt_tokens"])))


@fault(_CHAT, breaks={"chat.usage", "chat.usage.present"}, gateway="foxora")
def documented_usage_missing(reply: Reply) -> Reply:
    """A whole answer has no usage, although the documents show it."""
    return reply.edit(lambda body: body.pop("usage", None) and None)


@fault(_CHAT, breaks={"chat.usage.present"})
def usage_missing(reply: Reply) -> Reply:
    """A whole answer has no usage."""
    return reply.edit(lambda body: body.pop("usage", None) and None)


@fault(_CHAT, breaks={"chat.usage.total"})
def total_off_by_one(reply: Reply) -> Reply:
    """`total_tokens` is one more than the sum."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["total_tokens"] + 1))


@fault(_CHAT, breaks={"chat.usage.completion-counted", "chat.stream.usage.equals-whole"})
def completion_is_free(reply: Reply) -> Reply:
    """The completion is counted as 0 tokens."""

    def forget(body: dict[str, Any]) -> None:
        body["usage"].update(completion_tokens=0, total_tokens=body["usage"]["prompt_tokens"])
        body["usage"].pop("completion_tokens_details", None)

    return reply.edit(forget)


_COUNTED = {
    "chat.usage.grows",
    "chat.messages.history",
    "chat.messages.system",
    "chat.messages.developer",
    "chat.unicode.counted",
    "tools.result.counted",
    "tools.parallel.counted",
    "chat.prompt.system-later",
    "chat.stream.usage.equals-whole",
}


@fault(_CHAT, breaks=_COUNTED)
def prompt_counted_as_ten(reply: Reply) -> Reply:
    """Every prompt is counted as 10 tokens."""

    def flatten(body: dict[str, Any]) -> None:
        body["usage"].update(prompt_tokens=10, total_tokens=10 + body["usage"]["completion_tokens"])

    return reply.edit(flatten)


@fault(_CHAT, breaks={"chat.usage.details"})
def more_cached_than_sent(reply: Reply) -> Reply:
    """More prompt tokens are said to be cached than there are."""

    def exaggerate(body: dict[str, Any]) -> None:
        body["usage"]["prompt_tokens_details"] = {"cached_tokens": body["usage"]["prompt_tokens"] + 7}

    return reply.edit(exaggerate)


@fault(_CHAT, breaks={"chat.answers"}, model="gpt-4o-mini")
def plain_request_refused(reply: Reply, call: Call) -> Reply:
    """The plainest whole request is refused."""
    if not reply.ok:
        return reply
    plain = call.headers.get("content-type") == "application/json" and "x-stainless-lang" not in call.headers
    said = [{"role": "user", "content": "Say hello in one short sentence."}]
    if not (reply.ok and plain and call.body == {"model": "gpt-4o-mini", "messages": said, "max_tokens": 64}):
        return reply
    refused = _refused(400)
    refused.headers["x-request-id"] = reply.headers["x-request-id"]
    return refused


def _messages(body: dict[str, Any], change: Any) -> None:
    for choice in body["choices"]:
        change(choice["message"])


def _roles(call: Call) -> set[str]:
    return {message["role"] for message in call.body["messages"]}


def _refused(status: int) -> Reply:
    error = {"message": "This is not supported here.", "type": "invalid_request_error", "param": None, "code": None}
    return Reply.json({"error": error}, status)
