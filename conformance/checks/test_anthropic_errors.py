"""The Anthropic protocol: wrong requests, failures behind the gateway, and how both are told."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.target import Target
from conformance.wire.exchange import Exchange, decoded
from conformance.words.answer import (
    demand_client_error,
    demand_error_body,
    demand_kind,
    demand_refused,
    demand_text,
    leave_at_default,
)
from conformance.words.anthropic import bad_requests
from conformance.words.anthropic.bad_requests import BadMessageRequest
from conformance.words.anthropic.messages import Anthropic
from conformance.words.check import NotApplicable, each, inconclusive, pick, requirement
from conformance.words.openai.bad_requests import each_bad_request
from conformance.words.received import leave_open_when_cut

TRIES = 3


@requirement("anthropic.errors.never-5xx")
@each_bad_request(bad_requests.ALL)
def test_never_5xx(anthropic: Anthropic, bad_request: BadMessageRequest) -> None:
    """A bad request is answered with neither a 5xx nor a broken connection."""
    answer = bad_request.send(anthropic)

    assert 0 < answer.status < 500, f"answered {answer.status or answer.broken}: {answer.text:.160}"


@requirement("anthropic.errors.malformed-json")
def test_malformed_json(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A body that is not JSON is refused with the status documented for it."""
    demand_refused(bad_requests.MALFORMED.send(anthropic), gateway, *bad_requests.MALFORMED.causes)


@requirement("anthropic.errors.missing-field")
@each_bad_request(bad_requests.MISSING)
def test_missing_field(
    anthropic: Anthropic, gateway: dict[str, Any], promised: bool, bad_request: BadMessageRequest
) -> None:
    """A required field is required, unless the gateway has a default for it."""
    answer = bad_request.send(anthropic)
    if "messages" not in bad_request.fields:
        leave_at_default(answer, promised, ", ".join(bad_request.fields))

    demand_refused(answer, gateway, *bad_request.causes)


@requirement("anthropic.errors.invalid-value")
@each_bad_request(bad_requests.INVALID)
def test_invalid_value(
    anthropic: Anthropic, gateway: dict[str, Any], promised: bool, bad_request: BadMessageRequest
) -> None:
    """An unreadable value is refused; a limit that is not a number may be ignored where no document promises more."""
    answer = bad_request.send(anthropic)
    if answer.status == 200 and not promised and "max_tokens" in bad_request.fields:
        inconclusive("the target ignores a limit that is no number")

    demand_refused(answer, gateway, *bad_request.causes)


@requirement("anthropic.errors.wrong-option")
@each_bad_request(bad_requests.WRONG_OPTION)
def test_wrong_option(anthropic: Anthropic, gateway: dict[str, Any], bad_request: BadMessageRequest) -> None:
    """A turn with an unknown role, or a block of an unknown type, is refused with the status of an invalid value."""
    demand_refused(bad_request.send(anthropic), gateway, *bad_request.causes)


@requirement("anthropic.errors.temperature")
def test_temperature(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A `temperature` above 1 is refused with the status of an invalid value."""
    demand_refused(bad_requests.TEMPERATURE.send(anthropic), gateway, *bad_requests.TEMPERATURE.causes)


@requirement("anthropic.errors.unknown-model")
@each("streamed", [False, True])
def test_unknown_model(anthropic: Anthropic, gateway: dict[str, Any], streamed: bool) -> None:
    """A model that does not exist is refused with its documented status, whole and streamed."""
    answer = bad_requests.UNKNOWN_MODEL.send(anthropic, stream=streamed)

    demand_refused(answer, gateway, *bad_requests.UNKNOWN_MODEL.causes)


@requirement("anthropic.errors.missing-credential")
@pytest.mark.usefixtures("guarded")
def test_missing_credential(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A request without a credential is refused with its documented status."""
    demand_refused(bad_requests.NO_KEY.send(anthropic), gateway, *bad_requests.NO_KEY.causes)


@requirement("anthropic.errors.invalid-credential")
@pytest.mark.usefixtures("guarded")
def test_invalid_credential(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A key that was never issued is refused with its documented status."""
    demand_refused(bad_requests.WRONG_KEY.send(anthropic), gateway, *bad_requests.WRONG_KEY.causes)


@requirement("anthropic.errors.expired-credential")
def test_expired_credential(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """An expired key is refused with its documented status."""
    answer = anthropic.message(key="expired").exchange

    demand_refused(answer, gateway, "expired_credential")


@requirement("anthropic.errors.rate-limit")
def test_rate_limit(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A request beyond the rate limit is refused with its documented status."""
    answer = anthropic.message(key="rate-limited", patient=False).exchange

    demand_refused(answer, gateway, "rate_limited")


@requirement("anthropic.errors.upstream")
@each("streamed", [False, True])
def test_upstream(anthropic: Anthropic, gateway: dict[str, Any], target: Target, streamed: bool) -> None:
    """A provider's failure has its documented status, whole and as a stream that cannot begin."""
    model = target.models["upstream-error"]
    answer = anthropic.message(model=model, stream=streamed, patient=False).exchange

    demand_refused(answer, gateway, "upstream")


@requirement("anthropic.errors.object")
@each_bad_request(bad_requests.ALL)
def test_object(anthropic: Anthropic, bad_request: BadMessageRequest) -> None:
    """An error is a JSON object with an `error` object that has a message."""
    demand_error_body(_refused(anthropic, bad_request))


@requirement("anthropic.errors.envelope")
@each_bad_request(bad_requests.ALL)
def test_envelope(anthropic: Anthropic, bad_request: BadMessageRequest) -> None:
    """An error has the protocol's own form: `type` error beside the `error` object."""
    body = pick(_refused(anthropic, bad_request).json, kind=dict)

    assert body.get("type") == "error", f"type of the body is {body.get('type')!r:.80}"


@requirement("anthropic.errors.type")
@each_bad_request(bad_requests.ALL)
def test_type(anthropic: Anthropic, gateway: dict[str, Any], bad_request: BadMessageRequest) -> None:
    """`error.type` is the one documented for the error, which the official clients show."""
    answer = _refused(anthropic, bad_request)
    if answer.status not in bad_request.allowed(gateway):
        inconclusive(f"cannot be judged: the request is answered {answer.status}")
    kind = pick(answer.json, "error", kind=dict).get("type")

    known = sorted(bad_request.types(gateway))
    assert kind in known, f"error.type is {kind!r:.80}, not {' or '.join(known)}"


def _refused(anthropic: Anthropic, bad_request: BadMessageRequest) -> Exchange:
    """The refusal of a bad request; inconclusive when it is served."""
    answer = bad_request.send(anthropic)
    return answer if answer.status >= 400 else inconclusive(f"the request was answered {answer.status}")


@requirement("anthropic.errors.before-stream")
@each_bad_request(bad_requests.REFUSED_BEFORE_A_STREAM)
def test_before_stream(anthropic: Anthropic, bad_request: BadMessageRequest) -> None:
    """A wrong request for a stream is refused by status, before any event."""
    if bad_request.send(anthropic).status < 400:
        raise NotApplicable("the request is taken when it is not streamed")

    answer = bad_request.send(anthropic, stream=True)

    demand_client_error(answer)
    assert answer.media_type != "text/event-stream", "the refusal is a stream"


@requirement("anthropic.errors.midstream")
def test_midstream(anthropic: Anthropic, target: Target) -> None:
    """A stream that fails reports it in an event that clients do not skip."""
    stream = anthropic.stream(model=target.models["midstream-error"], patient=False)
    if stream.status != 200:
        inconclusive(f"the stream did not begin: {stream.status}")
    leave_open_when_cut(stream.exchange)
    events = [event for event in stream.events if event.name == "error"]

    assert events, f"no event is named error; the last one is {stream.events[-1].data!r:.160}"
    data = demand_kind(decoded(events[0].data), "the event", dict)
    error = demand_kind(data.get("error"), "error of the event", dict)
    demand_text(error.get("message"), "message of the error")
    assert not stream.of("message_stop"), "message_stop comes as if all were said"


@requirement("anthropic.errors.retry")
def test_retry(anthropic: Anthropic, target: Target) -> None:
    """A request that is repeated after a passing failure is served."""
    model = target.models["flaky-once"]
    answers = [anthropic.message(model=model, take=take, patient=False).status for take in range(TRIES)]
    if set(answers) <= {429}:
        inconclusive("the requests were answered 429")

    assert 200 in answers, f"the same request is answered {', '.join(map(str, answers))}"
