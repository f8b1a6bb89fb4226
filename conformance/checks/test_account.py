"""The account of a credential: its plan, its limits, and what it has used this month."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.words.answer import (
    demand_count,
    demand_json,
    demand_kind,
    demand_refused,
    demand_status,
    demand_text,
)
from conformance.words.ask import Ask
from conformance.words.check import NotEquipped, alone, inconclusive, pick, requirement
from conformance.words.openai.account import UTC_TIME, Growth, Spent, growth, moments, opened

pytestmark = alone

ME = "/me"
MARK = 4100
"""The first of the takes that look at what was counted."""


@pytest.fixture
def me(ask: Ask) -> Exchange:
    """The answer to `GET /me`."""
    return ask.get(ME)


@pytest.fixture
def account(me: Exchange) -> dict[str, Any]:
    """The account; inconclusive when there is none."""
    return pick(opened(me), kind=dict)


@requirement("account.answers")
def test_answers(me: Exchange) -> None:
    """`GET /me` answers 200 with a JSON object."""
    demand_status(me, {200})
    demand_json(me)


@requirement("account.id")
def test_id(account: dict[str, Any]) -> None:
    """`id` of the account is a non-empty string."""
    demand_text(account.get("id"), "id")


@requirement("account.plan")
def test_plan(account: dict[str, Any]) -> None:
    """`plan.id` names the plan."""
    plan = demand_kind(account.get("plan"), "plan", dict)

    demand_text(plan.get("id"), "plan.id")


@requirement("account.usage")
def test_usage(account: dict[str, Any]) -> None:
    """Requests and tokens of this month are whole numbers, the spend in US dollars is a number, none below 0."""
    usage = demand_kind(account.get("usage"), "usage", dict)

    for name in ("requests_this_month", "tokens_this_month"):
        demand_count(usage.get(name), f"usage.{name}")
    spend = demand_kind(usage.get("spend_usd"), "usage.spend_usd", (int, float))
    assert spend >= 0, f"usage.spend_usd is {spend}"


@requirement("account.limits")
def test_limits(account: dict[str, Any]) -> None:
    """The limits of requests and tokens per minute are whole numbers above 0."""
    limits = demand_kind(account.get("limits"), "limits", dict)

    for name in ("requests_per_minute", "tokens_per_minute"):
        demand_count(limits.get(name), f"limits.{name}", 1)


@requirement("account.timestamps")
def test_timestamps(account: dict[str, Any]) -> None:
    """Every time in the account is ISO 8601 in UTC."""
    times = dict(moments(account)) or inconclusive("cannot be judged: the account tells no moment")

    for name, value in times.items():
        assert UTC_TIME.fullmatch(demand_kind(value, name, str)), f"{name} is {value!r:.80}"


@requirement("account.unauthorized")
@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("path", [ME, f"{ME}/usage?days=30"], ids=["account", "usage"])
def test_unauthorized(ask: Ask, gateway: dict[str, Any], path: str) -> None:
    """Without a credential, account and usage are a 401."""
    demand_refused(ask.get(path, key=None), gateway, "missing_credential")


@pytest.fixture
def grown(ask: Ask) -> Growth:
    """What the account has counted for one request."""

    def look(take: int) -> Spent:
        usage = pick(opened(ask.get(ME, take=take)), "usage", kind=dict)
        return Spent(pick(usage, "requests_this_month", kind=int), pick(usage, "tokens_this_month", kind=int))

    return growth(ask, look, MARK)


@requirement("account.counts")
def test_counts(grown: Growth) -> None:
    """What the account has used this month grows by at least one request and its tokens when a request is counted."""
    if not grown.seen:
        inconclusive("the request was not counted within seconds, and no document says how soon it is")

    assert grown.requests, "tokens were counted, but no request"
    assert grown.tokens >= grown.cost, f"the request cost {grown.cost} tokens, the account grew by {grown.tokens}"


@requirement("account.counts.soon")
def test_counts_soon(grown: Growth) -> None:
    """A request is counted to the account within seconds."""
    assert grown.seen, "a request was answered, and the account has not counted it after seconds"


def _account_of(ask: Ask, target: Target, plan: str) -> dict[str, Any]:
    """An account of that plan: of the key that is named after it, else of the default key."""
    name = plan if plan in target.keys else "default"
    account = pick(opened(ask.get(ME, key=name)), kind=dict)
    if pick(account, "plan", "id") != plan:
        raise NotEquipped(f"no account of the plan {plan} is known: add {plan} under [keys] in the target file")
    return account


def _demand_limits(ask: Ask, target: Target, gateway: dict[str, Any], plan: str) -> None:
    documented = gateway["limits"]["plans"][plan]
    limits = pick(_account_of(ask, target, plan), "limits", kind=dict)

    for name, figure in documented.items():
        assert pick(limits, name) == figure, f"{name} is {limits[name]!r:.80}, the plan {plan} has {figure}"


@requirement("account.plans.free")
def test_plans_free(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """An account of the plan free has its documented limits of requests and tokens per minute."""
    _demand_limits(ask, target, gateway, "free")


@requirement("account.plans.pro")
def test_plans_pro(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """An account of the plan pro has its documented limits of requests and tokens per minute."""
    _demand_limits(ask, target, gateway, "pro")


@requirement("account.plans.team")
def test_plans_team(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """An account of the plan team has its documented limits of requests and tokens per minute."""
    _demand_limits(ask, target, gateway, "team")


@requirement("account.plans.free-cap")
def test_plans_free_cap(ask: Ask, target: Target) -> None:
    """An account of the plan free may spend one US dollar a month."""
    cap = pick(_account_of(ask, target, "free"), "limits", kind=dict).get("monthly_spend_cap_usd")

    assert cap == 1, f"monthly_spend_cap_usd is {cap!r:.80}"
