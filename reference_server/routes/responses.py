"""`POST /responses`, and `POST /responses/input_tokens`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server import answering
from reference_server.answering import Outcome, Question
from reference_server.errors import Refusal
from reference_server.model import generation
from reference_server.protocols import openai
from reference_server.routes import route
from reference_server.state.responses import Conversation, Responses
from reference_server.wire.call import Call
from reference_server.wire.reply import HERE, Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_CODE = "previous_response_not_found"


@route("createResponse")
def create_response(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream. It is stored unless `store` is false."""
    responses = Responses(service.store, call.key.account if call.key else "")
    before = _before(responses, call.body)
    prompt = openai.response_prompt(call.body, before, service.shelf(call))
    streamed = bool(call.body.get("stream"))
    conversation = Conversation(before, openai.input_items(call.body))
    question = Question(prompt, conversation.items, streamed)
    outcome = answering.answer(service, call, question)
    request = {**call.body, "store": _stores(call.body)}
    created, name = int(service.store.clock()), outcome.selection.name
    frame = openai.ResponseFrame(f"resp_{call.id}", created, name, request, prompt.logprobs)
    reply, response = _streamed(service, call, frame, outcome) if streamed else _whole(service, frame, outcome)
    if _stores(call.body) and not (streamed and outcome.selection.model.after):
        responses.keep(response, conversation)
    reply.headers.update(answering.headers(service, question, outcome))
    return reply


@route("countResponseTokens")
def count_response_tokens(service: Service, call: Call) -> Reply:
    """The input tokens that the request would cost. Counting is free, and nothing counts none.

    What is not documented here is not looked at: its type was not judged.
    """
    responses = Responses(service.store, call.key.account if call.key else "")
    known = service.contract.operations["countResponseTokens"].request_fields()
    body = {name: value for name, value in call.body.items() if name in known}
    prompt = openai.response_prompt(body, _before(responses, body), service.shelf(call))
    if prompt.model:
        service.model(prompt.model)
    return Reply.json({"object": "response.input_tokens", "input_tokens": generation.prompt_tokens(prompt)})


def _before(responses: Responses, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that come before the input."""
    name = body.get("previous_response_id")
    if name is None:
        return []
    stored = responses.get(name)
    if stored is None:
        raise Refusal("invalid_value", f"There is no response {name!r}.", "previous_response_id", _CODE)
    response, conversation = stored
    return [*conversation.items, *response["output"]]


def _stores(body: dict[str, Any]) -> bool:
    return body.get("store") is not False


def _whole(service: Service, frame: openai.ResponseFrame, outcome: Outcome) -> tuple[Reply, dict[str, Any]]:
    body = openai.response_body(frame, outcome.answers[0], outcome.usage)
    body |= service.metering.fields(outcome.cost)
    return Reply.json(body), body


def _streamed(
    service: Service, call: Call, frame: openai.ResponseFrame, outcome: Outcome
) -> tuple[Reply, dict[str, Any]]:
    """The stream, and the response at its end."""
    model, texts = outcome.selection.model, outcome.answers[0].texts
    at_once = call.at_once and outcome.plain and frame.logprobs is None
    chunks = openai.response_events(frame, outcome.answers[0], [HERE] if at_once else texts, outcome.usage)
    response = chunks[-1]["response"]
    response |= service.metering.fields(outcome.cost)
    if at_once:
        return Reply.stream([openai.response_at_once(chunks, texts)]), response
    if model.after:
        chunks = openai.failed_events(frame, chunks[: model.after], "The provider failed midway.")
    return Reply.stream([*chunks], model.pause, named=True), response
