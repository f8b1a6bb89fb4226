"""The official Google GenAI client: whole answers, streams, tools and errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import pytest

from conformance.sdk.recorded_client import PLACEHOLDER, ClientRecording, shown
from conformance.sdk.transport import http_client, package
from conformance.wire.exchange import decoded
from conformance.wire.recorder import Recorder
from conformance.words.ask import PROMPT, STRANGER, Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.gemini.embeddings import EMBEDDINGS
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.embeddings import TEXTS
from conformance.words.openai.tools import QUESTION

PROTOCOL = "gemini"
ROOM = 1024
"""The most tokens of an answer: models that think use some before the first word."""
CITY = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}
TOOLS: dict[str, Any] = {
    "tools": [{"function_declarations": [{"name": "get_weather", "description": "The weather", "parameters": CITY}]}],
    "tool_config": {"function_calling_config": {"mode": "ANY"}},
    "automatic_function_calling": {"disable": True},
}

REFUSALS: list[tuple[str, Any, dict[str, str]]] = [
    ("a key that was never issued", STRANGER, {}),
    ("an unknown model", "default", {"model": NOWHERE}),
]
"""What cannot be served: a name, the key, and what differs in the request."""

NOBODY = SSLContext(PROTOCOL_TLS_CLIENT)
UNUSED = {"client_args": {"verify": NOBODY}, "async_client_args": {"verify": NOBODY, "ssl": NOBODY}}
"""For connections that a client never opens: it would read the certificates of all authorities for them, twice."""


@pytest.fixture
def genai(ask: Ask) -> Any:
    """The module of the official client."""
    return package(ask.recorder, "google.genai", "google-genai")


@pytest.fixture
def recording(ask: Ask) -> ClientRecording:
    """The recording of this check; the client's own headers carry the key."""
    return ClientRecording(ask.recorder, PROTOCOL, entire=True)


@pytest.fixture
def client_of(genai: Any, gateway: dict[str, Any]) -> Callable[..., Any]:
    """The official client, with the kind of credential and the version of the paths that are documented.

    The version `None` leaves the choice to the client.
    """
    kind = gateway["protocols"][PROTOCOL]["credentials"][0]
    headers = {"Authorization": f"Bearer {PLACEHOLDER}"} if kind == "bearer" else {}

    def client(recording: ClientRecording, version: str | None = "v1beta") -> Any:
        http = http_client(import_module("httpx"), recording)
        options = {"base_url": recording.base_url, "api_version": version, "headers": headers, "httpx_client": http}
        known = {name: value for name, value in UNUSED.items() if name in genai.types.HttpOptions.model_fields}
        return genai.Client(api_key=PLACEHOLDER, http_options=genai.types.HttpOptions(**known, **options))

    return client


@pytest.fixture
def client(client_of: Callable[..., Any], recording: ClientRecording) -> Any:
    """The official client of this check."""
    return client_of(recording)


def _asked(ask: Ask, prompt: str = PROMPT, **config: Any) -> dict[str, Any]:
    config = {"max_output_tokens": max(ROOM, ask.cap)} | config
    return {"model": ask.model_for(PROTOCOL), "contents": prompt, "config": config}


def _text(value: Any) -> str:
    """The text of the first candidate as it was sent, without thoughts."""
    parts = pick(value, "candidates", 0, "content", kind=dict).get("parts") or ()
    return "".join(part.get("text") or "" for part in parts if isinstance(part, dict) and not part.get("thought"))


@requirement("sdk.gemini.generate")
def test_generate(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The official client gives the answer as its typed object, with the documented credential and paths."""
    _demand_text(ask, recording, client)


@requirement("sdk.gemini.version")
def test_version(ask: Ask, recording: ClientRecording, recorder: Recorder, client_of: Callable[..., Any]) -> None:
    """The official client gives the answer also below the version of the paths that it prefers."""
    known = ClientRecording(recorder, PROTOCOL, entire=True)
    known.result(lambda: client_of(known).models.generate_content(**_asked(ask)))

    _demand_text(ask, recording, client_of(recording, None))


def _demand_text(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The client gives the text that was sent."""
    text = recording.result(lambda: client.models.generate_content(**_asked(ask)).text, served=True)
    sent = _text(recording.last.json)

    assert (text or "") == sent, f"corrupts: the text is {shown(text)}, sent was {shown(sent)}"


@requirement("sdk.gemini.stream")
def test_stream(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The loop over a stream gives the Google GenAI client the text that was streamed."""
    stream = client.models.generate_content_stream
    text = recording.result(lambda: "".join(chunk.text or "" for chunk in stream(**_asked(ask))), served=True)
    reader = recording.last.stream
    values = [decoded(data) for data in (*(event.data for event in reader.events), reader.leftover)]
    sent = "".join(_text(value) for value in values if isinstance(value, dict) and _has_content(value))

    assert text == sent, f"corrupts: the text is {shown(text)}, streamed was {shown(sent)}"


def _has_content(value: dict[str, Any]) -> bool:
    candidates = value.get("candidates") or [{}]
    return isinstance(candidates[0], dict) and isinstance(candidates[0].get("content"), dict)


@requirement("sdk.gemini.tools")
def test_tools(ask: Ask, recording: ClientRecording, client: Any, dependent: bool) -> None:
    """The Google GenAI client gives a function call with a name that was offered and arguments that are an object."""
    generate = client.models.generate_content
    calls = recording.result(lambda: generate(**_asked(ask, QUESTION, **TOOLS)).function_calls, dependent=dependent)
    if not calls:
        inconclusive("the model called no function")

    for call in calls:
        assert call.name == "get_weather", f"corrupts: the name is {shown(call.name)}"
        assert isinstance(call.args, dict), f"corrupts: the arguments are {shown(call.args)}"


@requirement("sdk.gemini.embeddings")
def test_embeddings(ask: Ask, recording: ClientRecording, client: Any, genai: Any) -> None:
    """The client gives a vector for each text, in order, with the numbers that were sent."""
    contents = [genai.types.Content(parts=[genai.types.Part(text=text)]) for text in TEXTS]
    asked = {"model": ask.model_for(EMBEDDINGS), "contents": contents}
    vectors = recording.result(lambda: [one.values for one in client.models.embed_content(**asked).embeddings])
    sent = [one.get("values") for one in pick(recording.exchanges[-1].json, "embeddings", kind=list)]

    assert len(vectors) == len(TEXTS), (
        f"corrupts: {len(TEXTS)} texts were sent, the client gives {len(vectors)} vectors"
    )
    for vector, values in zip(vectors, sent, strict=True):
        assert vector == values, f"corrupts: a vector is {shown(vector)}, sent was {shown(values)}"


@requirement("sdk.gemini.errors")
def test_errors(ask: Ask, recorder: Recorder, client_of: Callable[..., Any], genai: Any) -> None:
    """Every refusal is raised as the class that belongs to its status."""
    for name, key, fields in REFUSALS:
        recording = ClientRecording(recorder, PROTOCOL, key=key, entire=True, patient=False)
        asked = _asked(ask) | fields
        error = recording.raised(partial(client_of(recording).models.generate_content, **asked))
        status = recording.exchanges[-1].status
        expected = genai.errors.ServerError if status >= 500 else genai.errors.ClientError
        assert error is not None, f"silently accepts {name} ({status}): no exception is raised"
        assert isinstance(error, expected), (
            f"{name} ({status}) raises {type(error).__name__}, not {expected.__name__}: {error!s:.120}"
        )
