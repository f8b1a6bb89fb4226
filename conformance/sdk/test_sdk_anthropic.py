"""The official Anthropic client: whole answers, streams, tools and errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from conformance.sdk.recorded_client import PLACEHOLDER, ClientRecording, class_for, shown
from conformance.sdk.transport import http_client, library_of, package
from conformance.wire.exchange import Exchange, decoded
from conformance.wire.recorder import Recorder
from conformance.words.anthropic.messages import VERSION
from conformance.words.ask import PROMPT, STRANGER, Ask, user
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.tools import CITY, QUESTION

PROTOCOL = "anthropic"
ROOM = 512
"""The most tokens of an answer: models that think use some before the first word."""
TOOLS: dict[str, Any] = {
    "tools": [{"name": "get_weather", "description": "The weather of a city", "input_schema": CITY}],
    "tool_choice": {"type": "any"},
}

REFUSALS: list[tuple[str, Any, dict[str, str]]] = [
    ("a key that was never issued", STRANGER, {}),
    ("an unknown model", "default", {"model": NOWHERE}),
]
"""What cannot be served: a name, the key, and what differs in the request."""


@pytest.fixture
def anthropic(ask: Ask) -> Any:
    """The module of the official client."""
    return package(ask.recorder, "anthropic")


@pytest.fixture
def recording(ask: Ask) -> ClientRecording:
    """The recording of this check; the client's own headers carry key and version."""
    return ClientRecording(ask.recorder, PROTOCOL, entire=True)


def _client(anthropic: Any, recording: ClientRecording, **options: Any) -> Any:
    http = http_client(library_of(anthropic), recording)
    return anthropic.Anthropic(base_url=recording.base_url, max_retries=0, http_client=http, **options)


@pytest.fixture
def client_of(anthropic: Any, gateway: dict[str, Any]) -> Callable[[ClientRecording], Any]:
    """The official client, with the key in the documented header, and the first version of the protocol."""
    headers: dict[str, Any] = {"anthropic-version": VERSION}
    if gateway["protocols"][PROTOCOL]["credentials"][0] == "bearer":
        return lambda recording: _client(anthropic, recording, auth_token=PLACEHOLDER, default_headers=headers)
    headers |= {"X-Api-Key": PLACEHOLDER, "Authorization": anthropic.Omit()}
    return lambda recording: _client(anthropic, recording, api_key=PLACEHOLDER, default_headers=headers)


@pytest.fixture
def client(client_of: Callable[[ClientRecording], Any], recording: ClientRecording) -> Any:
    """The official client of this check."""
    return client_of(recording)


def _body(ask: Ask, prompt: str = PROMPT, **fields: Any) -> dict[str, Any]:
    room = max(ROOM, ask.cap)
    return {"model": ask.model_for(PROTOCOL), "max_tokens": room, "messages": [user(prompt)]} | fields


def _text(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def _uses(message: Any) -> list[Any]:
    return [block for block in message.content if block.type == "tool_use"]


@requirement("sdk.anthropic.create")
def test_create(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The official client gives the message as its typed object, with the documented credential."""
    _demand_message(ask, recording, client)


@requirement("sdk.anthropic.unmodified")
def test_unmodified(ask: Ask, recorder: Recorder, anthropic: Any, client_of: Callable[[ClientRecording], Any]) -> None:
    """The client works with another key and another base URL, whichever header and version it sends."""
    known = ClientRecording(recorder, PROTOCOL, entire=True)
    known.result(lambda: client_of(known).messages.create(**_body(ask)))
    recording = ClientRecording(recorder, PROTOCOL, entire=True)

    _demand_message(ask, recording, _client(anthropic, recording, api_key=PLACEHOLDER))


def _demand_message(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The client gives the message that was sent."""
    message = recording.result(lambda: client.messages.create(**_body(ask)), served=True)
    blocks = pick(recording.last.json, "content", kind=list)
    sent = "".join(str(block.get("text", "")) for block in blocks if isinstance(block, dict))
    text = recording.result(lambda: _text(message))

    assert text == sent, f"corrupts: the text is {shown(text)}, sent was {shown(sent)}"
    assert message.role == "assistant", f"corrupts: the role is {shown(message.role)}"


@requirement("sdk.anthropic.stream")
def test_stream(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The stream helper of the Anthropic client gives the text and a final message that equal what was streamed."""
    text, final = recording.result(lambda: _streamed(client, **_body(ask)), served=True)
    deltas = _deltas(recording.last)
    sent = "".join(str(delta.get("text", "")) for delta in deltas)

    assert text == sent, f"corrupts: the text is {shown(text)}, streamed was {shown(sent)}"
    assert recording.result(lambda: _text(final)) == sent, (
        "corrupts: the final message has another text than the stream"
    )
    reasons = [delta["stop_reason"] for delta in deltas if delta.get("stop_reason")]
    if reasons:
        assert final.stop_reason == reasons[-1], f"corrupts: stop_reason is {shown(final.stop_reason)}"


def _streamed(client: Any, **fields: Any) -> tuple[str, Any]:
    """The text of the documented loop, and the final message."""
    with client.messages.stream(**fields) as stream:
        return "".join(stream.text_stream), stream.get_final_message()


def _deltas(exchange: Exchange) -> list[dict[str, Any]]:
    """What each event adds to a block or to the message."""
    values = [decoded(event.data) for event in exchange.stream.events]
    deltas = [value.get("delta") for value in values if isinstance(value, dict)]
    return [delta for delta in deltas if isinstance(delta, dict)]


@requirement("sdk.anthropic.tools")
def test_tools(ask: Ask, recording: ClientRecording, client: Any, dependent: bool) -> None:
    """The use of a tool is an object of the client, whole and streamed."""
    body = _body(ask, QUESTION, **TOOLS)
    whole = recording.result(lambda: client.messages.create(**body), dependent=dependent)
    _, final = recording.result(lambda: _streamed(client, **body), dependent=dependent)
    for name, message in (("whole", whole), ("streamed", final)):
        uses = recording.result(partial(_uses, message))
        if not uses:
            inconclusive(f"the model used no tool, {name}")
        for use in uses:
            assert use.id, f"{name}: the id is {shown(use.id)}"
            assert use.name == "get_weather", f"{name}: the name is {shown(use.name)}"
            assert isinstance(use.input, dict), f"{name}: the input is {shown(use.input)}"
            assert use.input or message.stop_reason == "max_tokens", f"{name}: the input is empty"


@requirement("sdk.anthropic.errors")
def test_errors(ask: Ask, recorder: Recorder, client_of: Callable[[ClientRecording], Any], anthropic: Any) -> None:
    """Every refusal is raised as the class that belongs to its status."""
    for name, key, fields in REFUSALS:
        recording = ClientRecording(recorder, PROTOCOL, key=key, entire=True, patient=False)
        body = _body(ask, **fields)
        error = recording.raised(partial(client_of(recording).messages.create, **body))
        status = recording.exchanges[-1].status
        expected = class_for(status, "APIStatusError")
        assert error is not None, f"silently accepts {name} ({status}): no exception is raised"
        assert isinstance(error, getattr(anthropic, expected)), (
            f"{name} ({status}) raises {type(error).__name__}, not {expected}: {error!s:.120}"
        )
