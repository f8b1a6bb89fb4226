"""The plainest questions of each documented protocol."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from conformance.words import discovery
from conformance.words.answer import JsonAnswer, StreamedAnswer
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import Ask
from conformance.words.check import Inconclusive, Unsupported
from conformance.words.gemini.contents import Gemini
from conformance.words.openai.responses import Responses
from gateway_contract import Contract

CHAT = "createChatCompletion"
Question = Callable[[], JsonAnswer | StreamedAnswer]


def ask_plainly(ask: Ask, contract: Contract, judged: Collection[str]) -> None:
    """Asks for a plain answer and a plain stream, in chat and in the protocols that are judged, where they are."""
    for name, question in _questions(ask, contract):
        if name != CHAT and name not in judged:
            continue
        try:
            if name != CHAT:
                discovery.demand(ask, [contract.operations[name]], contract)
            _ = question().taken
        except (Inconclusive, Unsupported):
            continue


def _questions(ask: Ask, contract: Contract) -> Iterator[tuple[str, Question]]:
    """The questions, each with the operation that it is for."""
    protocols = contract.gateway["protocols"]
    yield from ((CHAT, question) for question in (ask.chat, ask.stream))
    if "createResponse" in contract.operations:
        responses = Responses(ask)
        yield from (("createResponse", question) for question in (responses.create, responses.stream))
    if "createMessage" in contract.operations:
        anthropic = Anthropic(ask, protocols["anthropic"]["credentials"][0])
        yield from (("createMessage", question) for question in (anthropic.message, anthropic.stream))
    if "generateContent" in contract.operations:
        gemini = Gemini(ask, protocols["gemini"]["credentials"][0])
        yield from (("generateContent", question) for question in (gemini.generate, gemini.stream))
