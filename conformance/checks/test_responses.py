"""Responses, whole answers: the body, the items, the text and the usage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_count, demand_json, demand_kind, demand_text
from conformance.words.ask import PROMPT
from conformance.words.check import each, inconclusive, pick, requirement
from conformance.words.counting import demand_numbers_counted
from conformance.words.openai.responses import Response, Responses, demand_longer, said
from conformance.words.samples.media import data_uri, png
from conformance.words.samples.prompts import COUNT, LONG_RULES, LONG_TEXT, SHORT_TEXT, TALK, demand_both, demand_uncut
from conformance.words.samples.unicode import (
    CODEWORD_PROMPT,
    RULES,
    TEXT_PROMPT,
    demand_code,
    demand_name,
    demand_undamaged,
    leave_damaged,
)
from conformance.words.schema import demand_schema
from conformance.words.vision import COLOUR
from gateway_contract import Contract

HELLO = "Say hello."
FORMS: dict[str, Any] = {
    "a message": [said("user", HELLO)],
    "a message that says so": [{"type": "message", **said("user", HELLO)}],
    "parts": [said("user", [{"type": "input_text", "text": text} for text in (SHORT_TEXT, SHORT_TEXT + HELLO)])],
    "a system message": [said("system", SHORT_TEXT), said("user", HELLO)],
    "an earlier answer": [said("user", "Hi."), said("assistant", "Hello."), said("user", HELLO)],
}
"""The same question, as lists of messages."""
COUNTERS = ("input_tokens", "output_tokens", "total_tokens")


@pytest.fixture
def response(responses: Responses) -> Response:
    """The plainest response there is."""
    return responses.create()


@requirement("responses.answers")
def test_answers(response: Response, demand_supported: Callable[..., Any]) -> None:
    """A model and a text are answered 200 with a JSON object."""
    demand_json(demand_supported(response).exchange)


@requirement("responses.schema")
def test_schema(response: Response, contract: Contract) -> None:
    """The documented schema of a response holds."""
    demand_schema(contract.operations["createResponse"], response)


@requirement("responses.id")
def test_id(responses: Responses, response: Response) -> None:
    """A response has an id that is not empty, and two responses have different ones."""
    first, second = response.body.get("id"), responses.create(take=1).body.get("id")

    demand_text(first, "id")
    assert first != second, f"two responses have the id {first!r}"


@requirement("responses.object")
def test_object(response: Response) -> None:
    """`object` is response."""
    kind = response.body.get("object")

    assert kind == "response", f"object is {kind!r:.80}"


@requirement("responses.status")
def test_status(response: Response) -> None:
    """A response that was generated to its end has the status completed."""
    state = response.body.get("status")
    if state == "incomplete":
        inconclusive("the answer did not come to its end")

    assert state == "completed", f"status is {state!r:.80}"
    unfinished = [item.get("type") for item in response.output if item.get("status") == "in_progress"]
    assert not unfinished, f"the response is completed, its items {unfinished} are in_progress"


@requirement("responses.output")
def test_output(response: Response) -> None:
    """`output` is a list of typed items, and a message among them is the assistant's and has typed parts."""
    for item in demand_kind(response.body.get("output"), "output", list):
        if _type(item, "item") == "message":
            assert item.get("role") == "assistant", f"role of a message is {item.get('role')!r:.80}"
            for part in demand_kind(item.get("content"), "content of a message", list):
                if _type(part, "part") == "output_text":
                    demand_kind(part.get("text"), "text of an output_text", str)


def _type(value: Any, name: str) -> str:
    """The type of an item or of a part, which it has to tell."""
    return str(demand_kind(demand_kind(value, f"an {name}", dict).get("type"), f"type of an {name}", str))


@requirement("responses.text")
def test_text(response: Response) -> None:
    """A plain question is answered by a message with text."""
    if response.body.get("status") == "incomplete":
        inconclusive("the answer did not come to its end")
    messages = [item for item in response.output if item.get("type") == "message"]
    parts = [part for item in messages for part in pick(item, "content", kind=list)]
    if any(isinstance(part, dict) and part.get("type") == "refusal" for part in parts):
        inconclusive("the model refused to answer")

    assert response.words, f"no output_text with words in {len(messages)} messages: {response.exchange.text:.160}"


@requirement("responses.usage")
def test_usage(response: Response) -> None:
    """`usage` has the input, output and total tokens as whole numbers, and the total is the sum."""
    usage = demand_kind(response.body.get("usage"), "usage", dict)

    *parts, total = [demand_count(usage.get(name), name) for name in COUNTERS]
    assert total == sum(parts), f"total_tokens is {total}, its parts are {parts}"


@requirement("responses.usage.counted")
def test_usage_counted(response: Response) -> None:
    """A request with words costs input tokens, and an answer with words costs output tokens."""
    asked, spent, text = response.tokens("input_tokens"), response.tokens("output_tokens"), response.text

    assert asked, "the request has words and cost no input token"
    assert spent, f"the answer is {text!r:.80} and cost no output token"


@requirement("responses.usage.numbers")
def test_usage_numbers(responses: Responses) -> None:
    """An answer that counts costs output tokens for its numbers."""
    answer = responses.create(COUNT)

    demand_numbers_counted(answer.text, answer.tokens("output_tokens"), "the answer")


@requirement("responses.instructions")
def test_instructions(responses: Responses, response: Response, demand_supported: Callable[..., Any]) -> None:
    """`instructions` reach the model: they cost input tokens."""
    demand_longer(demand_supported(_instructed(responses)), response, "instructions")


@requirement("responses.instructions.unicode")
def test_instructions_unicode(responses: Responses) -> None:
    """Letters outside ASCII in `instructions` reach the model undamaged."""
    leave_damaged(responses.create(TEXT_PROMPT).text)

    demand_name([_instructed(responses).text])


def _instructed(responses: Responses) -> Response:
    """The answer to a question that the instructions answer."""
    return responses.create(CODEWORD_PROMPT, instructions=RULES)


@requirement("responses.input.counted")
def test_input_counted(responses: Responses) -> None:
    """Each text part of a message, and a system message of the input, reaches the model."""
    plain = responses.create(FORMS["a message"])
    once = responses.create(FORMS["a system message"])

    demand_longer(once, plain, "a system message")
    parts = responses.create(FORMS["parts"])
    demand_both(once.input - plain.input, parts.input - plain.input, "two parts")


@requirement("responses.input.text-after-image")
def test_input_text_after_image(responses: Responses) -> None:
    """The text after an image reaches the model."""
    image = {"type": "input_image", "image_url": data_uri("image/png", png()), "detail": "auto"}
    alone, together = (
        responses.create([said("user", [{"type": "input_text", "text": COLOUR}, image, *more])])
        for more in ([], [{"type": "input_text", "text": LONG_RULES}])
    )

    demand_longer(together, alone, "the text after an image")


@requirement("responses.input.long-text")
def test_input_long_text(responses: Responses, response: Response) -> None:
    """A long text is not cut: it costs as many input tokens as its length says."""
    short, long = (responses.create(text + PROMPT) for text in (SHORT_TEXT, LONG_TEXT))

    demand_uncut(short.input - response.input, long.input - response.input)


@requirement("responses.input.forms")
@each("name", FORMS)
def test_input_forms(responses: Responses, demand_supported: Callable[..., Any], name: str) -> None:
    """`input` may be a text or a list of messages, whose content is a text or a list of parts."""
    demand_supported(responses.create(FORMS[name]))


@requirement("responses.input.history")
def test_input_history(responses: Responses) -> None:
    """Earlier messages of both sides reach the model: they cost input tokens."""
    short = responses.create(FORMS["a message"])
    before = [said("user", LONG_RULES), said("assistant", "I understand.")]

    demand_longer(responses.create([*before, *FORMS["a message"]]), short, "two earlier messages")
    later = [*(said(*one) for one in TALK), *FORMS["a message"]]
    demand_longer(responses.create([*before, *later]), responses.create(later), "the first two of 13 messages")


@requirement("responses.input.own-output")
def test_input_own_output(responses: Responses, response: Response, demand_supported: Callable[..., Any]) -> None:
    """The items of a response are taken back, unchanged, as part of the next input."""
    roles = {str(item.get("role")) for item in response.output if item.get("type") == "message"}
    if not response.text or roles != {"assistant"}:
        inconclusive("cannot be judged: the response is not sound")

    demand_supported(responses.create([said("user", HELLO), *response.output, said("user", "And again.")]))


@requirement("responses.unicode")
def test_unicode(responses: Responses) -> None:
    """Characters of every plane of Unicode survive, whole and streamed."""
    for text in _repeated(responses):
        demand_undamaged(text)


@requirement("responses.verbatim")
def test_verbatim(responses: Responses) -> None:
    """Code that is to be repeated comes back letter for letter, whole and streamed."""
    for text in _repeated(responses):
        demand_code(text)


def _repeated(responses: Responses) -> list[str]:
    """A text that is to be repeated, as the whole response has it, and as the stream has it where there is one."""
    whole, streamed = responses.create(TEXT_PROMPT), responses.stream(TEXT_PROMPT)
    return [whole.text, *([streamed.text] if streamed.status == 200 else [])]
