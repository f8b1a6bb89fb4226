"""Legal differences in accounts and usage: they break nothing."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences
from reference_server.faults.words.edits import change, put, reshape
from reference_server.faults.words.openai import ACCOUNT, DAILY_USAGE, USAGE

account = differences(ACCOUNT, gateway="foxora")
daily = differences(DAILY_USAGE, gateway="foxora")
usage = differences(USAGE, gateway="infery")


def _without_renewal(body: dict[str, Any]) -> None:
    body["plan"]["renews_at"] = None
    if body["plan"]["id"] != "free":
        body["limits"]["monthly_spend_cap_usd"] = None


def _renamed(day: dict[str, Any]) -> dict[str, Any]:
    prompt, completion = day["input_tokens"], day["output_tokens"]
    return {
        "day": f"{day['date']}T00:00:00Z",
        "request_count": day["requests"],
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cost": str(day["spend_usd"]),
    }


def _with_totals(body: dict[str, Any]) -> dict[str, Any]:
    totals = {"credits_used": sum(row["credits_used"] for row in body["data"])}
    return {"usage": body["data"], "totals": totals, "start": "2026-11-01", "end": "2026-11-30"}


account_without_renewal = account(
    "The renewal of a plan that does not renew is null, and there is no spending cap.", reshape(_without_renewal)
)
account_times_with_fractions = account(
    "Times have fractions of seconds, and UTC is +00:00.", put("plan.renews_at", "2026-12-01T00:00:00.000+00:00")
)
account_of_own_plan = account(
    "The account has a plan of its own, with limits of its own.",
    put("plan.id", "enterprise"),
    put("plan.label", "Enterprise"),
    put("limits.requests_per_minute", 9_000),
    put("limits.tokens_per_minute", 9_000_000),
)
account_days_that_were_used_only = daily(
    "Days without a request are left out, and the latest one comes first.",
    reshape(lambda body: [day for day in reversed(body) if day["requests"]]),
)
account_days_in_other_words = daily(
    "The fields of a day have other names, and its tokens come with a total.", change("[]", _renamed)
)
usage_in_bare_array = usage("The usage is a bare array of rows.", reshape(lambda body: body["data"]))
usage_with_totals = usage("The rows are called usage and stand beside their totals.", reshape(_with_totals))
