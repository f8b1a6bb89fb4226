"""What a key that has used up its limit gets in the native protocols."""

from __future__ import annotations

from contextlib import suppress

from conformance.errors import Inconclusive, Unsupported
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import Ask
from conformance.words.gemini.contents import Gemini
from gateway_contract import Contract

LIMITED = "rate-limited"
"""The key of a target whose limit is always used up."""


def limited_natively(ask: Ask, contract: Contract) -> list[Exchange]:
    """The answers in each native protocol that is documented and served."""
    answers: list[Exchange] = []
    questions = {"createMessage": _message, "generateContent": _whole, "streamGenerateContent": _stream}
    for name, question in questions.items():
        if operation := contract.operations.get(name):
            with suppress(Inconclusive, Unsupported):
                discovery.demand(ask, [operation], contract)
                answers.append(question(ask, contract.gateway["protocols"][operation.protocol]["credentials"][0]))
    return answers


def _message(ask: Ask, credential: str) -> Exchange:
    return Anthropic(ask, credential).message(key=LIMITED, patient=False).exchange


def _whole(ask: Ask, credential: str) -> Exchange:
    return Gemini(ask, credential).generate(key=LIMITED, patient=False).exchange


def _stream(ask: Ask, credential: str) -> Exchange:
    return Gemini(ask, credential).stream(key=LIMITED, patient=False).exchange
