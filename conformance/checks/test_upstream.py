"""Failures behind the gateway: how they reach the caller, and what a further try gives."""

from __future__ import annotations

from typing import Any

from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_error_body
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, NotEquipped, inconclusive, requirement
from conformance.words.openai.bad_requests import CHAT
from conformance.words.openai.errors import provoke

TRIES = 3


def _ask(ask: Ask, target: Target, model: str, take: int = 0, **fields: Any) -> Exchange:
    return ask.post(CHAT, ask.body(model=target.models[model], **fields), take=take, patient=False)


def _demand_cause(answer: Exchange | None, gateway: dict[str, Any], cause: str) -> None:
    """Demands a status of the cause: a limit is none of them, and no excuse."""
    status, allowed = answer.status if answer else 0, gateway["errors"]["status"][cause]
    assert status in allowed, f"expected {allowed}, got {status}: {answer.text if answer else '':.160}"


@requirement("upstream.status")
def test_status(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """A provider's failure is answered with the documented 5xx."""
    _demand_cause(provoke("upstream", ask, target), gateway, "upstream")


@requirement("upstream.stream")
def test_stream(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """A stream whose provider fails before the first event is answered with the documented 5xx."""
    answer = _ask(ask, target, "upstream-error", stream=True)

    _demand_cause(answer, gateway, "upstream")
    assert answer.media_type != "text/event-stream", "the failure is a stream"


@requirement("upstream.error-body")
def test_error_body(ask: Ask, target: Target) -> None:
    """A failure behind the gateway is a JSON error object with a message, never HTML."""
    causes = ("upstream", "internal", "maintenance")
    failed = [answer for cause in causes if (answer := provoke(cause, ask, target)) and answer.status >= 400]
    if not failed:
        raise NotEquipped("the target names no model that fails")

    for answer in failed:
        demand_error_body(answer)


@requirement("upstream.internal")
def test_internal(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """The gateway's own failure has the documented status."""
    _demand_cause(provoke("internal", ask, target), gateway, "internal")


@requirement("upstream.maintenance")
def test_maintenance(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """Maintenance has the documented status."""
    _demand_cause(provoke("maintenance", ask, target), gateway, "maintenance")


@requirement("upstream.retry")
def test_retry(ask: Ask, target: Target) -> None:
    """After a failure that passes, the same request is served."""
    answers = [_ask(ask, target, "flaky-once", take) for take in range(TRIES)]

    if {answer.status for answer in answers} <= {429}:
        inconclusive("the requests were answered 429")
    served = any(answer.status == 200 for answer in answers)
    assert served, f"the same request is answered {', '.join(str(answer.status) for answer in answers)}"


@requirement("upstream.rate-limit")
def test_rate_limit(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """A provider's rate limit is a 429."""
    _demand_cause(_ask(ask, target, "rate-limited-upstream"), gateway, "rate_limited")


@requirement("upstream.retry-after")
def test_retry_after(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """The time to wait is given in the header that every client reads."""
    if "retry-after" not in gateway["limits"]["signals"]:
        raise NotApplicable("Retry-After is not documented")
    answer = _ask(ask, target, "rate-limited-upstream")
    if answer.status != 429:
        inconclusive(f"the request was answered {answer.status}, not 429")

    renamed = [name for name in answer.headers if name.endswith("retry-after") and name != "retry-after"]
    assert answer.headers.get("retry-after"), f"the 429 has no Retry-After{', but ' + renamed[0] if renamed else ''}"
