"""The input tokens of a response, counted before it is made."""

from __future__ import annotations

from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_count, demand_kind, demand_status, leave_at_limit
from conformance.words.ask import PROMPT
from conformance.words.check import Unsupported, inconclusive, pick, requirement
from conformance.words.openai.responses import PATH, TOOLS, Responses
from conformance.words.samples.prompts import COUNT, LONG_RULES


@requirement("responses.count-tokens")
def test_count_tokens(responses: Responses) -> None:
    """The input tokens of a request are counted as an integer above zero."""
    answer = _counting(responses)

    demand_status(answer, {200})
    demand_count(demand_kind(answer.json, "the body", dict).get("input_tokens"), "input_tokens", 1)


@requirement("responses.count-tokens.grows")
def test_count_tokens_grows(responses: Responses) -> None:
    """A longer input, instructions and tools count more tokens."""
    plain = _count(_counting(responses))
    larger = {
        "a longer input": _ask(responses, f"{PROMPT} {LONG_RULES}"),
        "an instruction": _ask(responses, instructions=LONG_RULES),
        "a tool": _ask(responses, tools=TOOLS),
    }

    for what, answer in larger.items():
        assert _count(answer) > plain, f"{what} counts {_count(answer)} tokens, the plain request {plain}"


@requirement("responses.count-tokens.agrees")
def test_count_tokens_agrees(responses: Responses) -> None:
    """The count is near the `input_tokens` of the same request when it is answered."""
    question = f"{COUNT} {LONG_RULES * 4}"
    charged = pick(responses.create(question).body, "usage", "input_tokens", kind=int)
    if charged < 1:
        inconclusive("the answer costs no input tokens")
    counted = _count(_ask(responses, question))

    assert abs(counted - charged) <= charged / 4 + 16, f"{counted} tokens are counted, {charged} are charged"


def _ask(responses: Responses, content: str = PROMPT, **fields: Any) -> Exchange:
    body = {"model": responses.ask.body()["model"], "input": content, **fields}
    return responses.ask.post(f"{PATH}/input_tokens", body)


def _counting(responses: Responses) -> Exchange:
    answer = _ask(responses)
    leave_at_limit(answer)
    if 400 <= answer.status < 500 and responses.create().served:
        raise Unsupported(f"the target does not count for this model: {answer.text:.160}")
    return answer


def _count(answer: Exchange) -> int:
    count: int = pick(answer.json, "input_tokens", kind=int)
    return count
