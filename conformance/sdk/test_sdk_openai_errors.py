"""The official Python client: exceptions, and its own retries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.sdk.recorded_client import ClientRecording, class_for, shown
from conformance.target import Secret, Target
from conformance.wire.exchange import Exchange
from conformance.wire.recorder import Recorder
from conformance.words.ask import STRANGER, Ask
from conformance.words.check import Unsupported, inconclusive, requirement
from conformance.words.openai.bad_requests import MESSAGES_TYPE, UNKNOWN_MODEL

KEYS = ("expired", "revoked", "restricted", "spend-limited", "no-payment", "rate-limited")
MODELS = ("upstream-error", "internal-error", "maintenance", "forbidden")
ATTEMPTS = 6
"""The most requests that are sent to use up a limit."""
TAKES = 10_000
"""The first take of requests that no other check may share."""


@dataclass(frozen=True)
class Refusal:
    """A refused request, and what the client raised for it."""

    name: str
    exchange: Exchange
    error: Exception | None

    def named(self) -> str:
        """The case as a message names it."""
        return f"{self.name} ({self.exchange.status})"


def _refusals(ask: Ask, target: Target, client_of: Callable[..., Any]) -> Iterator[Refusal]:
    """Requests that cannot be served, one after the other: those of anybody, and those of the target's fixtures."""
    yield _refusal("a key that was never issued", ask, client_of, STRANGER)
    yield _refusal("an unknown model", ask, client_of, **UNKNOWN_MODEL[0].fields)
    yield _refusal("messages that are no array", ask, client_of, **MESSAGES_TYPE.fields)
    for name in KEYS:
        if name in target.keys:
            yield _refusal(f"the key {name!r}", ask, client_of, name)
    for name in MODELS:
        if name in target.models:
            yield _refusal(f"the model {name!r}", ask, client_of, model=target.models[name])


def _refusal(
    name: str, ask: Ask, client_of: Callable[..., Any], key: str | Secret = "default", **fields: Any
) -> Refusal:
    recording = ClientRecording(ask.recorder, key=key, patient=False)
    error = recording.raised(lambda: client_of(recording).chat.completions.create(**ask.body(**fields)))
    if not recording.exchanges:
        raise AssertionError(f"{name}: the client itself fails: {type(error).__name__}: {error!s:.160}")
    return Refusal(name, recording.exchanges[-1], error)


def _raised(ask: Ask, target: Target, client_of: Callable[..., Any], openai: Any) -> list[Refusal]:
    """The refusals for which the client raised what it raises for a status."""
    refusals = [one for one in _refusals(ask, target, client_of) if isinstance(one.error, openai.APIStatusError)]
    return refusals or inconclusive("no refused request raised an exception with a status")


@requirement("sdk.openai.errors.class")
def test_errors_class(ask: Ask, target: Target, client_of: Callable[..., Any], openai: Any) -> None:
    """Every refusal is raised as the class that belongs to its status."""
    for one in _refusals(ask, target, client_of):
        status = one.exchange.status
        expected = class_for(status, "APIStatusError")
        assert one.error is not None, f"silently accepts {one.named()}: no exception is raised"
        assert isinstance(one.error, getattr(openai, expected)), (
            f"{one.named()} raises {type(one.error).__name__}, not {expected}: {one.error!s:.120}"
        )


@requirement("sdk.openai.errors.fields")
def test_errors_fields(
    ask: Ask, target: Target, client_of: Callable[..., Any], openai: Any, gateway: dict[str, Any]
) -> None:
    """The exception of the Python client carries the documented fields of the error."""
    documented = [name for name in gateway["errors"]["fields"] if name in {"code", "type"}]
    for one in _raised(ask, target, client_of, openai):
        error: Any = one.error
        message = error.body.get("message") if isinstance(error.body, dict) else None
        assert isinstance(message, str), f"{one.named()}: the message is lost, the body is {shown(error.body)}"
        for name in documented:
            value = getattr(error, name)
            assert isinstance(value, str), f"{one.named()}: .{name} is {shown(value)}, although it is documented"


@requirement("sdk.openai.errors.request-id")
def test_errors_request_id(
    ask: Ask,
    target: Target,
    client_of: Callable[..., Any],
    openai: Any,
    gateway: dict[str, Any],
    recording: ClientRecording,
) -> None:
    """The exception and the answer of the Python client carry the id of the request, where one is documented."""
    if gateway["headers"]["request_id"] != "x-request-id":
        raise Unsupported("no x-request-id is documented")
    for one in _raised(ask, target, client_of, openai):
        error: Any = one.error
        assert error.request_id, f"{one.named()}: .request_id is {shown(error.request_id)}"
    completion = recording.result(lambda: client_of(recording).chat.completions.create(**ask.body()))

    assert completion._request_id, f"._request_id of an answer is {shown(completion._request_id)}"


@requirement("sdk.openai.retry.limit")
def test_retry_limit(ask: Ask, recorder: Recorder, client_of: Callable[..., Any]) -> None:
    """The Python client, left to its own retries, is served when a rate limit has passed."""
    recording = ClientRecording(recorder, key="limited", patient=False, fresh=True, first=TAKES)
    client = client_of(recording, max_retries=2)
    for _ in range(ATTEMPTS):
        _demand_served(recording, lambda: client.chat.completions.create(**ask.body()))
        if _statuses(recording).count(429):
            return
    inconclusive(f"{ATTEMPTS} requests did not use up the limit")


@requirement("sdk.openai.retry.upstream")
def test_retry_upstream(ask: Ask, recorder: Recorder, client_of: Callable[..., Any], target: Target) -> None:
    """The Python client, left to its own retries, is served when a passing failure behind the gateway is over."""
    recording = ClientRecording(recorder, patient=False, fresh=True, first=TAKES)
    body = ask.body("Say hello to a client that tries again.", model=target.models["flaky-once"])

    _demand_served(recording, lambda: client_of(recording, max_retries=2).chat.completions.create(**body))


def _demand_served(recording: ClientRecording, use: Callable[[], object]) -> None:
    error = recording.raised(use)
    seen = ", ".join(map(str, _statuses(recording)))
    assert error is None, f"gives up with {type(error).__name__} after the answers {seen}: {error!s:.120}"


def _statuses(recording: ClientRecording) -> list[int]:
    return [exchange.status for exchange in recording.exchanges]
