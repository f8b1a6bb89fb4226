"""The Anthropic protocol: the form of an answer, and the effort spent on it.

The prompt does not say how the schema looks: an answer that satisfies it cannot be luck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema

from conformance.wire.exchange import decoded
from conformance.words.anthropic.messages import Anthropic, Message
from conformance.words.anthropic.stream import MessageStream
from conformance.words.check import each, inconclusive, requirement
from conformance.words.samples.formats import FLAT
from conformance.words.samples.prompts import BOOK

FORMAT = {"format": {"type": "json_schema", "schema": FLAT}}


@requirement("anthropic.json-schema")
def test_json_schema(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """The text of an answer that ended normally is JSON that satisfies the schema."""
    answer: Message = demand_supported(anthropic.message(BOOK, output_config=FORMAT))

    _demand_book(answer.text, answer.stop_reason)


@requirement("anthropic.json-schema.stream")
def test_json_schema_stream(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """The text of a stream that ended normally is JSON that satisfies the schema."""
    stream: MessageStream = demand_supported(anthropic.stream(BOOK, output_config=FORMAT))

    text = stream.text() or inconclusive("cannot be judged: the stream carries no text")
    _demand_book(text, next(iter(stream.stop_reasons), None))


def _demand_book(text: str, reason: Any) -> None:
    """The text of an answer that ended normally is a value of the schema."""
    if reason != "end_turn":
        inconclusive(f"the answer ended with {reason!r:.60}")

    problem = next(jsonschema.Draft202012Validator(FLAT).iter_errors(decoded(text)), None)
    assert problem is None, f"{text!r:.120} is no JSON of the schema: {problem.message:.120}"


@requirement("anthropic.effort")
@each("effort", ["low", "high"])
def test_effort(anthropic: Anthropic, demand_supported: Callable[..., Any], effort: str) -> None:
    """`output_config.effort` is accepted."""
    demand_supported(anthropic.message(output_config={"effort": effort}))
