"""Errors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_client_error, demand_kind, demand_refused, demand_text
from conformance.words.ask import PROMPT
from conformance.words.check import NotApplicable, each, inconclusive, requirement
from conformance.words.gemini.contents import Gemini, GeneratedStream, picture, turn
from conformance.words.gemini.demands import demand_error_message, demand_error_name
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.received import leave_open_when_cut

TRIES = 3
WRONG: dict[str, Any] = {
    "no-contents": {},
    "empty-contents": {"contents": []},
    "truncated": b'{"contents":[{"role":"user",',
    "contents-a-number": {"contents": 7},
    "temperature-a-word": {"contents": [turn(PROMPT)], "generationConfig": {"temperature": "warm"}},
    "temperature-of-99": {"contents": [turn(PROMPT)], "generationConfig": {"temperature": 99}},
    "empty-part": {"contents": [{"role": "user", "parts": [{}]}]},
}


def _wrong(gemini: Gemini, name: str) -> Exchange:
    return gemini.post("generateContent", WRONG[name])


def _unknown_model(gemini: Gemini) -> Exchange:
    return gemini.generate(model=NOWHERE).exchange


@requirement("gemini.errors.missing-contents")
def test_missing_contents(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A request without `contents` is refused with the documented status."""
    demand_refused(_wrong(gemini, "no-contents"), gateway, "missing_field", "invalid_value")


@requirement("gemini.errors.empty-contents")
def test_empty_contents(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """Empty `contents` are refused with the documented status."""
    demand_refused(_wrong(gemini, "empty-contents"), gateway, "missing_field", "invalid_value")


@requirement("gemini.errors.malformed")
def test_malformed(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A body that is no JSON is refused with the documented status."""
    demand_refused(_wrong(gemini, "truncated"), gateway, "malformed_body")


@requirement("gemini.errors.invalid-value")
@pytest.mark.parametrize("name", ["contents-a-number", "temperature-a-word"])
def test_invalid_value(gemini: Gemini, gateway: dict[str, Any], name: str) -> None:
    """A field of the wrong type is refused with the documented status."""
    demand_refused(_wrong(gemini, name), gateway, "invalid_value", "missing_field")


@requirement("gemini.errors.empty-part")
def test_empty_part(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A part that holds nothing is refused with the documented status."""
    demand_refused(_wrong(gemini, "empty-part"), gateway, "invalid_value", "missing_field")


@requirement("gemini.errors.unknown-model")
def test_unknown_model(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A model that does not exist is refused with its documented status."""
    demand_refused(_unknown_model(gemini), gateway, "unknown_model")


@requirement("gemini.errors.unknown-model.stream")
def test_unknown_model_stream(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A model that does not exist is refused before a stream begins."""
    answer = gemini.stream(model=NOWHERE).exchange

    demand_refused(answer, gateway, "unknown_model")
    assert answer.media_type != "text/event-stream", "the refusal is a stream"


@requirement("gemini.errors.before-stream")
@each("name", ["no-contents", "contents-a-number", "temperature-of-99"])
def test_before_stream(gemini: Gemini, name: str) -> None:
    """A wrong request for a stream is refused by status, before any event."""
    if _wrong(gemini, name).status < 400:
        raise NotApplicable("the request is taken when it is not streamed")

    answer = gemini.post("streamGenerateContent", WRONG[name], query="alt=sse")

    demand_client_error(answer)
    assert answer.media_type != "text/event-stream", "the refusal is a stream"


def _errors(gemini: Gemini) -> list[tuple[int, Any]]:
    """The statuses and the bodies of what is refused here anyway."""
    answers = [*(_wrong(gemini, name) for name in WRONG), _unknown_model(gemini)]
    errors = [(answer.status, answer.json) for answer in answers if answer.status >= 400]
    return errors or inconclusive("nothing was refused")


def _details(gemini: Gemini) -> list[tuple[int, dict[str, Any]]]:
    """The statuses and the error objects."""
    bodies = [(status, body.get("error")) for status, body in _errors(gemini) if isinstance(body, dict)]
    details = [(status, error) for status, error in bodies if isinstance(error, dict)]
    return details or inconclusive("cannot be judged: no error has an error object")


@requirement("gemini.errors.message")
def test_message(gemini: Gemini) -> None:
    """The body of an error is a JSON object `error` with a non-empty `message`."""
    for status, body in _errors(gemini):
        demand_error_message(status, body)


@requirement("gemini.errors.status")
def test_status(gemini: Gemini) -> None:
    """`error.status` is the google.rpc.Code of the HTTP status."""
    for status, error in _details(gemini):
        demand_error_name(status, error)


@requirement("gemini.errors.code")
def test_code(gemini: Gemini) -> None:
    """`error.code` is the HTTP status as a number."""
    for status, error in _details(gemini):
        assert error.get("code") == status, f"error.code of a {status} is {error.get('code')!r:.60}"


@requirement("gemini.errors.invalid-image")
def test_invalid_image(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """Data that is no base64 is refused with the documented status."""
    demand_refused(gemini.generate(picture("!!!")), gateway, "invalid_value")


@requirement("gemini.errors.text-only")
def test_text_only(gemini: Gemini, target: Target, gateway: dict[str, Any]) -> None:
    """A model that takes no images refuses one with the documented status."""
    answer = gemini.generate(picture(), model=target.models["text-only"]).exchange

    demand_refused(answer, gateway, "invalid_value")


@requirement("gemini.errors.rate-limit")
def test_rate_limit(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A request beyond the limit is a 429."""
    answer = gemini.generate(key="rate-limited", patient=False).exchange

    demand_refused(answer, gateway, "rate_limited")


@requirement("gemini.errors.upstream")
def test_upstream(gemini: Gemini, target: Target, gateway: dict[str, Any]) -> None:
    """A provider's failure is answered with the documented 5xx."""
    answer = gemini.generate(model=target.models["upstream-error"], patient=False).exchange

    demand_refused(answer, gateway, "upstream")


@requirement("gemini.errors.upstream.stream")
def test_upstream_stream(gemini: Gemini, target: Target, gateway: dict[str, Any]) -> None:
    """A stream whose provider fails before the first event is answered with the documented 5xx."""
    answer = gemini.stream(model=target.models["upstream-error"], patient=False).exchange

    demand_refused(answer, gateway, "upstream")
    assert answer.media_type != "text/event-stream", "the failure is a stream"


@requirement("gemini.errors.retry")
def test_retry(gemini: Gemini, target: Target) -> None:
    """After a failure that passes, the same request is served."""
    model = target.models["flaky-once"]
    statuses = [gemini.generate(model=model, take=take, patient=False).status for take in range(TRIES)]

    if set(statuses) <= {429}:
        inconclusive("the requests were answered 429")
    assert 200 in statuses, f"the same request is answered {', '.join(map(str, statuses))}"


def _broken(gemini: Gemini, target: Target) -> GeneratedStream:
    return gemini.stream(model=target.models["midstream-error"], patient=False)


@requirement("gemini.errors.midstream")
def test_midstream(gemini: Gemini, target: Target) -> None:
    """A stream that fails says so by an event with an error, and does not pretend to have ended."""
    stream = _broken(gemini, target)
    leave_open_when_cut(stream.exchange)

    assert stream.errors, "the stream fails without an event that says so"
    for error in stream.errors:
        demand_text(demand_kind(error, "error", dict).get("message"), "error.message")
    assert "STOP" not in stream.finish_reasons, "the stream fails and ends with STOP"


@requirement("gemini.errors.midstream.code")
def test_midstream_code(gemini: Gemini, target: Target) -> None:
    """`code` of an error within a stream is a number: the official clients fail on a text."""
    errors = [error for error in _broken(gemini, target).errors if isinstance(error, dict)]
    if not errors:
        inconclusive("cannot be judged: the stream reports no error")

    codes = [error.get("code") for error in errors]
    assert all(type(code) is int for code in codes), f"error.code is {codes[0]!r:.60}"
