"""The official Python client: streams, read by the documented loop and by the stream helper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gateway_contract
from conformance.sdk.recorded_client import ClientRecording, crashes, shown
from conformance.sdk.transport import library_of
from conformance.target import Target
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.chat import CompletionStream


def _text(chunks: Iterable[Any]) -> str:
    """What the documented loop prints: `chunk.choices[0]?.delta?.content ?? ""`."""
    printed = ""
    for chunk in chunks:
        if len(chunk.choices) and chunk.choices[0].delta is not None:
            printed += chunk.choices[0].delta.content or ""
    return printed


def _demand_text(text: str, wire: CompletionStream) -> None:
    """The client gives the text that was streamed, if the stream ended in good order."""
    streamed = wire.text()
    if wire.exchange.broken:
        inconclusive(f"the connection broke: {wire.exchange.broken}")
    assert text == streamed, f"corrupts: the text is {shown(text)}, streamed was {shown(streamed)}"


@requirement("sdk.openai.stream")
def test_stream(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The documented loop over a stream gives the Python client the text that was streamed."""
    wire = ask.stream()
    text = recording.result(lambda: _text(client.chat.completions.create(**ask.body(stream=True))))

    _demand_text(text, wire)


@requirement("sdk.openai.stream.empty-choices")
def test_stream_empty_choices(
    ask: Ask, recording: ClientRecording, client: Any, contract: gateway_contract.Contract
) -> None:
    """A chunk without choices is skipped, and the usage is met where it is documented."""
    counted = "chat.stream.usage" in contract.features
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if counted else {}
    wire = ask.stream(**options)
    chunks = recording.result(lambda: list(client.chat.completions.create(**ask.body(stream=True, **options))))

    _demand_text(recording.result(lambda: _text(chunks)), wire)
    if counted and wire.usages:
        usages = [chunk.usage for chunk in chunks if chunk.usage is not None]
        assert usages, "silently loses the usage that was streamed"
        total, sent = getattr(usages[-1], "total_tokens", None), wire.usage.get("total_tokens")
        assert total == sent, f"corrupts: total_tokens is {shown(total)}, streamed was {shown(sent)}"


@requirement("sdk.openai.stream.helper")
def test_stream_helper(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The stream helper of the Python client gives a final completion that equals what was streamed."""
    wire = ask.stream()
    final = recording.result(lambda: _final(client, **ask.body()))
    choice, message = recording.result(lambda: (final.choices[0], final.choices[0].message))
    reasons = wire.finish_reasons()

    _demand_text(message.content or "", wire)
    assert message.role == "assistant", f"corrupts: the role is {shown(message.role)}"
    if reasons:
        assert choice.finish_reason == reasons[-1], f"corrupts: finish_reason is {shown(choice.finish_reason)}"


def _final(client: Any, **fields: Any) -> Any:
    """The final completion of the stream helper."""
    with client.chat.completions.stream(**fields) as stream:
        return stream.get_final_completion()


@requirement("sdk.openai.stream.error")
def test_stream_error(ask: Ask, recording: ClientRecording, client: Any, target: Target, openai: Any) -> None:
    """A failure in mid-stream is raised by the Python client, with its message."""
    body = ask.body(model=target.models["midstream-error"], stream=True)
    error = recording.raised(lambda: list(client.chat.completions.create(**body)))
    if isinstance(error, openai.APIStatusError):
        inconclusive(f"the stream did not begin: it is answered {error.status_code}")

    assert error is not None, "silently accepts: the stream ends without an exception"
    assert isinstance(error, (openai.APIError, library_of(openai).HTTPError)), crashes(error)
    assert str(error), "the exception has no message"
