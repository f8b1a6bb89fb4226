"""The Gemini protocol: generate content, count tokens, list models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server import answering
from reference_server.answering import Outcome, Question
from reference_server.errors import Refusal
from reference_server.model import generation
from reference_server.protocols import gemini
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_METHODS = ["generateContent", "streamGenerateContent", "countTokens"]
_LARGEST_PAGE = 1000
_LONGEST_TOKEN = 9
_EMBEDDING_METHODS = ["embedContent", "batchEmbedContents"]


@route("generateContent", "generateContentV1")
def generate_content(service: Service, call: Call) -> Reply:
    """The whole answer of the first model that works."""
    question, outcome = _answer(service, call, streamed=False)
    whole = gemini.content(_frame(call, question, outcome), outcome.answers, outcome.usage)
    reply = Reply.json({**whole, **service.metering.fields(outcome.cost)})
    reply.headers.update(answering.headers(service, question, outcome))
    return reply


@route("streamGenerateContent", "streamGenerateContentV1")
def stream_generate_content(service: Service, call: Call) -> Reply:
    """The same answer as a stream: events with `alt=sse`, else one array."""
    question, outcome = _answer(service, call, streamed=True)
    frame, model = _frame(call, question, outcome), outcome.selection.model
    array = call.query.get("alt") != "sse"
    if call.at_once and outcome.plain and frame.logprobs is None and not array:
        reply = Reply.stream([gemini.text_at_once(frame, outcome.answers[0], outcome.usage)])
    else:
        events: list[Event] = list(gemini.chunks(frame, outcome.answers, outcome.usage))
        reply = Reply.stream(answering.interrupted(service, call, events, model), model.pause)
    if array:
        reply.array = True
        reply.headers["content-type"] = "application/json"
    reply.headers.update(answering.headers(service, question, outcome))
    return reply


@route("countGeminiTokens", "countGeminiTokensV1")
def count_tokens(service: Service, call: Call) -> Reply:
    """The tokens of a prompt, as generating would count them."""
    name = _known(service, call)
    prompt = gemini.prompt_of(name, call.body.get("generateContentRequest") or call.body, service.shelf(call))
    answering.refuse_unanswerable(call, prompt)
    return Reply.json({"totalTokens": generation.prompt_tokens(prompt)})


@route("listGeminiModels", "listGeminiModelsV1")
def list_models(service: Service, call: Call) -> Reply:
    """Every name of every model, on one page unless the request says how many a page holds."""
    names = service.fixtures.names
    first = _place(call.query.get("pageToken") or "0", len(names))
    end = first + min(int(call.query.get("pageSize") or len(names)), _LARGEST_PAGE)
    page: dict[str, Any] = {"models": [_model(service, name) for name in names[first:end]]}
    return Reply.json({**page, "nextPageToken": str(end)} if end < len(names) else page)


def _place(token: str, names: int) -> int:
    """The place at which the page of a token begins. Raises Refusal when no page has it."""
    if not token.isdecimal() or len(token) > _LONGEST_TOKEN or int(token) > names:
        raise Refusal("invalid_value", f"No page has the token {token!r}.", "pageToken")
    return int(token)


@route("retrieveGeminiModel", "retrieveGeminiModelV1")
def retrieve_model(service: Service, call: Call) -> Reply:
    """One model, as it stands in the list."""
    return Reply.json(_model(service, _known(service, call)))


def _answer(service: Service, call: Call, *, streamed: bool) -> tuple[Question, Outcome]:
    prompt = gemini.prompt_of(call.parameters["model"], call.body, service.shelf(call))
    question = Question(prompt, call.body["contents"], streamed)
    return question, answering.answer(service, call, question)


def _frame(call: Call, question: Question, outcome: Outcome) -> gemini.Frame:
    return gemini.Frame(call.id[:24], outcome.selection.name, question.prompt.logprobs)


def _known(service: Service, call: Call) -> str:
    name = call.parameters["model"]
    service.model(name)
    return name


def _model(service: Service, name: str) -> dict[str, Any]:
    known = service.fixtures.model(name)
    methods = _EMBEDDING_METHODS if known and known.dimensions else _METHODS
    return {
        "name": f"models/{name}",
        "displayName": name.rpartition("/")[2],
        "supportedGenerationMethods": methods,
    }
