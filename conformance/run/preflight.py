"""Finds out, in a handful of requests and before anything is judged, whether there is something to judge.

Where nothing speaks the OpenAI dialect, a native protocol may be served: then that is judged, and nothing else.

A wrong set-up is no defect of the gateway: it ends the run, with what came and what to do about it.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import gateway_contract
from conformance.errors import CannotConnect, KeyRefused, NoModel, NotTheApi, TargetError
from conformance.target import KEY_VARIABLE
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.ask import MAX_TOKENS, Ask
from conformance.words.check import member

NOT_CHAT = re.compile(
    r"embed|whisper|tts|speech|transcri|dall-e|image|audio|realtime|moderation|rerank|video|sora|music|babbage|davinci"
)
CHEAP = re.compile(r"mini|nano|flash|haiku|lite|small|turbo|8b|echo")
CANDIDATES = 3
"""How many listed models are tried before the operator is asked to name one."""
NAMED = 6
"""The most listed models that a hint names."""
HEADER = re.compile(r"\bx-[a-z0-9]+(?:-[a-z0-9]+)*\b", re.IGNORECASE)
KEY = re.compile(
    r"api[ _-]?key|credential|unauthori[sz]ed|authenticat|(invalid|incorrect|missing|bad).{0,24}\b(key|token)\b"
    r"|\b(key|token)\b.{0,24}(invalid|incorrect|missing|expired|not valid)",
    re.IGNORECASE,
)
MODEL = re.compile(
    r"model.{0,80}(not.?found|does.?n.t exist|not exist|unknown|invalid|not (available|supported|allowed|configured))"
    r"|(unknown|invalid|no such|unsupported|unavailable).{0,24}model|model_not_found|not a valid model",
    re.IGNORECASE | re.DOTALL,
)
OPERATION = re.compile(r"/(chat/completions|completions|responses|embeddings|models|messages)/?$")
"""How an address ends that is that of an operation, and no base URL."""
VERSION = re.compile(r"/v\d\w*/?$")
"""How an address ends that names a version."""
AT_LIMIT = {402, 429}
NO_ROUTE = {404, 405, 501}
UPSTREAM = {502, 503, 504}
ANSWER = {"id", "object", "choices", "usage", "error", "message"}
"""Members of which an answer of any OpenAI-compatible API has one."""
THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks")
"""Members of a message in which gateways show what the model thought."""
LISTING = {"data", "object", "models", "error"}
"""The same of a list of models."""


def check(ask: Ask) -> None:
    """Chooses the chat model: the named one, or a cheap one that is listed. Without one, chat is not judged.

    Raises:
        CannotConnect: nobody answers.
        KeyRefused: the key does not open the target.
        NotTheApi: what answers at the base URL is something else.
        NoModel: the model that is named is unknown, or no listed one answers.
        TargetError: the account is at its limit, the model's upstream is away, or a required header is missing.
    """
    try:
        answer = ask.choose(ask.model) if ask.model else _first_that_answers(ask)
        _demand_right(ask, answer)
    except NotTheApi as error:
        if error.elsewhere or not discovery.speaks_natively(ask, gateway_contract.load(ask.recorder.target.gateway)):
            raise
        ask.model, ask.limit = "", MAX_TOKENS


def _demand_right(ask: Ask, answer: Exchange | None) -> None:
    if answer is not None:
        _demand_usable(ask, answer)
        if _thinks(answer):
            ask.let_think()


def _first_that_answers(ask: Ask) -> Exchange | None:
    """The answer of the first listed model that serves a plain request."""
    listing = ask.get("/models")
    _demand_listing(ask, listing)
    tried = []
    for name in _candidates(names(listing))[:CANDIDATES]:
        answer = ask.choose(name)
        if answer.status not in {400, 403, 404, 405, 422}:
            return answer
        tried.append(f"{name}: {answer.status}")
        if answer.status in NO_ROUTE and not _is_about_the_model(answer, name):
            ask.model, ask.limit = "", MAX_TOKENS
            _without_chat(ask, answer)
            return None
        _demand_key_and_headers(ask, answer)
    ask.model, ask.limit = "", MAX_TOKENS
    reason = f"no listed model answers a chat request ({'; '.join(tried)})" if tried else "GET /models lists no model"
    raise NoModel(reason, "name one that does: --model NAME")


def _demand_listing(ask: Ask, listing: Exchange) -> None:
    """Raises unless `GET /models` was answered as an OpenAI-compatible API answers it."""
    _demand_answered(listing)
    _demand_key_and_headers(ask, listing)
    if listing.status in NO_ROUTE or not _is_listing(listing):
        raise _not_the_api(ask, listing)


def _is_listing(listing: Exchange) -> bool:
    """Whether this may be the list of models of such an API, right or wrong; that of Gemini is another one."""
    if isinstance(listing.json, dict) and "supportedGenerationMethods" in listing.text:
        return False
    return isinstance(listing.json, list) or (isinstance(listing.json, dict) and not LISTING.isdisjoint(listing.json))


def _demand_usable(ask: Ask, answer: Exchange) -> None:
    """Raises when the answer to the plainest chat request shows that the set-up is wrong."""
    _demand_answered(answer)
    if answer.status == 200:
        if _is_foreign(answer):
            raise _not_the_api(ask, answer)
        return
    if answer.status in {400, 403, 404, 422} and _is_about_the_model(answer, ask.model):
        raise _unknown_model(ask, answer)
    _demand_key_and_headers(ask, answer)
    if answer.status in NO_ROUTE:
        _without_chat(ask, answer)
    if answer.status in UPSTREAM:
        raise TargetError(
            f"the model {ask.model} does not answer: {_summary(answer)}", "is its upstream up? else name another model"
        )


def _demand_answered(answer: Exchange) -> None:
    if not answer.status:
        raise CannotConnect(f"the target does not answer: {answer.broken}", "is the base URL right, and the target up?")
    if answer.status in AT_LIMIT:
        raise TargetError(f"the account is at its limit: {_summary(answer)}", "wait, or give a key with room")


def _demand_key_and_headers(ask: Ask, answer: Exchange) -> None:
    text = answer.text[:2000]
    if answer.status in {400, 401, 403, 422} and "header" in text.lower() and (named := _header(text)):
        raise TargetError(f"the target asks for the header {named}: {_summary(answer)}", f"--header '{named}: VALUE'")
    wants_key = answer.status == 401 or (answer.status in {400, 403, 422} and bool(KEY.search(text)))
    if wants_key or (answer.status in {400, 403} and ask.get("/models").status in {400, 401, 403}):
        if "default" in ask.recorder.target.keys:
            hint = f"set {KEY_VARIABLE} to a key that is valid there"
            raise KeyRefused(f"the target refuses the key: {_summary(answer)}", hint)
        raise KeyRefused(f"the target asks for a key: {_summary(answer)}", f"export {KEY_VARIABLE}=...")


def _header(text: str) -> str:
    """The first header that an error names, other than those that any error may name."""
    usual = {"x-request-id", "x-api-key"}
    return next((name for name in HEADER.findall(text) if name.lower() not in usual), "")


def _without_chat(ask: Ask, answer: Exchange) -> None:
    """Goes on without a chat model where the target has no such route; raises when it is no API at all."""
    listing = ask.get("/models")
    if listing.status != 200 or not _is_listing(listing):
        raise _not_the_api(ask, answer)
    ask.routes["POST /chat/completions"] = f"the target has no POST /chat/completions: it answers {answer.status}"


def _is_foreign(answer: Exchange) -> bool:
    """A success that is neither JSON of any such API, right or wrong, nor a stream. Broken JSON is judged."""
    unreadable = answer.broken or (answer.media_type == "application/json" and answer.json is None and answer.body)
    if answer.media_type == "text/event-stream" or unreadable:
        return False
    body = answer.json[0] if isinstance(answer.json, list) and answer.json else answer.json
    return not isinstance(body, dict) or ANSWER.isdisjoint(body)


def _thinks(answer: Exchange) -> bool:
    """The model thinks before it speaks: it says so, its thoughts are shown, or they left no room for an answer."""
    if answer.status != 200 or not isinstance(answer.json, dict):
        return False
    choices = answer.json.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = member(choice, "message")
    counted = member(answer.json, "usage", "completion_tokens_details", "reasoning_tokens")
    if (isinstance(counted, int) and counted > 0) or any(member(message, name) for name in THOUGHTS):
        return True
    text = member(message, "content") or ""
    silent = not text and member(choice, "finish_reason") == "length"
    return silent or (isinstance(text, str) and text.lstrip().startswith("<think>"))


def _is_about_the_model(answer: Exchange, model: str) -> bool:
    text = answer.text[:2000]
    error = answer.json.get("error") if isinstance(answer.json, dict) else None
    param = error.get("param") if isinstance(error, dict) else None
    return param == "model" or bool(MODEL.search(text)) or (answer.status == 404 and bool(model) and model in text)


def _unknown_model(ask: Ask, answer: Exchange) -> NoModel:
    listed = names(ask.get("/models"))
    hint = f"it lists {', '.join(_candidates(listed)[:NAMED])}" if listed else "it lists no model that could be named"
    return NoModel(f"the target does not serve the model {ask.model}: {_summary(answer)}", f"{hint}: --model NAME")


def _not_the_api(ask: Ask, answer: Exchange) -> NotTheApi:
    """The error that says what is at the base URL, and where the API is, if it is found below it."""
    base = ask.recorder.target.base_url
    message = f"this is no OpenAI-compatible API: {answer.request.method} {answer.url} is answered {_summary(answer)}"
    if operation := OPERATION.search(base):
        return NotTheApi(message, f"did you mean {base[: operation.start()]}?", elsewhere=True)
    if not urlsplit(base).path.rstrip("/").endswith("/v1"):
        usual = f"{VERSION.sub('', base)}/v1"
        listing = ask.send("GET", f"{usual}/models", key=None)
        there = listing.status in {401, 403} or (isinstance(listing.json, dict) and listing.status in {200, 400})
        if there and not discovery.is_native(listing):
            return NotTheApi(message, f"did you mean {usual}?", elsewhere=True)
    return NotTheApi(message, "give the base URL that the official SDK takes: https://host/v1")


def _summary(answer: Exchange) -> str:
    """The status, the media type of what is no JSON, and the beginning of the text, on one line."""
    kind = "" if answer.json is not None else f" {answer.media_type or 'without a media type'}"
    return f"{answer.status}{kind}: {' '.join(answer.text[:400].split()):.160}".rstrip(": ")


def names(listing: Exchange) -> list[str]:
    """The ids in a list of models."""
    data = listing.json.get("data") if isinstance(listing.json, dict) else None
    ids = [entry.get("id") for entry in data or () if isinstance(entry, dict)] if isinstance(data, list) else []
    return [name for name in ids if isinstance(name, str) and name]


def _candidates(listed: list[str]) -> list[str]:
    """The listed models, those first that look made for chat and cheap."""
    return sorted(listed, key=lambda name: (bool(NOT_CHAT.search(name.lower())), not CHEAP.search(name.lower())))
