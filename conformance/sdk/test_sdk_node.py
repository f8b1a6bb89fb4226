"""The official client for Node: the documented snippets, the stream helper, and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.sdk.node import Node, Raised
from conformance.sdk.recorded_client import ClientRecording, class_for, shown
from conformance.target import Target
from conformance.wire.exchange import decoded
from conformance.wire.recorder import Recorder
from conformance.words.answer import offered
from conformance.words.ask import STRANGER, Ask
from conformance.words.check import alone, inconclusive, pick, requirement
from conformance.words.openai.bad_requests import MESSAGES_TYPE, UNKNOWN_MODEL
from conformance.words.openai.chat import CompletionStream
from conformance.words.openai.tools import NAMES, QUESTION, calling_stream

pytestmark = alone

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def node(target: Target) -> Iterator[Node]:
    """The process of the client, started for the first check that needs it."""
    node = Node(target.node_modules)
    yield node
    node.close()


@pytest.fixture
def run(node: Node) -> Run:
    """Runs an action of the client. What it raises for a served request is the finding."""

    def run(
        action: str, recording: ClientRecording, body: dict[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        served = options.pop("served", False)
        dependent = options.pop("dependent", False)
        result = node.run(action, recording, body, **options)
        if isinstance(result, Raised):
            recording.blame(dependent, served)
            recording.leave_cut(result.name)
            raise AssertionError(f"crashes: {result.name}: {result.message:.200}")
        return result

    return run


def _demand_answer(ask: Ask, run: Run, recorder: Recorder, **options: Any) -> None:
    plain = ask.chat()
    if plain.status != 200:
        inconclusive(f"the same request without the client is answered {plain.status}")
    text = run("create", ClientRecording(recorder, entire=True), ask.body(), served=True, **options).get("content")
    if plain.text:
        assert isinstance(text, str), f"the content is {shown(text)}"
        assert text, "the content is empty"


@requirement("sdk.node.create")
def test_create(ask: Ask, run: Run, recorder: Recorder) -> None:
    """The official client for Node, with only `apiKey` and `baseURL` changed, gives the answer's text."""
    _demand_answer(ask, run, recorder)


@requirement("sdk.node.environment")
def test_environment(ask: Ask, run: Run, recorder: Recorder) -> None:
    """`OPENAI_API_KEY` and `OPENAI_BASE_URL` in the environment are all that the client for Node needs."""
    _demand_answer(ask, run, recorder, environment=True)


def _demand_text(text: Any, wire: CompletionStream) -> None:
    streamed = wire.text()
    if wire.exchange.broken:
        inconclusive(f"the connection broke: {wire.exchange.broken}")
    assert text == streamed, f"corrupts: the text is {shown(text)}, streamed was {shown(streamed)}"


@requirement("sdk.node.stream")
def test_stream(ask: Ask, run: Run, recording: ClientRecording) -> None:
    """The documented loop `for await (const chunk of stream)` gives the client for Node the text that was streamed."""
    wire = ask.stream()

    _demand_text(run("stream", recording, ask.body(stream=True))["text"], wire)


@requirement("sdk.node.stream.empty-choices")
def test_stream_empty_choices(ask: Ask, run: Run, recording: ClientRecording, gateway: dict[str, Any]) -> None:
    """The documented expression `chunk.choices[0]?.delta?.content` survives every chunk, also one without choices."""
    counted = "chat.stream.usage" in gateway["features"]
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if counted else {}
    wire = ask.stream(**options)

    _demand_text(run("stream", recording, ask.body(stream=True, **options))["text"], wire)


@requirement("sdk.node.stream.helper")
def test_stream_helper(ask: Ask, run: Run, recording: ClientRecording) -> None:
    """The stream helper of the client for Node gives a final completion that equals what was streamed."""
    wire = ask.stream()
    result = run("helper", recording, ask.body())
    reasons = wire.finish_reasons()

    _demand_text(result.get("content") or "", wire)
    assert result.get("role") == "assistant", f"corrupts: the role is {shown(result.get('role'))}"
    if reasons:
        reason = result.get("finish_reason")
        assert reason == reasons[-1], f"corrupts: finish_reason is {shown(reason)}"


@requirement("sdk.node.tools.stream")
def test_tools_stream(ask: Ask, run: Run, recording: ClientRecording, gateway: dict[str, Any]) -> None:
    """The calls put together by the stream helper are those that were streamed."""
    dependent = "sdk.node.tools" in gateway["model_dependent"]
    wire = calling_stream(ask)
    result = run("helper", recording, ask.body(QUESTION, **offered(wire)), dependent=dependent)
    if not any(True for _ in wire.fragments()) or wire.finish_reasons() == ["length"]:
        inconclusive("the model called no tool, or was cut off")

    assert result["tool_calls"], "silently loses the calls that were streamed"
    for call, streamed in zip(result["tool_calls"], wire.tool_calls(), strict=False):
        name, arguments = (pick(call, "function", kind=dict).get(part) for part in ("name", "arguments"))
        assert call["id"] == streamed.id, f"corrupts: the id is {shown(call['id'])}, streamed was {shown(streamed.id)}"
        assert name in NAMES, f"corrupts: the name is {shown(name)}"
        assert isinstance(decoded(str(arguments)), dict), f"corrupts: the arguments are {shown(arguments)}"


@requirement("sdk.node.models")
def test_models(ask: Ask, run: Run, recording: ClientRecording) -> None:
    """The client for Node iterates over the models that are listed."""
    entries = pick(ask.get("/models").json, "data", kind=list)
    listed = [entry.get("id") for entry in entries if isinstance(entry, dict)]
    names = run("models", recording)["names"]

    assert names == listed, f"corrupts: {len(listed)} models are listed, the client gives {shown(names)}"


@requirement("sdk.node.errors")
def test_errors(ask: Ask, node: Node, recorder: Recorder, gateway: dict[str, Any]) -> None:
    """Every refusal is raised as the class that belongs to its status, with the documented members."""
    documented = [name for name in gateway["errors"]["fields"] if name in {"code", "type"}]
    for key, fields in ((STRANGER, {}), ("default", UNKNOWN_MODEL[0].fields), ("default", MESSAGES_TYPE.fields)):
        recording = ClientRecording(recorder, key=key, patient=False)
        raised = node.run("create", recording, ask.body(**fields))
        status = recording.exchanges[-1].status
        expected = class_for(status, "APIError")
        assert isinstance(raised, Raised), f"silently accepts what is answered {status}: {shown(raised)}"
        assert raised.name == expected, f"a {status} raises {raised.name}, not {expected}: {raised.message:.120}"
        for name in documented:
            value = getattr(raised, name)
            assert isinstance(value, str), f"a {status}: .{name} is {shown(value)}, although it is documented"
