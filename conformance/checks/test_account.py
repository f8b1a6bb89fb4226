"""The account of a credential: its plan, its limits, and what it has used this month."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.account import UTC_TIME, Growth, Spent, growth, moments, opened
from conformance.answer import demand_text
from conformance.ask import Ask
from conformance.check import Unsupported, inconclusive, pick, requirement
from conformance.exchange import Exchange
from conformance.target import Target

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
    """A credential tells whose it is."""
    assert me.status == 200, f"GET /me is answered {me.status}: {me.text:.120}"
    assert me.media_type == "application/json", f"Content-Type is {me.media_type!r}"
    assert isinstance(me.json, dict), f"the body is no JSON object: {me.text:.120}"


@requirement("account.id")
def test_id(account: dict[str, Any]) -> None:
    """The account has an id."""
    demand_text(account.get("id"), "id")


@requirement("account.plan")
def test_plan(account: dict[str, Any]) -> None:
    """The account has a plan."""
    plan = account.get("plan")

    assert isinstance(plan, dict), f"plan is {plan!r:.80}"
    assert isinstance(plan.get("id"), str), f"plan.id is {plan.get('id')!r:.80}"
    assert plan["id"], "plan.id is empty"


@requirement("account.usage")
def test_usage(account: dict[str, Any]) -> None:
    """What was used this month is counted."""
    usage = account.get("usage")

    assert isinstance(usage, dict), f"usage is {usage!r:.80}"
    for name in ("requests_this_month", "tokens_this_month"):
        assert type(usage.get(name)) is int, f"usage.{name} is {usage.get(name)!r:.80}"
    spend = usage.get("spend_usd")
    assert isinstance(spend, (int, float)), f"usage.spend_usd is {spend!r:.80}"
    assert min(usage["requests_this_month"], usage["tokens_this_month"], spend) >= 0, f"usage is {usage}"


@requirement("account.limits")
def test_limits(account: dict[str, Any]) -> None:
    """The limits are told."""
    limits = account.get("limits")

    assert isinstance(limits, dict), f"limits is {limits!r:.80}"
    for name in ("requests_per_minute", "tokens_per_minute"):
        assert type(limits.get(name)) is int, f"limits.{name} is {limits.get(name)!r:.80}"
        assert limits[name] > 0, f"limits.{name} is {limits[name]}"


@requirement("account.timestamps")
def test_timestamps(account: dict[str, Any]) -> None:
    """Moments are written in one way."""
    found = dict(moments(account)) or inconclusive("cannot be judged: the account tells no moment")

    for name, value in found.items():
        assert isinstance(value, str), f"{name} is {value!r:.80}"
        assert UTC_TIME.fullmatch(value), f"{name} is {value!r:.80}"


@requirement("account.unauthorized")
@pytest.mark.parametrize("path", [ME, f"{ME}/usage?days=30"], ids=["account", "usage"])
def test_unauthorized(ask: Ask, gateway: dict[str, Any], path: str) -> None:
    """An account is nobody else's business."""
    answer, allowed = ask.get(path, key=None), gateway["errors"]["status"]["missing_credential"]

    assert answer.status in allowed, f"GET {path} without a credential is answered {answer.status}"


@pytest.fixture
def grown(ask: Ask) -> Growth:
    """What the account has counted for one request."""

    def look(take: int) -> Spent:
        usage = pick(opened(ask.get(ME, take=take)), "usage", kind=dict)
        return Spent(pick(usage, "requests_this_month", kind=int), pick(usage, "tokens_this_month", kind=int))

    return growth(ask, look, MARK)


@requirement("account.counts")
def test_counts(grown: Growth) -> None:
    """What is counted is counted as a whole."""
    if not grown.seen:
        inconclusive("the request was not counted within seconds, and no document says how soon it is")

    assert grown.requests, "tokens were counted, but no request"
    assert grown.tokens >= grown.cost, f"the request cost {grown.cost} tokens, the account grew by {grown.tokens}"


@requirement("account.counts.soon")
def test_counts_soon(grown: Growth) -> None:
    """What was used shows."""
    assert grown.seen, "a request was answered, and the account has not counted it after seconds"


def _account_of(ask: Ask, target: Target, plan: str) -> dict[str, Any]:
    """An account of that plan: of the key that is named after it, else of the default key."""
    name = plan if plan in target.keys else "default"
    account = pick(opened(ask.get(ME, key=name)), kind=dict)
    if pick(account, "plan", "id") != plan:
        raise Unsupported(f"no account of the plan {plan} is known: add {plan} under [keys] in the target file")
    return account


def _demand_limits(ask: Ask, target: Target, gateway: dict[str, Any], plan: str) -> None:
    documented = gateway["limits"]["plans"][plan]
    limits = pick(_account_of(ask, target, plan), "limits", kind=dict)

    for name, figure in documented.items():
        assert pick(limits, name) == figure, f"{name} is {limits[name]!r:.80}, the plan {plan} has {figure}"


@requirement("account.plans.free")
def test_plans_free(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """Free has its figures."""
    _demand_limits(ask, target, gateway, "free")


@requirement("account.plans.pro")
def test_plans_pro(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """Pro has its figures."""
    _demand_limits(ask, target, gateway, "pro")


@requirement("account.plans.team")
def test_plans_team(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """Team has its figures."""
    _demand_limits(ask, target, gateway, "team")


@requirement("account.plans.free-cap")
def test_plans_free_cap(ask: Ask, target: Target) -> None:
    """Free has a cap."""
    cap = pick(_account_of(ask, target, "free"), "limits", kind=dict).get("monthly_spend_cap_usd")

    assert cap == 1, f"monthly_spend_cap_usd is {cap!r:.80}"
