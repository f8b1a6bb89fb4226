"""Whole chat completions: the body, the choices and the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conformance.words.answer import (
    demand_count,
    demand_json,
    demand_kind,
    demand_now,
    demand_objects,
    demand_text,
)
from conformance.words.ask import Ask, user
from conformance.words.asked_model import demand_asked_model
from conformance.words.check import NotApplicable, alone, every, inconclusive, pick, requirement
from conformance.words.openai.chat import FINISH_REASONS, Completion, CompletionStream
from conformance.words.samples.media import text_part
from conformance.words.samples.prompts import FEWEST, LONG_RULES, REPEAT, TALK
from conformance.words.samples.unicode import (
    CODEWORD,
    CODEWORD_PROMPT,
    UNICODE_PROMPT,
    demand_name,
    demand_undamaged,
    leave_damaged,
)
from conformance.words.schema import demand_schema
from gateway_contract import Contract

CHATS = re.compile(r"gpt-\d|claude|gemini|llama|mistral|qwen|deepseek-chat|deepseek-v\d|grok-\d|kimi|glm-\d")
"""How the names of models begin that chat."""
MAKES = re.compile(
    r"embed|image|tts|audio|realtime|transcri|whisper|speech|instruct|search|live|video|guard|codex|-pro"
)
"""What the names of models hold that do something else, or cost much."""
PROVIDERS = 8
"""The most models that are asked."""

CUT = ("length", "content_filter")
TERSE = "You are a terse assistant who never uses more than five words."
MARKS = ["amber", "birch", "cobalt", "dune"]


@requirement("chat.answers")
def test_answers(chat: Completion, demand_supported: Callable[..., Any]) -> None:
    """A model and one user message are enough for an answer with status 200."""
    demand_supported(chat)


@requirement("chat.media-type")
@pytest.mark.parametrize("stream", [{}, {"stream": False}], ids=["absent", "false"])
def test_media_type(ask: Ask, stream: dict[str, Any]) -> None:
    """A whole answer is `application/json` and parses as one JSON object, with `stream` absent, false or null."""
    answer = ask.chat(**stream)

    if answer.status != 200:
        inconclusive(f"the request was answered {answer.status}")
    demand_json(answer.exchange)


@requirement("chat.schema")
def test_schema(chat: Completion, contract: Contract) -> None:
    """Every answer satisfies the documented schema of a chat completion."""
    demand_schema(contract.operations["createChatCompletion"], chat)


@requirement("chat.id")
def test_id(chat: Completion) -> None:
    """`id` is a non-empty string."""
    demand_text(chat.body.get("id"), "id")


@requirement("chat.id-unique")
def test_id_unique(ask: Ask, chat: Completion) -> None:
    """Two completions have different ids."""
    first = pick(chat.body, "id", kind=str)
    second = pick(ask.chat("Name one colour.").body, "id", kind=str)
    if not (first and second):
        inconclusive("cannot be judged: an id is empty")

    assert first != second, f"both completions have the id {first!r}"


@requirement("chat.object")
def test_object(chat: Completion) -> None:
    """`object` is `chat.completion`."""
    assert chat.body.get("object") == "chat.completion", f"object is {chat.body.get('object')!r}"


@requirement("chat.created")
def test_created(chat: Completion) -> None:
    """`created` is the Unix time of the answer in whole seconds."""
    demand_now(chat.body.get("created"), "created")


@requirement("chat.model")
def test_model(chat: Completion) -> None:
    """`model` is a non-empty string that names the model used."""
    demand_text(chat.body.get("model"), "model")


@requirement("chat.choices")
def test_choices(chat: Completion) -> None:
    """`choices` is a non-empty array of objects, each with a `message`."""
    for choice in demand_objects(chat.body.get("choices"), "choices"):
        demand_kind(choice.get("message"), "message", dict)


@requirement("chat.choice-index")
def test_choice_index(chat: Completion) -> None:
    """The `index` of the choices counts from 0 without gap or repetition."""
    indices = [demand_count(choice.get("index"), "index") for choice in chat.choices]

    assert sorted(indices) == list(range(len(indices))), f"the indices are {indices}"


@requirement("chat.role")
def test_role(chat: Completion) -> None:
    """The `role` of an answer is `assistant`."""
    assert chat.message.get("role") == "assistant", f"role is {chat.message.get('role')!r}"


@requirement("chat.content")
def test_content(chat: Completion) -> None:
    """The `content` of a plain text answer is a string."""
    content = chat.message.get("content")

    if content is None and (chat.finish_reason in CUT or chat.message.get("refusal")):
        inconclusive(f"the model gave no text and ended with {chat.finish_reason!r}")
    assert isinstance(content, str), f"content is {content!r:.80}"


@requirement("chat.content.not-empty")
def test_content_not_empty(chat: Completion) -> None:
    """A plain answer that ends normally is not empty."""
    if chat.finish_reason in CUT or chat.message.get("refusal"):
        inconclusive(f"the answer ended with {chat.finish_reason!r}")

    assert chat.text, "content is empty, although the answer ended normally"


@requirement("chat.finish-reason")
def test_finish_reason(chat: Completion) -> None:
    """`finish_reason` of a whole answer is stop, length, tool_calls, content_filter or function_call."""
    for choice in chat.choices:
        reason = choice.get("finish_reason")
        assert reason in FINISH_REASONS, f"finish_reason is {reason!r}"
        assert reason != "tool_calls" or choice["message"].get("tool_calls"), "finish_reason tool_calls, but no call"


@requirement("chat.finish-reason.natural")
def test_finish_reason_natural(ask: Ask, chat: Completion) -> None:
    """An answer that ends by itself is not reported as cut, whatever the limit."""
    if chat.finish_reason != "length":
        return
    free = ask.chat(**ask.room(max(1024, 2 * ask.cap)))
    if free.text != chat.text or not free.text:
        inconclusive("the limit may have cut the answer off")

    assert free.finish_reason != "length", f"{chat.text!r:.120} ends with length, whatever the limit"


@requirement("chat.unicode")
def test_unicode(ask: Ask) -> None:
    """Text of every plane of Unicode passes through both ways unharmed."""
    demand_undamaged(ask.chat(UNICODE_PROMPT).text)


@requirement("chat.unicode.counted")
def test_unicode_counted(ask: Ask) -> None:
    """Words outside ASCII reach the model: they cost prompt tokens."""
    words = "Ελλάδα 世界 नमस्ते שלום мир"
    blank = "".join(" " if letter == " " else "" for letter in words)

    with_words, without = (ask.chat(f"Say hello. {text}").tokens("prompt_tokens") for text in (words, blank))

    assert with_words > without, f"with five further words the prompt costs {with_words} tokens, without {without}"


def _at_once(ask: Ask) -> list[tuple[Completion, CompletionStream]]:
    """Answers, whole and streamed, to requests that were sent at the same time."""
    prompts = [f"Repeat exactly: {mark}-{mark}" for mark in MARKS]
    with ThreadPoolExecutor(2 * len(prompts)) as pool:
        whole, streamed = pool.map(ask.chat, prompts), pool.map(ask.stream, prompts)
        return list(zip(whole, streamed, strict=True))


@requirement("chat.isolation.chunks")
@alone
def test_isolation_chunks(ask: Ask, chat_stream: CompletionStream) -> None:
    """The chunks of streams at the same time do not mix: each stream keeps one id."""
    if len(_ids(chat_stream)) != 1:
        inconclusive("the chunks of a stream do not share one id")
    streams = [stream for _, stream in _at_once(ask)]

    for mark, stream in zip(MARKS, streams, strict=True):
        ids = _ids(stream)
        assert len(ids) == 1, f"the stream for {mark!r} has chunks of {len(ids)} answers: {ids!r:.160}"


def _ids(stream: CompletionStream) -> list[str]:
    """The different ids in the chunks of a stream."""
    return list(dict.fromkeys(str(chunk["id"]) for chunk in stream.chunks if chunk.get("id")))


@requirement("chat.isolation")
@alone
def test_isolation(ask: Ask) -> None:
    """Requests at the same time, whole and streamed, get their own answers and no one else's."""
    answers = [
        (mark, answer, text)
        for mark, (whole, stream) in zip(MARKS, _at_once(ask), strict=True)
        for answer, text in ((whole, whole.text), (stream, stream.text()))
    ]

    for mark, answer, text in answers:
        strangers = [other for other in MARKS if other != mark and f"{other}-{other}" in text]
        assert not strangers, f"the answer {answer.status} to {mark!r} speaks of {strangers}: {text!r:.120}"
    if not any(mark in text for mark, _, text in answers):
        inconclusive("the model does not repeat what it is asked to")


@requirement("chat.routes-by-model")
def test_routes_by_model(ask: Ask) -> None:
    """Further models of the models list are accepted on the same endpoint."""
    listed = pick(ask.get("/models").json, "data", kind=list)
    family = ask.model.rpartition("/")[2][:3]
    names = [str(entry.get("id")) for entry in listed if isinstance(entry, dict)]
    others = [name for name in names if name != ask.model]
    similar = next((name for name in others if name.rpartition("/")[2].startswith(family)), None)
    if similar is None:
        inconclusive("the models list names no second model of the same family")

    answer = ask.chat(model=similar)

    assert answer.status not in {404, 405}, f"the listed model {similar} is answered {answer.status}"
    if answer.status != 200:
        inconclusive(f"the model {similar} is answered {answer.status}")


@requirement("chat.routes-by-provider")
def test_routes_by_provider(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """Of each provider, a listed model that chats is known; whether it works now is another matter."""
    if not promised:
        raise NotApplicable("that every listed model that chats can be asked is not documented")
    names = _one_of_each_provider(pick(ask.get("/models").json, "data", kind=list), ask.model)
    if not names:
        inconclusive("the models list names no other model that chats")
    unknown = {404, 405, *gateway["errors"]["status"]["unknown_model"]}

    def demand(name: str) -> None:
        answer = ask.chat(model=name)
        assert answer.status not in unknown, f"listed, but answered {answer.status}: {answer.exchange.text:.120}"
        if answer.status != 200:
            inconclusive(f"answered {answer.status}")

    every(names, demand, ask.recorder.touched)


def _one_of_each_provider(listed: list[Any], own: str) -> list[str]:
    """For each provider the first listed model, other than our own, whose name says that it chats."""
    names = [entry["id"] for entry in listed if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
    first: dict[str, str] = {}
    for name in names:
        provider, _, model = name.rpartition("/")
        if model != own.rpartition("/")[2] and CHATS.match(model.lower()) and not MAKES.search(model.lower()):
            first.setdefault(provider, name)
    return list(first.values())[:PROVIDERS]


@requirement("chat.documented-example")
def test_documented_example(ask: Ask, promised: bool, demand_supported: Callable[..., Any]) -> None:
    """The documented example, with a system message and a temperature of 0.4, is answered."""
    if not promised:
        raise NotApplicable("the documents have another example")
    messages = [{"role": "system", "content": "You are a concise assistant."}, user("Explain SOLID in one sentence.")]

    demand_supported(ask.chat(messages=messages, temperature=0.4))


@requirement("chat.method")
def test_method(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """The endpoint takes POST; a list of stored completions is another operation, where it is documented."""
    answer = ask.get("/chat/completions")
    listed = isinstance(answer.json, dict) and answer.json.get("object") == "list"
    if answer.status == 200 and listed and not promised:
        inconclusive("the target lists stored completions")

    assert answer.status in gateway["errors"]["status"]["wrong_method"], f"GET is answered {answer.status}"


@requirement("chat.content-type-charset")
def test_content_type_charset(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A body sent as `application/json; charset=utf-8` is accepted like one without the charset."""
    headers = {"content-type": "application/json; charset=utf-8"}
    answer = Completion(ask.post("/chat/completions", ask.body(), headers=headers))

    demand_supported(answer)


@requirement("chat.sdk-headers")
def test_sdk_headers(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """The headers that official clients add (`x-stainless-*`, `openai-organization`) do not disturb a request."""
    headers = {
        "user-agent": "OpenAI/Python 3.52.0",
        "x-stainless-lang": "python",
        "x-stainless-retry-count": "0",
        "x-stainless-read-timeout": "600",
        "idempotency-key": "stainless-python-retry-1",
    }
    answer = Completion(ask.post("/chat/completions", ask.body(), headers=headers))

    demand_supported(answer)


@requirement("chat.messages.system")
def test_system_message(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A `system` message may come first, and reaches the model: it costs prompt tokens."""
    _demand_counted(ask, demand_supported(_instructed(ask, "system")), "a system message")


@requirement("chat.messages.developer")
def test_developer_message(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A `developer` message is accepted where a system message is, and costs prompt tokens."""
    _demand_counted(ask, demand_supported(_instructed(ask, "developer")), "a developer message")


@requirement("chat.messages.system.unicode")
def test_system_unicode(ask: Ask) -> None:
    """Letters outside ASCII in a system message reach the model undamaged."""
    leave_damaged(ask.chat(UNICODE_PROMPT).text)

    demand_name([_instructed(ask, "system").text])


@requirement("chat.messages.system.parts")
def test_system_parts(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A `system` message may be text parts, each of which reaches the model."""
    parts = [text_part(TERSE), text_part(f"{TERSE} {CODEWORD}")]
    plain, alone = (one.tokens("prompt_tokens") for one in (ask.chat(CODEWORD_PROMPT), _instructed(ask, "system")))
    if alone < plain + FEWEST:
        inconclusive("not even a system message that is one text is counted")
    answer = demand_supported(ask.chat(messages=[{"role": "system", "content": parts}, user(CODEWORD_PROMPT)]))

    together = answer.tokens("prompt_tokens")
    assert together >= alone + FEWEST, f"two text parts cost {together} prompt tokens, one as a string {alone}"


def _instructed(ask: Ask, role: str) -> Completion:
    """The answer to a question that a message of this role, which comes first, answers."""
    return ask.chat(messages=[{"role": role, "content": f"{TERSE} {CODEWORD}"}, user(CODEWORD_PROMPT)])


def _demand_counted(ask: Ask, answer: Completion, what: str) -> None:
    """Demands that the text of a first message costs tokens, and not only the message as such."""
    alone, together = (one.tokens("prompt_tokens") for one in (ask.chat(CODEWORD_PROMPT), answer))
    assert together >= alone + FEWEST, f"with {what} the prompt costs {together} tokens, without it {alone}"


@requirement("chat.messages.text-parts")
def test_text_parts(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """Content given as several text parts is accepted and read like the same text given as a string."""
    whole = ask.chat(REPEAT)

    parts = demand_supported(ask.chat([text_part(text) for text in re.split(r"(?= beta)", REPEAT)]))

    counted, known = parts.tokens("prompt_tokens"), whole.tokens("prompt_tokens")
    assert counted >= known - 1, f"two text parts cost {counted} prompt tokens, the same text as a string {known}"


@requirement("chat.messages.history")
def test_history(ask: Ask) -> None:
    """Earlier turns reach the model: they are counted, and what they say can be asked for."""
    question = user(CODEWORD_PROMPT)
    history = [user("The codeword is marmalade."), question]
    turns = [history[0], {"role": "assistant", "content": "I will remember that word for you."}, question]

    answer = ask.chat(messages=turns)

    assert answer.status == 200, f"three turns are answered {answer.status}: {answer.exchange.text:.200}"
    for fewer, more, lost in (
        ([question], turns, "earlier turns"),
        (history, turns, "assistant's turn"),
        ([question], history, "first of two turns of the user"),
    ):
        alone, together = (ask.chat(messages=some).tokens("prompt_tokens") for some in (fewer, more))
        assert together > alone, f"the {lost} cost no prompt tokens: {together} with, {alone} without"
    later = [*({"role": role, "content": text} for role, text in TALK), question]
    longest = [user(LONG_RULES), {"role": "assistant", "content": "I understand."}, *later]
    alone, together = (ask.chat(messages=some).tokens("prompt_tokens") for some in (later, longest))
    assert together >= alone + FEWEST, f"of 13 turns the first two cost {together - alone} prompt tokens"


@requirement("chat.model.asked")
def test_model_asked(ask: Ask, chat: Completion, chat_stream: CompletionStream) -> None:
    """The model that answers is the one that was asked for: its version or its provider may be named besides."""
    whole, streamed = pick(chat.body, "model", kind=str), pick(chat_stream.chunks, 0, "model", kind=str)

    demand_asked_model(ask, ask.model, (whole, chat.exchange), (streamed, chat_stream.exchange))
