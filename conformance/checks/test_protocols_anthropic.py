"""One model in two protocols: the Anthropic protocol and chat completions."""

from __future__ import annotations

import json

from conformance.words.answer import texts_of
from conformance.words.anthropic.messages import Anthropic, Message
from conformance.words.anthropic.tools import NAMED
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.chat import Completion
from conformance.words.openai.tools import NAMED as NAMED_IN_CHAT
from conformance.words.openai.tools import QUESTION, arguments
from conformance.words.samples.prompts import REPEAT
from conformance.words.samples.unicode import NAME, PLAIN_NAME, leave_damaged_name

WORDS = "alpha, beta, gamma"


def _asked(ask: Ask, anthropic: Anthropic) -> tuple[Completion, Message]:
    """The same prompt to the same model, in both protocols."""
    completion = ask.chat(REPEAT, model=anthropic.model)
    if not isinstance(completion.message.get("content"), str) or WORDS not in completion.text.lower():
        inconclusive("the model does not repeat as asked")
    return completion, anthropic.message(REPEAT)


@requirement("protocols.anthropic.same-text")
def test_same_text(ask: Ask, anthropic: Anthropic) -> None:
    """A text that is repeated in one protocol is repeated in the other: the prompt reached the same model."""
    _, message = _asked(ask, anthropic)

    texts = [message.text, anthropic.message(REPEAT, take=1).text]

    assert any(WORDS in text.lower() for text in texts), f"told to repeat {WORDS!r}, it says {texts[0]!r:.120}"


@requirement("protocols.anthropic.same-call")
def test_same_call(ask: Ask, anthropic: Anthropic) -> None:
    """A forced tool is called with the same name and the same input in both protocols."""
    wanted, other = (
        _functions(ask.chat(QUESTION, model=anthropic.model, take=take, **NAMED_IN_CHAT)) for take in (0, 1)
    )
    if not wanted or wanted != other:
        inconclusive("chat completions do not call the named tool twice alike")
    once, again = (_calls(anthropic.message(QUESTION, take=take, **NAMED)) for take in (0, 1))
    if once != again:
        inconclusive("the model does not call the same twice")

    leave_damaged_name(texts_of([values for _, values in [*once, *wanted]]))
    assert _folded(once) == _folded(wanted), f"the calls are {once!r:.120}, in chat completions {wanted!r:.120}"


def _folded(calls: list[tuple[object, object]]) -> str:
    """The calls, whether or not the model writes the accents of a name."""
    return json.dumps(calls, sort_keys=True, ensure_ascii=False).replace(NAME, PLAIN_NAME)


def _functions(completion: Completion) -> list[tuple[object, object]]:
    """The name and the arguments of each call; inconclusive when a call has a defect of its own."""
    calls = [(pick(call, "function", "name"), arguments(call)) for call in completion.tool_calls]
    if any(name != "get_time" or not isinstance(values, dict) for name, values in calls):
        inconclusive(f"cannot be judged: the calls of chat completions are {calls!r:.120}")
    return calls


def _calls(message: Message) -> list[tuple[object, object]]:
    return [(call.get("name"), pick(call, "input", kind=dict)) for call in message.calls]


@requirement("protocols.anthropic.usage")
def test_usage(ask: Ask, anthropic: Anthropic) -> None:
    """The same text costs about as many output tokens in both protocols: less than twice as many and eight more."""
    completion, message = _asked(ask, anthropic)
    if message.text.strip() != completion.text.strip():
        inconclusive("the texts differ")
    charged, known = message.tokens("output_tokens"), completion.tokens("completion_tokens")
    if not known or not charged:
        inconclusive("the target counts no output tokens")

    least, most = sorted((charged, known))
    assert most <= 2 * least + 8, f"the same text costs {charged} output tokens, in chat completions {known}"
