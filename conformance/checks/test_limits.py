"""Limits of rate, money and permission: how they are signalled, whom they concern, and when they end."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

import pytest

from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.wire.recorder import PATIENCE, Recorder
from conformance.words.answer import demand_error_body, demand_refused
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, NotEquipped, alone, inconclusive, requirement
from conformance.words.limited import limited_natively
from conformance.words.openai.bad_requests import CHAT
from conformance.words.openai.errors import provoke
from gateway_contract import Contract

DURATION = re.compile(r"([0-9]+(\.[0-9]+)?(ms|us|µs|ns|d|h|m|s))+")
WHOLE = re.compile(r"[0-9]+")
LIMIT, REMAINING, RESET = (f"x-ratelimit-{name}-requests" for name in ("limit", "remaining", "reset"))
A_YEAR = 365 * 24 * 3600
"""Seconds."""
LATE = timedelta(seconds=2)
"""How much earlier than the answer a date may be: it has whole seconds."""
MOST = 60
"""The most requests that are sent to use up a limit."""
ROUNDS = 3
"""How often a limit is used up, because its window may end between two requests."""


@pytest.fixture
def limited(ask: Ask, target: Target) -> Exchange:
    """What a key gets that has used up its limit."""
    answer = provoke("rate_limited", ask, target)
    return answer or inconclusive("the target names no key 'rate-limited'")


def _signalled(answer: Exchange) -> Exchange:
    return answer if answer.status == 429 else inconclusive(f"the request was answered {answer.status}, not 429")


def _header(answer: Exchange, name: str, promised: bool) -> str | None:
    """A header of a 429. Where it is promised it must be there."""
    value = _signalled(answer).headers.get(name)
    assert value or not promised, f"the 429 has no {name}"
    return value


def _state(cause: str, ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """The status is one that the contract gives to the cause."""
    answer, allowed = provoke(cause, ask, target), gateway["errors"]["status"][cause]
    status = answer.status if answer else 0

    assert status in allowed, f"expected {allowed}, got {status}: {answer.text if answer else ''!r:.160}"


@requirement("limits.rate")
def test_rate(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """A request over the limit is a 429."""
    _state("rate_limited", ask, target, gateway)


@requirement("limits.signal")
def test_signal(limited: Exchange, gateway: dict[str, Any]) -> None:
    """A 429 has one of the headers that are documented for it."""
    signals = {"retry-after": "retry-after", "x-ratelimit": RESET}
    names = [signals[signal] for signal in gateway["limits"]["signals"]]
    if not names:
        raise NotApplicable("no header of a 429 is documented")

    assert any(_signalled(limited).headers.get(name) for name in names), f"the 429 has no {' and no '.join(names)}"


@requirement("limits.retry-after")
def test_retry_after(ask: Ask, contract: Contract, limited: Exchange, gateway: dict[str, Any]) -> None:
    """Retry-After is a number of whole seconds, or a date where no format is documented, in every protocol."""
    refused = [one for one in (limited, *limited_natively(ask, contract)) if one.status == 429]
    told = [one for one in refused if "retry-after" in one.headers]
    if not told:
        inconclusive(f"no request was answered 429 with Retry-After, but {limited.status}")

    for answer in told:
        _demand_wait(answer, in_seconds=gateway["limits"]["retry_after"] == "seconds")


def _demand_wait(answer: Exchange, in_seconds: bool) -> None:
    """Demands that Retry-After can be read and is not past."""
    value = answer.headers["retry-after"]
    if in_seconds:
        assert WHOLE.fullmatch(value), f"Retry-After is {value!r:.60}, not whole seconds"
        assert int(value) >= 1, f"Retry-After is {value}"
    else:
        assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) or _is_to_come(value, answer), f"Retry-After is {value!r:.60}"
    assert not value.isdecimal() or int(value) < A_YEAR, f"Retry-After is {value}: a time, not a number of seconds"


def _is_to_come(value: str, answer: Exchange) -> bool:
    """The value is a date, and not before the answer by the clock of the gateway or by ours."""
    date, clocks = _date(value), [_date(answer.headers.get("date", "")), datetime.fromisoformat(answer.started)]
    return date is not None and date >= min(clock for clock in clocks if clock) - LATE


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


@requirement("limits.headers.limit")
def test_headers_limit(limited: Exchange, promised: bool) -> None:
    """`x-ratelimit-limit-requests` of a 429 is a whole number, and is there where it is promised."""
    value = _header(limited, LIMIT, promised)
    if value is None:
        inconclusive(f"the 429 has no {LIMIT}")

    assert WHOLE.fullmatch(value), f"{LIMIT} is {value!r:.60}"


@requirement("limits.headers.remaining")
def test_headers_remaining(limited: Exchange, promised: bool) -> None:
    """Nothing remains of a limit that is used up; a token limit may leave requests over."""
    value = _header(limited, REMAINING, promised)
    if value is None:
        inconclusive(f"the 429 has no {REMAINING}")

    assert WHOLE.fullmatch(value), f"{REMAINING} is {value!r:.60}"
    assert int(value) == 0 or not promised, f"{REMAINING} of a 429 is {value}"


@requirement("limits.headers.reset")
def test_headers_reset(limited: Exchange, promised: bool) -> None:
    """The time until the limit resets is a duration with units, or a bare number where no format is promised."""
    value = _header(limited, RESET, promised)
    if value is None:
        inconclusive(f"the 429 has no {RESET}")

    assert DURATION.fullmatch(value) or (not promised and value[:1].isdigit()), f"{RESET} is {value!r:.60}"


@requirement("limits.headers.consistent")
def test_headers_consistent(ask: Ask, limited: Exchange) -> None:
    """Not more requests remain than the limit allows."""
    values = [
        (answer.headers.get(LIMIT, ""), answer.headers.get(REMAINING, "")) for answer in (limited, ask.chat().exchange)
    ]
    pairs = [pair for pair in values if all(map(WHOLE.fullmatch, pair))]
    if not pairs:
        inconclusive(f"no answer has {LIMIT} and {REMAINING}")

    for limit, remaining in pairs:
        assert int(remaining) <= int(limit), f"{remaining} of {limit} requests remain"


@requirement("limits.headers.number")
def test_headers_number(limited: Exchange, gateway: dict[str, Any]) -> None:
    """The limit is the documented number of requests a minute."""
    documented, value = gateway["limits"]["requests_per_minute"], _signalled(limited).headers.get(LIMIT)
    figures = gateway["limits"].get("figures", [documented])
    if documented is None or "plans" in gateway["limits"]:
        raise NotApplicable("no single number is documented")
    if value is None or not WHOLE.fullmatch(value):
        inconclusive(f"cannot be judged: {LIMIT} is {value!r:.60}")

    assert int(value) in figures, f"{LIMIT} is {value}, documented are {' or '.join(map(str, figures))}"


@requirement("limits.recovers")
@alone
def test_recovers(ask: Ask) -> None:
    """After the advertised wait the same request is no longer limited."""
    takes = count()
    refused = _use_up(ask, "limited", takes)
    time.sleep(_wait(refused))

    answer = _ask(ask, "limited", takes)

    assert answer.status != 429, f"after the advertised {_wait(refused):g} s the request is still answered 429"
    if answer.status != 200:
        inconclusive(f"the request was answered {answer.status}")


@requirement("limits.scope.shared")
@alone
def test_scope_shared(ask: Ask, gateway: dict[str, Any]) -> None:
    """The keys of one account share one limit where limits are documented as the account's or the team's."""
    if gateway["limits"]["scope"] not in {"account", "team"}:
        raise NotApplicable("limits are not documented as shared by the keys of an account")

    assert _sibling_is_limited(ask), "one key has used up the limit, but another key of the account is served"


@requirement("limits.scope.per-key")
@alone
def test_scope_per_key(ask: Ask, gateway: dict[str, Any]) -> None:
    """Each key has a limit of its own where limits are documented as the key's."""
    if gateway["limits"]["scope"] != "key":
        raise NotApplicable("limits are not documented as counted by key")

    assert not _sibling_is_limited(ask), "one key has used up its limit, and another key is refused as well"


def _sibling_is_limited(ask: Ask) -> bool:
    """Whether one key is refused while the other one's limit is used up."""
    takes = count(1000)
    for _ in range(ROUNDS):
        _use_up(ask, "limited", takes)
        sibling = _ask(ask, "limited-sibling", takes)
        if sibling.status == 429:
            return True
        if _ask(ask, "limited", takes).status == 429:
            return False
    return inconclusive("the limit starts anew too soon to compare two keys")


def _use_up(ask: Ask, key: str, takes: count[int]) -> Exchange:
    """Asks until the limit is used up; gives the first refusal."""
    for _ in range(MOST):
        answer = _ask(ask, key, takes)
        if answer.status == 429:
            return answer
        if answer.status != 200:
            inconclusive(f"the key {key!r} is answered {answer.status}: {answer.text:.120}")
    return inconclusive(f"{MOST} requests did not use up the limit of the key {key!r}")


def _ask(ask: Ask, key: str, takes: count[int]) -> Exchange:
    return ask.post(CHAT, ask.body(), key=key, take=next(takes), patient=False)


def _wait(refused: Exchange) -> float:
    """The advertised wait in seconds; inconclusive when there is none, or when it is too long."""
    value = refused.headers.get("retry-after", "")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) or float(value) > PATIENCE:
        inconclusive(f"the advertised wait is {value!r:.60}")
    return float(value)


@requirement("limits.spend")
def test_spend(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """An account that has reached its spend limit is refused with the documented status."""
    _state("spend_limit", ask, target, gateway)


@requirement("limits.no-payment")
def test_no_payment(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """An account without a payment method is refused with the documented status."""
    _state("no_payment_method", ask, target, gateway)


@requirement("limits.restricted-key")
def test_restricted_key(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """A valid key that is not allowed an operation is a 403, never a 401."""
    _state("forbidden", ask, target, gateway)


@requirement("limits.restricted-model")
def test_restricted_model(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """A model that the account may not use is refused with the documented status."""
    answer = ask.post(CHAT, ask.body(model=target.models["forbidden"]), patient=False)

    demand_refused(answer, gateway, "forbidden")


@requirement("limits.error-body")
def test_error_body(ask: Ask, target: Target) -> None:
    """A refusal for rate, money or permission is a JSON error object with a message."""
    causes = ("rate_limited", "spend_limit", "no_payment_method", "forbidden")
    refused = [answer for cause in causes if (answer := provoke(cause, ask, target)) and answer.status >= 400]
    if not refused:
        raise NotEquipped("the target names no key that is limited")

    for answer in refused:
        demand_error_body(answer)


@requirement("limits.stream")
def test_stream(ask: Ask, target: Target) -> None:
    """A stream over the limit is refused with a JSON error before any event."""
    answer = provoke("rate_limited", ask, target, stream=True)
    if answer is None or answer.status < 400:
        assert answer is None or answer.media_type != "text/event-stream", "the refusal is a stream"
        inconclusive("the limit was not reached")

    demand_error_body(answer)


@pytest.fixture
def met(recorder: Recorder) -> list[Exchange]:
    """Every 429 so far that no fixture provoked."""
    limited = [one for one in recorder.recorded if one.status == 429 and one.request.key == "default"]
    with_body = [one for one in limited if one.request.method != "HEAD"]
    exchanges = [one for one in with_body if b"rate-limited" not in (one.request.body or b"")]
    if not exchanges:
        raise NotApplicable("no request was limited by itself")
    recorder.touched += exchanges[:1]
    return exchanges


@requirement("limits.met.envelope")
def test_met_envelope(met: list[Exchange]) -> None:
    """A 429 that a run meets by itself is a JSON error like any other."""
    for answer in met:
        demand_error_body(answer)


@requirement("limits.met.retry-after")
def test_met_retry_after(met: list[Exchange]) -> None:
    """A 429 that a run meets by itself says when to come again: Retry-After in whole seconds or as a date."""
    for answer in met:
        value = answer.headers.get("retry-after", "")
        assert WHOLE.fullmatch(value) or _is_to_come(value, answer), f"Retry-After of a 429 is {value!r:.80}"
