"""The official Python client: responses, whole, streamed, with tools, and parsed into the caller's own class."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from conformance.sdk.recorded_client import ClientRecording, crashes, shown
from conformance.sdk.transport import library_of, package
from conformance.target import Target
from conformance.wire.exchange import decoded
from conformance.words.check import NotEquipped, inconclusive, requirement
from conformance.words.openai.responses import TOOLS, Responses
from conformance.words.openai.tools import NAMES, QUESTION

BOOK = "Tell me about a book in a public library."
TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "object": str,
    "created_at": (int, float),
    "model": str,
    "status": str,
    "output": list,
}
"""What the client declares of a response, where the target sends it at all."""
COUNTERS = ("input_tokens", "output_tokens", "total_tokens")


@pytest.fixture
def api(client: Any, openai: Any) -> Any:
    """The responses of the client; older ones have none."""
    api = getattr(client, "responses", None)
    if api is None or not hasattr(api, "parse"):
        raise NotEquipped(f"openai {openai.__version__} knows no responses: pip install --upgrade openai")
    return api


@requirement("sdk.openai.responses.create")
def test_create(responses: Responses, recording: ClientRecording, api: Any) -> None:
    """The Python client gives the text of a response under `output_text`, and its fields have their declared types."""
    wire = responses.create()
    response = recording.result(lambda: api.create(**responses.body()))
    text = recording.result(lambda: response.output_text)

    assert text == wire.words, f"corrupts: output_text is {shown(text)}, sent was {shown(wire.words)}"
    for name, kind in TYPES.items():
        value = getattr(response, name, None)
        fits = value is None or (isinstance(value, kind) and not isinstance(value, bool))
        assert fits, f"corrupts: {name} is {shown(value)}"
    for name in COUNTERS:
        value = recording.result(partial(getattr, response.usage, name))
        assert isinstance(value, int), f"corrupts: usage.{name} is {shown(value)}"


@requirement("sdk.openai.responses.stream")
def test_stream(responses: Responses, recording: ClientRecording, api: Any) -> None:
    """The stream helper of the Python client reads a streamed response to its end and puts its text together."""
    wire = responses.stream()
    if wire.exchange.broken:
        inconclusive(f"the connection broke: {wire.exchange.broken}")
    final = recording.result(lambda: _final(api, **responses.body()))
    text = recording.result(lambda: final.output_text)

    assert text == wire.text, f"corrupts: output_text is {shown(text)}, streamed was {shown(wire.text)}"


def _final(api: Any, **fields: Any) -> Any:
    """The final response of the stream helper."""
    with api.stream(**fields) as stream:
        return stream.get_final_response()


@requirement("sdk.openai.responses.stream.error")
def test_stream_error(responses: Responses, recording: ClientRecording, api: Any, target: Target, openai: Any) -> None:
    """A failure in mid-stream is seen by the Python client: as an exception, or as an event of a failure."""
    body = responses.body(model=target.models["midstream-error"], stream=True)
    seen: list[str] = []
    error = recording.raised(lambda: seen.extend(event.type for event in api.create(**body)))
    if isinstance(error, openai.APIStatusError):
        inconclusive(f"the stream did not begin: it is answered {error.status_code}")

    failures = {"response.failed", "response.incomplete", "error"} & set(seen)
    assert error or failures, f"silently accepts: the events are {shown(seen)}"
    known = error is None or isinstance(error, (openai.APIError, library_of(openai).HTTPError))
    assert known, crashes(error) if error else ""


@requirement("sdk.openai.responses.tools")
def test_tools(responses: Responses, recording: ClientRecording, api: Any, dependent: bool) -> None:
    """The client's own items are taken back, with the results of its calls."""
    body = responses.body(QUESTION, tools=TOOLS)
    final = recording.result(lambda: _final(api, **body), dependent=dependent)
    calls = [item for item in final.output if item.type == "function_call"]
    if not calls:
        inconclusive("the model called no tool")
    for call in calls:
        assert call.name in NAMES, f"corrupts: the name is {shown(call.name)}"
        parsed = isinstance(call.arguments, str) and isinstance(decoded(call.arguments), dict)
        assert parsed, f"corrupts: the arguments are {shown(call.arguments)}"
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "It is sunny."} for call in calls]
    question = {"role": "user", "content": QUESTION}
    turn = {**body, "input": [question, *final.output, *results]}

    answer = recording.result(lambda: api.create(**turn).output, served=True)

    assert answer, "nothing is answered"


@requirement("sdk.openai.responses.parse")
def test_parse(responses: Responses, recording: ClientRecording, api: Any, dependent: bool) -> None:
    """`responses.parse` of the Python client gives an object of the caller's class."""
    book = package(responses.ask.recorder, "pydantic").create_model(
        "Book", title=(str, ...), pages=(int, ...), lent=(bool, ...)
    )

    final = recording.result(lambda: api.parse(**responses.body(BOOK), text_format=book), dependent=dependent)

    if final.status != "completed":
        inconclusive(f"the answer ended as {final.status!r}")
    value = recording.result(lambda: final.output_parsed)
    refusal = any(
        getattr(part, "refusal", None)
        for item in final.output
        if isinstance(content := getattr(item, "content", None), list)
        for part in content
    )
    if value is None and refusal:
        inconclusive("the model refused to answer")
    assert isinstance(value, book), f"silently gives {shown(value)} instead of a Book"
