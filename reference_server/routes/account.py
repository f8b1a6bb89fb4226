"""`GET /me` and `GET /me/usage`: the account of a key, its plan, and its spending."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from reference_server.fixtures import Key
from reference_server.routes import route
from reference_server.state.ledger import Booked
from reference_server.state.metering import CREDITS_PER_TOKEN, USD_PER_CREDIT
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_CAPS = {"free": 1, "pro": 100, "team": 1000}
"""The monthly spend caps of the plans in US dollars."""
_MOST_DAYS = 366
EPOCH = date(1970, 1, 1).toordinal()
"""The ordinal of the ledger's day 0."""


@route("getAccount")
def get_account(service: Service, call: Call) -> Reply:
    """The account, its plan, its spending in this month, and its limits."""
    key = _key(call)
    today = today_of(service)
    booked = _booked(service, key, today.replace(day=1), today)
    plans = service.contract.gateway["limits"].get("plans", {})
    name = sha256(key.account.encode()).hexdigest()
    body = {
        "id": f"usr_{name[:12]}",
        "email": f"{name[:12]}@example.com",
        "plan": {"id": key.plan, "label": key.plan.capitalize(), "renews_at": _renewal(today)},
        "usage": {
            "requests_this_month": sum(entry.requests for entry in booked),
            "tokens_this_month": sum(entry.prompt + entry.completion for entry in booked),
            "spend_usd": _dollars(booked),
        },
        "limits": {**plans.get(key.plan, {}), "monthly_spend_cap_usd": _CAPS[key.plan]},
        "features": {
            "cloud_agents": key.plan != "free",
            "ember_os": True,
            "team_workspaces": key.plan == "team",
        },
    }
    return Reply.json(body)


@route("getAccountUsage")
def get_account_usage(service: Service, call: Call) -> Reply:
    """One bucket for each of the last days, the oldest first."""
    key, today = _key(call), today_of(service)
    count = int(min(call.query.get("days", 30), _MOST_DAYS))
    days = [today - timedelta(days=back) for back in reversed(range(count))]
    booked = _booked(service, key, days[0], today)
    return Reply.json([_bucket(day, [entry for entry in booked if entry.day == _number(day)]) for day in days])


def today_of(service: Service) -> date:
    """The present day in UTC."""
    return datetime.fromtimestamp(service.store.clock(), UTC).date()


def _key(call: Call) -> Key:
    assert call.key, "the operation needs a credential"
    return call.key


def _booked(service: Service, key: Key, first: date, today: date) -> list[Booked]:
    """What an account has spent since a day. One that is refused for its spending has reached its cap this month."""
    booked = service.store.booked(key.account, _number(first), _number(today))
    start = today.replace(day=1)
    if key.refused == "spend_limit" and first <= start:
        tokens = round(_CAPS[key.plan] / USD_PER_CREDIT / CREDITS_PER_TOKEN)
        credit = _CAPS[key.plan] / USD_PER_CREDIT
        booked.insert(0, Booked(_number(start), key.token, "echo", tokens // 1000, tokens, 0, credit))
    return booked


def _number(day: date) -> int:
    """The day as the ledger counts it."""
    return day.toordinal() - EPOCH


def _renewal(today: date) -> str:
    """The start of the next month."""
    first = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    return f"{first.isoformat()}T00:00:00Z"


def _dollars(booked: Iterable[Booked]) -> float:
    return round(sum(entry.credits for entry in booked) * USD_PER_CREDIT, 6)


def _bucket(day: date, booked: list[Booked]) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "requests": sum(entry.requests for entry in booked),
        "input_tokens": sum(entry.prompt for entry in booked),
        "output_tokens": sum(entry.completion for entry in booked),
        "spend_usd": _dollars(booked),
    }
