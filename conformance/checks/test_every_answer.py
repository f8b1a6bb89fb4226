"""What documents say of every answer: judged last, of all that the run has recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from conformance.errors import Inconclusive, NotApplicable, NotEquipped, Unsupported
from conformance.properties.whole_run import WholeRun
from conformance.target import Target
from conformance.wire.exchange import Exchange, decoded
from conformance.words.answer import CREDITS, demand_refused
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import STRANGER, Ask
from conformance.words.check import every, member, requirement
from conformance.words.gemini.contents import Gemini
from conformance.words.limited import LIMITED, limited_natively
from conformance.words.openai.account import UTC_TIME, moments
from conformance.words.openai.bad_requests import CHAT, NOWHERE
from conformance.words.openai.chat import is_remark
from conformance.words.openai.errors import STATES, provoke
from conformance.words.plain import ask_plainly
from conformance.words.schema import demand_body, demand_events
from gateway_contract import Contract, Operation

WHOLE = re.compile(r"[0-9]+")
LIMITS = tuple(f"x-ratelimit-{name}-requests" for name in ("limit", "remaining", "reset"))
UNPAID = ("spend-limited", "no-payment")
"""The names of keys whose account lacks money."""
MONEY = re.compile(r"quota|credit|balance|billing|payment|spend")
"""What the code or the type of an error holds that is about money."""
EVENTS = "text/event-stream"
TIMES = ("created", "updated")
"""Members that are a time, beside those whose name ends with `_at`."""


@requirement("every.request-id")
def test_request_id(whole_run: WholeRun) -> None:
    """Every answer to every operation has a request id, errors, streams and binary ones included."""
    whole_run.demand_headers(["x-request-id"])


@requirement("every.credits")
def test_credits(whole_run: WholeRun, gateway: dict[str, Any]) -> None:
    """Every whole answer that costs something says so in a header; a stream may say it at its end."""
    whole_run.demand_headers([gateway["headers"]["credits"]], CREDITS.fullmatch, about=_whole)


def _whole(answer: Exchange) -> bool:
    """The answer is no stream, whose cost is known only at its end."""
    return answer.media_type != "text/event-stream"


@requirement("every.model-used")
def test_model_used(whole_run: WholeRun, gateway: dict[str, Any]) -> None:
    """Every answer of a model names the model that served, whether or not a fallback ran."""
    whole_run.demand_headers([gateway["headers"]["model_used"]])


@requirement("every.storage")
def test_storage(whole_run: WholeRun, gateway: dict[str, Any]) -> None:
    """Every answer about files tells the bytes stored and the bytes allowed."""
    names = gateway["files"]["storage"]

    whole_run.demand_headers([names["used"], names["limit"]], WHOLE.fullmatch)


@pytest.fixture
def limited(whole_run: WholeRun, ask: Ask, target: Target, contract: Contract) -> Callable[[], None]:
    """Asks in every protocol with the key whose limit is always used up."""

    def use_up() -> None:
        if target.fixture(f"key:{LIMITED}"):
            whole_run.ask_with(LIMITED)
            limited_natively(ask, contract)
        elif all(group.status != 429 for group in whole_run.groups()):
            raise NotEquipped(f"the target names no key {LIMITED!r}: add it under [keys] in the target file")

    return use_up


@pytest.fixture
def of_rate(target: Target) -> Callable[[Exchange], bool]:
    """Whether an answer is about the gateway's own limit of the rate: not about money, nor the limit of a provider."""
    model = target.models.get("rate-limited-upstream", "")

    def is_of_rate(answer: Exchange) -> bool:
        error = member(answer.json, "error")
        words = f"{member(error, 'code')} {member(error, 'type')}"
        of_provider = model and model.encode() in (answer.request.body or b"")
        return answer.request.key not in UNPAID and not MONEY.search(words) and not of_provider

    return is_of_rate


@requirement("every.retry-after")
def test_retry_after(whole_run: WholeRun, limited: Callable[[], None], of_rate: Callable[[Exchange], bool]) -> None:
    """Every 429, of every operation, says when to come again."""
    whole_run.demand_headers(["retry-after"], asking=limited, about=of_rate)


@requirement("every.rate-limits")
def test_rate_limits(whole_run: WholeRun, limited: Callable[[], None], of_rate: Callable[[Exchange], bool]) -> None:
    """Every 429, of every operation and protocol, has the three headers of the limit."""
    whole_run.demand_headers(LIMITS, asking=limited, about=of_rate)


@requirement("every.timestamps")
def test_timestamps(whole_run: WholeRun, gateway: dict[str, Any]) -> None:
    """Every time in an answer of the gateway's own routes, the list of models among them, is ISO 8601 in UTC."""
    if gateway["timestamps"] != "iso8601":
        raise NotApplicable("times are not documented to be ISO 8601")
    whole_run.ask_once()

    def about(operation: Operation, answer: Exchange) -> bool:
        return answer.status == 200 and operation.method == "GET"

    def demand(_: Operation, answer: Exchange) -> None:
        for name, value in moments(answer.json, *TIMES):
            assert isinstance(value, str), f"{name} is {value!r:.60}"
            assert UTC_TIME.fullmatch(value), f"{name} is {value!r:.60}"

    whole_run.demand(demand, about)


@requirement("every.schema")
def test_schema(whole_run: WholeRun) -> None:
    """Every served answer, and every event of a stream, satisfies the schema of its operation."""

    def demand(operation: Operation, answer: Exchange) -> None:
        if answer.media_type == EVENTS:
            demand_events(operation, _pieces(operation, answer))
        else:
            demand_body(operation, answer.json, answer.status if operation.response_types(answer.status) else 200)

    def about(operation: Operation, answer: Exchange) -> bool:
        read = answer.media_type in {EVENTS, "application/json"}
        foreign = operation.protocol != "openai" and member(answer.json, "object") == "list"
        return 200 <= answer.status < 300 and read and not foreign

    whole_run.demand(demand, about)


def _pieces(operation: Operation, answer: Exchange) -> Iterator[Any]:
    """The events of a stream, without remarks, and without failures where providers tell them in words of their own."""
    for event in answer.stream.events:
        data = decoded(event.data)
        foreign = operation.protocol != "anthropic" and (member(data, "error") or member(data, "type") == "error")
        if isinstance(data, dict) and not foreign and not is_remark(data):
            yield data


@requirement("every.error")
def test_error(whole_run: WholeRun) -> None:
    """Every refusal of a wrong request satisfies the schema of its operation's errors."""

    def about(operation: Operation, answer: Exchange) -> bool:
        documented = "application/json" in operation.response_types(answer.status)
        return 400 <= answer.status < 500 and documented and not _of_the_model(operation, answer)

    whole_run.demand(lambda operation, answer: demand_body(operation, answer.json, answer.status), about)


def _of_the_model(operation: Operation, answer: Exchange) -> bool:
    """The refusal of a request that the documents allow: a provider may tell it in its own words."""
    body = decoded(answer.request.body or b"")
    return answer.status in {400, 422} and operation.accepts(body)


@requirement("every.credential")
def test_credential(whole_run: WholeRun, ask: Ask, contract: Contract, target: Target) -> None:
    """No answer shows the key that was sent, and no error and no header the key of another service."""
    ask_plainly(ask, contract, whole_run.judged)
    for cause in STATES:
        with suppress(Inconclusive, Unsupported):
            provoke(cause, ask, target)
    own = [one for one in whole_run.exchanges if not one.request.path.startswith(("http://", "https://"))]

    for answer in own:
        if answer.leaks:
            ask.recorder.touched.append(answer)
        assert not answer.leaks, f"{answer.request.method} {answer.request.path:.60} is answered with {answer.leaks[0]}"


Sent = Callable[..., Exchange]
"""Sends the plainest request of a protocol, of another model or with another key."""
FIXED: dict[str, dict[str, Any]] = {
    "unknown_model": {"model": NOWHERE},
    "missing_credential": {"key": None},
    "invalid_credential": {"key": STRANGER},
}
"""What makes a request fail without a fixture, by cause."""
BY_FIXTURE = {
    "expired_credential": ("key", "expired"),
    "forbidden": ("model", "forbidden"),
    "rate_limited": ("key", LIMITED),
    "upstream": ("model", "upstream-error"),
    "internal": ("model", "internal-error"),
    "maintenance": ("model", "maintenance"),
}
"""What makes a request fail with a fixture of the target, by cause."""


@requirement("every.status")
def test_status(
    ask: Ask, anthropic: Anthropic, gemini: Gemini, target: Target, gateway: dict[str, Any], promised: bool
) -> None:
    """A request that fails for one cause has its status in each protocol, in the native ones streamed too."""
    if not promised:
        raise NotApplicable("no unified statuses are documented")
    senders: dict[str, Sent] = {
        "chat completions": lambda key="default", **how: ask.post(CHAT, ask.body(**how), key=key, patient=False),
        "Anthropic": lambda **how: anthropic.message(**how, patient=False).exchange,
        "Anthropic, streamed": lambda **how: anthropic.stream(**how, patient=False).exchange,
        "Gemini": lambda **how: gemini.generate(**how, patient=False).exchange,
        "Gemini, streamed": lambda **how: gemini.stream(**how, patient=False).exchange,
    }

    def demand(case: tuple[str, str]) -> None:
        cause, protocol = case
        demand_refused(senders[protocol](**_failing(target, cause)), gateway, cause)

    cases = [(cause, protocol) for cause in _causes(target) for protocol in senders]
    every(cases, demand, ask.recorder.touched, lambda case: f"{case[1]}, {case[0].replace('_', ' ')}")


def _causes(target: Target) -> list[str]:
    named = [cause for cause, (kind, name) in BY_FIXTURE.items() if target.fixture(f"{kind}:{name}")]
    return [*(cause for cause in FIXED if cause == "unknown_model" or target.fixture("key:default")), *named]


def _failing(target: Target, cause: str) -> dict[str, Any]:
    if cause in FIXED:
        return FIXED[cause]
    kind, name = BY_FIXTURE[cause]
    return {kind: target.models[name] if kind == "model" else name}
