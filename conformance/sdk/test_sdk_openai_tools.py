"""The official Python client: tool calls, and answers parsed into the caller's own class."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.sdk.recorded_client import ClientRecording, shown
from conformance.sdk.transport import package
from conformance.wire.exchange import decoded
from conformance.words.answer import offered
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.tools import NAMES, QUESTION, calling, calling_stream, calls, leave_cut

BOOK = "Tell me about a book in a public library."
ENOUGH = 400
"""Tokens for the object that is asked for."""


def _demand_call(ask: Ask, recording: ClientRecording, call: Any) -> Any:
    """A call as a program uses it. Gives its id."""
    name, arguments = recording.result(lambda: (call.function.name, call.function.arguments))
    assert name in NAMES, f"corrupts: the name is {shown(name)}, offered were {' and '.join(sorted(NAMES))}"
    parsed = isinstance(arguments, str) and isinstance(decoded(arguments), dict)
    if not parsed:
        leave_cut(ask, arguments)
    assert parsed, f"corrupts: the arguments are {shown(arguments)}"
    return recording.result(lambda: call.id)


def _called(completion: Any) -> list[Any]:
    """The calls of a typed completion."""
    return list(completion.choices[0].message.tool_calls or ())


@requirement("sdk.openai.tools")
def test_tools(ask: Ask, recording: ClientRecording, client: Any, dependent: bool) -> None:
    """The Python client gives a tool call with an id, a name that was offered, and arguments that can be parsed."""
    answer = calling(ask)
    body = ask.body(QUESTION, **offered(answer))
    completion = recording.result(lambda: client.chat.completions.create(**body), dependent=dependent)
    seen = recording.result(lambda: _called(completion))
    made = calls(answer)

    assert len(seen) == len(made), f"silently loses calls: {len(made)} were made, the client gives {len(seen)}"
    for call in seen:
        name = _demand_call(ask, recording, call)
        assert isinstance(name, str), f"corrupts: the id is {shown(name)}"
        assert name, "the id is empty"


@requirement("sdk.openai.tools.loop")
def test_tools_loop(ask: Ask, recording: ClientRecording, client: Any, dependent: bool) -> None:
    """The client's own message is taken back, with the results of its calls."""
    body = ask.body(QUESTION, **offered(calling(ask)))
    create = client.chat.completions.create
    message = recording.result(lambda: create(**body).choices[0].message, dependent=dependent)
    calls = message.tool_calls or inconclusive("the model called no tool")
    results = [{"role": "tool", "tool_call_id": call.id, "content": "It is sunny."} for call in calls]
    turn = ask.body(messages=[*body["messages"], message, *results], tools=body["tools"])

    answer = recording.result(lambda: create(**turn).choices[0].message, served=True)

    assert answer.role == "assistant", f"corrupts: the role is {shown(answer.role)}"


@requirement("sdk.openai.tools.stream")
def test_tools_stream(ask: Ask, recording: ClientRecording, client: Any, dependent: bool) -> None:
    """The calls put together by the stream helper are those that were streamed."""
    wire = calling_stream(ask)
    body = ask.body(QUESTION, **offered(wire))
    final = recording.result(lambda: _final(client, **body), dependent=dependent)
    if not any(True for _ in wire.fragments()):
        inconclusive("the model called no tool")
    if wire.finish_reasons() == ["length"]:
        inconclusive("the answer was cut off")
    calls = recording.result(lambda: _called(final))

    assert calls, "silently loses the calls that were streamed"
    for call, streamed in zip(calls, wire.tool_calls(), strict=False):
        name = _demand_call(ask, recording, call)
        assert name == streamed.id, f"corrupts: the id is {shown(name)}, streamed was {shown(streamed.id)}"


def _final(client: Any, **fields: Any) -> Any:
    with client.chat.completions.stream(**fields) as stream:
        return stream.get_final_completion()


@pytest.fixture
def book(ask: Ask) -> Any:
    """A class of the caller's own."""
    return package(ask.recorder, "pydantic").create_model("Book", title=(str, ...), pages=(int, ...), lent=(bool, ...))


def _demand_parsed(completion: Any, book: Any) -> None:
    choice = completion.choices[0]
    if choice.finish_reason != "stop" or choice.message.refusal:
        inconclusive(f"the answer ended with {choice.finish_reason!r}")
    assert isinstance(choice.message.parsed, book), f"silently gives {shown(choice.message.parsed)} instead of a Book"


@requirement("sdk.openai.parse")
def test_parse(ask: Ask, recording: ClientRecording, client: Any, dependent: bool, book: Any) -> None:
    """`parse` of the Python client gives an object of the caller's own class."""
    body = ask.body(BOOK, **ask.room(ENOUGH))
    parse = getattr(client.chat.completions, "parse", None) or client.beta.chat.completions.parse

    _demand_parsed(recording.result(lambda: parse(**body, response_format=book), dependent=dependent), book)


@requirement("sdk.openai.parse.stream")
def test_parse_stream(ask: Ask, recording: ClientRecording, client: Any, dependent: bool, book: Any) -> None:
    """The stream helper of the Python client, given a class, gives an object of it."""
    body = ask.body(BOOK, **ask.room(ENOUGH))

    _demand_parsed(recording.result(lambda: _final(client, **body, response_format=book), dependent=dependent), book)
