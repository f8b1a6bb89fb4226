"""The operations that answer with a text, each asked in the same way for one that is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.errors import Unsupported
from conformance.words import discovery
from conformance.words.anthropic.messages import Anthropic, Message
from conformance.words.ask import Ask, encoded
from conformance.words.check import inconclusive
from conformance.words.gemini.contents import Gemini, Generated
from conformance.words.openai.chat import Completion
from conformance.words.openai.responses import Response, Responses
from gateway_contract import Contract, Operation

PROMPT = "Count from one to ten in words."
COLD = {"temperature": 0}


class Says(Protocol):
    """An answer that has a text. It ends the check where it was refused, or has none."""

    @property
    def text(self) -> str:
        """What the model says."""

    @property
    def served(self) -> bool:
        """Whether it is a success."""


@dataclass(frozen=True)
class Speaker:
    """One of these operations: its plainest body, how that is sent, and how the same is streamed."""

    operation: Operation
    body: dict[str, Any]
    answer: Callable[[bytes, int], Says]
    streamed: Callable[[int], str]

    def ask(self, body: dict[str, Any], take: int = 0) -> Says:
        """The answer to a body."""
        return self.answer(encoded(body), take)

    def says(self, body: dict[str, Any] | None = None) -> str:
        """What the model says every time."""
        return steady(lambda take: self.ask(body or self.body, take).text)


def steady(say: Callable[[int], str]) -> str:
    """What is said every time; inconclusive when it is something else the second time."""
    first, second = say(0), say(1)
    if first != second:
        inconclusive("the model says something else every time")
    return first


def speakers(ask: Ask, contract: Contract) -> list[Speaker]:
    """Those that the target has."""
    makers = {
        "createChatCompletion": _chat,
        "createResponse": _responses,
        "createMessage": _anthropic,
        "generateContent": _gemini,
    }
    some = []
    for name, make in makers.items():
        try:
            discovery.demand(ask, [contract.operations[name]], contract)
            some.append(make(ask, contract, contract.operations[name]))
        except (KeyError, Unsupported):
            continue
    return some


def _chat(ask: Ask, _: Contract, operation: Operation) -> Speaker:
    return Speaker(
        operation,
        ask.body(PROMPT, **COLD),
        lambda raw, take: Completion(ask.post(operation.path, raw, take=take)),
        lambda take: ask.stream(PROMPT, take=take, **COLD).text(),
    )


def _responses(ask: Ask, _: Contract, operation: Operation) -> Speaker:
    asking = Responses(ask)
    return Speaker(
        operation,
        asking.body(PROMPT, **COLD),
        lambda raw, take: Response(asking.post(raw, take=take)),
        lambda take: asking.stream(PROMPT, take=take, **COLD).text,
    )


def _anthropic(ask: Ask, contract: Contract, operation: Operation) -> Speaker:
    asking = Anthropic(ask, contract.gateway["protocols"]["anthropic"]["credentials"][0])
    asking.demand_model()
    return Speaker(
        operation,
        asking.body(PROMPT, **COLD),
        lambda raw, take: Message(asking.post(raw, take=take)),
        lambda take: asking.stream(PROMPT, take=take, **COLD).text(),
    )


def _gemini(ask: Ask, contract: Contract, operation: Operation) -> Speaker:
    asking = Gemini(ask, contract.gateway["protocols"]["gemini"]["credentials"][0])
    return Speaker(
        operation,
        asking.body(PROMPT, COLD),
        lambda raw, take: Generated(asking.post("generateContent", raw, take=take)),
        lambda take: asking.stream(PROMPT, config=COLD, take=take).text,
    )
