"""The Anthropic protocol, whole answers: the body, the blocks, the text and the usage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_count, demand_json, demand_kind, demand_text
from conformance.words.anthropic.messages import STOP_REASONS, Anthropic, Message, whole_input
from conformance.words.ask import PROMPT, user
from conformance.words.asked_model import demand_asked_model
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.counting import demand_numbers_counted
from conformance.words.samples.prompts import (
    COUNT,
    FEWEST,
    LONG_RULES,
    LONG_TEXT,
    SHORT_TEXT,
    TALK,
    demand_both,
    demand_uncut,
)
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
from gateway_contract import Contract


@pytest.fixture
def message(anthropic: Anthropic) -> Message:
    """The plainest answer there is."""
    return anthropic.message()


@requirement("anthropic.answers")
def test_answers(message: Message, demand_supported: Callable[..., Any]) -> None:
    """A message request has status 200 and a JSON message."""
    if message.status in {401, 403}:
        inconclusive("the credential is refused")

    demand_json(demand_supported(message).exchange)


@requirement("anthropic.schema")
def test_schema(message: Message, contract: Contract) -> None:
    """The documented schema of a message holds."""
    demand_schema(contract.operations["createMessage"], message)


@requirement("anthropic.id")
def test_id(message: Message) -> None:
    """`id` is a string that is not empty."""
    demand_text(message.body.get("id"), "id")


@requirement("anthropic.id-unique")
def test_id_unique(anthropic: Anthropic, message: Message) -> None:
    """Two messages have different ids."""
    first, second = message.body.get("id"), anthropic.message(take=1).body.get("id")
    if not (first and second):
        inconclusive("cannot be judged: the messages have no id")

    assert first != second, f"both messages have the id {first!r}"


@requirement("anthropic.type")
def test_type(message: Message) -> None:
    """`type` is message and `role` is assistant."""
    kind, role = message.body.get("type"), message.body.get("role")

    assert kind == "message", f"type is {kind!r:.80}"
    assert role == "assistant", f"role is {role!r:.80}"


@requirement("anthropic.model")
def test_model(message: Message) -> None:
    """`model` names the model that answered."""
    demand_text(message.body.get("model"), "model")


@requirement("anthropic.model.asked")
def test_model_asked(anthropic: Anthropic, message: Message) -> None:
    """The model that answers, whole and streamed, is the one that was asked for, not another one of the list."""
    stream = anthropic.stream()
    whole, streamed = pick(message.body, "model", kind=str), pick(stream.message, "model", kind=str)

    demand_asked_model(anthropic.ask, anthropic.model, (whole, message.exchange), (streamed, stream.exchange))


@requirement("anthropic.content")
def test_content(message: Message) -> None:
    """`content` is an array of blocks that have a type; a text block has its text as a string."""
    content = demand_kind(message.body.get("content"), "content", list)

    for block in content:
        if demand_kind(demand_kind(block, "a block", dict).get("type"), "type of a block", str) == "text":
            demand_kind(block.get("text"), "text of a text block", str)


@requirement("anthropic.text")
def test_text(message: Message) -> None:
    """A plain question is answered with text."""
    if message.body.get("stop_reason") in ("max_tokens", "refusal"):
        inconclusive(f"the answer ended with {message.stop_reason}")
    blocks = pick(message.body, "content", kind=list)
    if blocks and not message.blocks("text"):
        inconclusive("cannot be judged: no block is marked as text")

    assert message.words, f"no text block with text: {message.exchange.text:.160}"


@requirement("anthropic.stop-reason")
def test_stop_reason(message: Message) -> None:
    """`stop_reason` is one of the documented words, never null."""
    reason = message.body.get("stop_reason")

    assert reason in STOP_REASONS, f"stop_reason is {reason!r:.80}"


@requirement("anthropic.stop-sequence.null")
def test_stop_sequence_null(message: Message) -> None:
    """`stop_sequence` is null or absent where no stop sequence ended the answer."""
    word = message.body.get("stop_sequence")

    assert word is None, f"stop_sequence is {word!r:.80}, although none was asked for"


@requirement("anthropic.usage")
def test_usage(message: Message) -> None:
    """`usage` counts `input_tokens` and `output_tokens` as integers that are not negative."""
    usage = demand_kind(message.body.get("usage"), "usage", dict)

    for name in ("input_tokens", "output_tokens"):
        demand_count(usage.get(name), name)


@requirement("anthropic.usage.counted")
def test_usage_counted(message: Message) -> None:
    """A request and an answer with words cost tokens."""
    spent, said = message.tokens("output_tokens"), message.text

    assert whole_input(message.body["usage"]), "the request has words and cost no input token"
    assert spent, f"the answer is {said!r:.80} and cost no output token"


@requirement("anthropic.usage.numbers")
def test_usage_numbers(anthropic: Anthropic) -> None:
    """An answer that counts costs output tokens for its numbers."""
    cut = anthropic.message(COUNT, max_tokens=16)

    demand_numbers_counted(cut.words, cut.tokens("output_tokens"), "the answer", 16)


@requirement("anthropic.max-tokens")
def test_max_tokens(anthropic: Anthropic) -> None:
    """An answer that `max_tokens` cuts ends with `stop_reason` max_tokens."""
    free, cut = anthropic.message(COUNT), anthropic.message(COUNT, max_tokens=16)
    if len(cut.words) >= len(free.text) or not free.text.startswith(cut.words):
        inconclusive("the limit did not cut the answer off")

    assert cut.stop_reason == "max_tokens", f"stop_reason is {cut.stop_reason!r:.80}"


@requirement("anthropic.max-tokens.cap")
def test_max_tokens_cap(anthropic: Anthropic) -> None:
    """`output_tokens` is at most `max_tokens`."""
    spent = anthropic.message(COUNT, max_tokens=16).tokens("output_tokens")

    assert spent <= 16, f"max_tokens is 16, output_tokens is {spent}"


@requirement("anthropic.system")
def test_system(anthropic: Anthropic, message: Message) -> None:
    """A `system` prompt reaches the model: it costs input tokens."""
    _demand_longer(_instructed(anthropic), message, "a system prompt")


@requirement("anthropic.system.unicode")
def test_system_unicode(anthropic: Anthropic) -> None:
    """Letters outside ASCII in a system prompt reach the model undamaged."""
    leave_damaged(anthropic.message(TEXT_PROMPT).text)

    demand_name([_instructed(anthropic).text])


@requirement("anthropic.system.blocks")
def test_system_blocks(anthropic: Anthropic, message: Message, demand_supported: Callable[..., Any]) -> None:
    """A `system` prompt may be text blocks, each of which reaches the model."""
    blocks = [{"type": "text", "text": text} for text in (RULES, f"{RULES} Be kind.")]
    answer = demand_supported(anthropic.message(CODEWORD_PROMPT, system=blocks))
    demand_both(_instructed(anthropic).input - message.input, answer.input - message.input, "two blocks")


def _instructed(anthropic: Anthropic) -> Message:
    """The answer to a question that the system prompt answers."""
    return anthropic.message(CODEWORD_PROMPT, system=RULES)


@requirement("anthropic.history")
def test_history(anthropic: Anthropic, message: Message) -> None:
    """Earlier turns reach the model: they cost input tokens."""
    question = pick(anthropic.body(), "messages", 0)
    before = [user(LONG_RULES), {"role": "assistant", "content": "I understand."}]

    _demand_longer(anthropic.message([*before, question]), message, "two earlier turns")
    later = [*({"role": role, "content": text} for role, text in TALK), question]
    longest = anthropic.message([*before, *later])
    _demand_longer(longest, anthropic.message(later), "the first two of 13 turns")


def _demand_longer(more: Message, less: Message, what: str) -> None:
    grown = more.input - less.input

    assert grown >= FEWEST, f"{what} cost {grown} input tokens: {less.input} without, {more.input} with"


@requirement("anthropic.history.consecutive")
def test_history_consecutive(anthropic: Anthropic, message: Message, demand_supported: Callable[..., Any]) -> None:
    """Two turns of the user, one after the other, are taken, and both reach the model."""
    both = demand_supported(anthropic.message([user(SHORT_TEXT), user(SHORT_TEXT + PROMPT)]))

    demand_both(_of_a_text(anthropic, message), both.input - message.input, "two turns of the user")


def _of_a_text(anthropic: Anthropic, message: Message) -> int:
    """The input tokens of a text of some 600 characters."""
    return anthropic.message(SHORT_TEXT + PROMPT).input - message.input


@requirement("anthropic.content-forms")
def test_content_forms(anthropic: Anthropic, message: Message, demand_supported: Callable[..., Any]) -> None:
    """The content of a turn may be a string or text blocks, each of which reaches the model."""
    text = pick(anthropic.body(), "messages", 0, "content")
    blocks = [{"type": "text", "text": one} for one in (SHORT_TEXT, SHORT_TEXT + text)]
    history = [user(blocks), {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]}, user(text)]

    demand_supported(anthropic.message(history))
    both = demand_supported(anthropic.message([user(blocks)]))
    demand_both(_of_a_text(anthropic, message), both.input - message.input, "two blocks")


@requirement("anthropic.long-text")
def test_long_text(anthropic: Anthropic, message: Message) -> None:
    """A long text is not cut: it costs as many input tokens as its length says."""
    short, long = (anthropic.message(text + PROMPT) for text in (SHORT_TEXT, LONG_TEXT))

    demand_uncut(short.input - message.input, long.input - message.input)


@requirement("anthropic.unicode")
def test_unicode(anthropic: Anthropic) -> None:
    """Text of every plane of Unicode passes unharmed."""
    demand_undamaged(anthropic.message(TEXT_PROMPT).text)


@requirement("anthropic.verbatim")
def test_verbatim(anthropic: Anthropic) -> None:
    """Code that is to be repeated comes back letter for letter."""
    demand_code(anthropic.message(TEXT_PROMPT).text)
