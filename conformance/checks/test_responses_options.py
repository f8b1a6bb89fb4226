"""Responses: limits, sampling, the form of the text, and earlier responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from conformance.wire.exchange import decoded
from conformance.words.answer import demand_refused
from conformance.words.check import each, inconclusive, requirement
from conformance.words.openai.responses import CAP, Response, Responses, demand_longer
from conformance.words.openai.responses_stream import ResponseStream
from conformance.words.samples.formats import SCHEMAS
from conformance.words.samples.prompts import COUNT, FEWEST, LONG_RULES

BOOK = "Tell me about a book in a public library."
NEXT = "And now say goodbye."
SAMPLED = ({"temperature": 0, "top_p": 0.5}, {"temperature": 2, "top_p": 1})
TIMES = 20
"""How often instructions are repeated that are to be longer than any answer."""


@requirement("responses.sampling")
@each("fields", [{name: value} for pair in SAMPLED for name, value in pair.items()])
def test_sampling(responses: Responses, demand_supported: Callable[..., Any], fields: dict[str, float]) -> None:
    """`temperature` is accepted from 0 to 2 and `top_p` from 0 to 1: together, or else alone."""
    together = next(responses.create(**pair) for pair in SAMPLED if fields.items() <= pair.items())
    if not (together.served and together.readable):
        demand_supported(responses.create(**fields))


@requirement("responses.max-output-tokens.cap")
def test_max_output_tokens_cap(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """No more than `max_output_tokens` are generated."""
    cut = demand_supported(responses.create(COUNT, max_output_tokens=CAP))

    spent = cut.tokens("output_tokens")

    assert spent <= CAP, f"max_output_tokens is {CAP}, output_tokens is {spent}"


def _demand_cut(responses: Responses) -> Response:
    """A response that the limit cut off; inconclusive when it did not."""
    free, cut = responses.create(COUNT), responses.create(COUNT, max_output_tokens=CAP)
    if len(cut.words) >= len(free.text) or not free.text.startswith(cut.words):
        inconclusive("the limit did not cut the answer off")
    return cut


@requirement("responses.max-output-tokens.status")
def test_max_output_tokens_status(responses: Responses) -> None:
    """An answer that the limit cut off has the status incomplete."""
    state = _demand_cut(responses).state

    assert state == "incomplete", f"the answer is cut off, but status is {state!r:.80}"


@requirement("responses.max-output-tokens.reason")
def test_max_output_tokens_reason(responses: Responses) -> None:
    """An incomplete response gives the reason max_output_tokens in `incomplete_details`."""
    cut = _demand_cut(responses)
    if cut.state != "incomplete":
        inconclusive(f"cannot be judged: status is {cut.state!r:.80}")
    details = cut.body.get("incomplete_details")

    reason = details.get("reason") if isinstance(details, dict) else None
    assert reason == "max_output_tokens", f"incomplete_details is {details!r:.80}"


@requirement("responses.json-schema.valid")
@each("name", ["flat", "arrays", "refs"])
def test_json_schema(responses: Responses, demand_supported: Callable[..., Any], name: str) -> None:
    """With `text.format` json_schema the text is JSON that satisfies the schema."""
    _demand_valid(demand_supported(responses.create(BOOK, text=_form(name))), name)


@requirement("responses.json-schema.stream")
def test_json_schema_stream(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """With `text.format` json_schema the streamed text is JSON that satisfies the schema."""
    stream: ResponseStream = demand_supported(responses.stream(BOOK, text=_form("flat")))
    if stream.end != "response.completed":
        inconclusive(f"the stream ended with {stream.end}")

    _demand_value(stream.text or inconclusive("cannot be judged: the stream carries no text"), "flat")


def _form(name: str) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": SCHEMAS[name]}}


def _demand_valid(answer: Response, name: str) -> None:
    if answer.state != "completed":
        inconclusive(f"the answer ended as {answer.state!r}")
    _demand_value(answer.text, name)


def _demand_value(text: str, name: str) -> None:
    problem = next(jsonschema.Draft202012Validator(SCHEMAS[name]).iter_errors(decoded(text)), None)
    assert problem is None, f"{text!r:.120} is no JSON of the schema: {problem.message:.120}"


@pytest.fixture
def earlier(responses: Responses) -> Response:
    """A response that a later one can follow."""
    return responses.create(LONG_RULES)


@requirement("responses.previous.context")
def test_previous_context(responses: Responses, earlier: Response, demand_supported: Callable[..., Any]) -> None:
    """What was said before `previous_response_id` reaches the model: it costs input tokens."""
    name, alone = earlier.id, responses.create(NEXT)

    following = demand_supported(responses.create(NEXT, previous_response_id=name))

    demand_longer(following, alone, "a previous response")


@requirement("responses.previous.instructions")
def test_previous_instructions(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """The instructions of a previous response are not carried over."""
    first = responses.create(instructions=" ".join([LONG_RULES] * TIMES))
    weight = first.input - responses.create().input
    if weight <= first.tokens("output_tokens") + FEWEST * TIMES // 2:
        inconclusive("cannot be judged: the instructions weigh too little")
    following = demand_supported(responses.create(NEXT, previous_response_id=first.id))

    said = f"the first response cost {first.input} input tokens, {weight} of them for its instructions"
    assert following.input < first.input, f"{said}; the next one, without instructions, cost {following.input}"


@requirement("responses.previous.unknown")
def test_previous_unknown(responses: Responses, gateway: dict[str, Any]) -> None:
    """A `previous_response_id` that does not exist is refused, not ignored."""
    answer = responses.create(NEXT, previous_response_id=responses.nobodys).exchange

    demand_refused(answer, gateway, "invalid_value", "unknown_object")


@requirement("responses.previous.isolation")
def test_previous_isolation(responses: Responses, earlier: Response) -> None:
    """No account can go on from the response of another."""
    foreign = responses.create(NEXT, previous_response_id=earlier.id, key="stranger-account")
    if not foreign.status:
        inconclusive(f"not answered: {foreign.exchange.broken}")
    if not foreign.served:
        return
    grown = foreign.input - responses.create(NEXT).input

    assert grown < FEWEST, f"another account goes on from the response: it costs {grown} more input tokens"
    inconclusive("the previous response is ignored")
