"""`POST /completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import answering
from reference_server.answering import Outcome, Question
from reference_server.model.prompt import Usage
from reference_server.protocols import openai
from reference_server.protocols.openai.response import DONE
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

if TYPE_CHECKING:
    from reference_server.service import Service


@route("createCompletion")
def create_completion(service: Service, call: Call) -> Reply:
    """The answers to one text or to several, whole or as a stream."""
    prompts = openai.completion_prompts(call.body)
    streamed = bool(call.body.get("stream"))
    questions = [Question(prompt, [prompt.messages[0].text], streamed) for prompt in prompts]
    outcomes = [answering.answer(service, call, question) for question in questions]
    pairs = zip(prompts, outcomes, strict=True)
    choices = [one for prompt, outcome in pairs for one in openai.completed(call.body, prompt, outcome.answers)]
    frame = openai.Frame(
        f"cmpl-{call.id[:24]}", int(service.store.clock()), outcomes[0].selection.name, prompts[0].logprobs
    )
    reply = (_streamed if streamed else _whole)(service, call, outcomes, frame, choices)
    reply.headers.update(answering.headers(service, questions[0], outcomes[0]))
    return reply


def _whole(
    service: Service, _: Call, outcomes: list[Outcome], frame: openai.Frame, choices: list[openai.Completed]
) -> Reply:
    body = openai.text_completion(frame, choices, _total(outcomes))
    return Reply.json({**body, **service.metering.fields(sum(outcome.cost for outcome in outcomes))})


def _streamed(
    service: Service, call: Call, outcomes: list[Outcome], frame: openai.Frame, choices: list[openai.Completed]
) -> Reply:
    model = outcomes[0].selection.model
    wants_usage = bool((call.body.get("stream_options") or {}).get("include_usage"))
    events: list[Event] = [*openai.text_chunks(frame, choices, _total(outcomes) if wants_usage else None), DONE]
    return Reply.stream(answering.interrupted(service, call, events, model), model.pause)


def _total(outcomes: list[Outcome]) -> Usage:
    usages = [outcome.usage for outcome in outcomes]
    return Usage(*(sum(getattr(usage, name) for usage in usages) for name in ("prompt", "completion", "reasoning")))
