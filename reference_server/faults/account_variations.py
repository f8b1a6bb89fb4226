"""Legal differences in accounts and usage: they break nothing."""

from __future__ import annotations

from typing import Any

from reference_server.faults import variation
from reference_server.wire.reply import Reply

_ME = "getAccount"
_DAILY = "getAccountUsage"
_USAGE = "getUsage"


@variation(_ME, gateway="foxora")
def account_without_renewal(reply: Reply) -> Reply:
    """A plan that does not renew has null, and there is no cap."""

    def change(body: dict[str, Any]) -> None:
        body["plan"]["renews_at"] = None
        if body["plan"]["id"] != "free":
            body["limits"]["monthly_spend_cap_usd"] = None

    return reply.edit(change)


@variation(_ME, gateway="foxora")
def account_times_with_fractions(reply: Reply) -> Reply:
    """Moments have fractions of seconds, and UTC is an offset of zero."""
    return reply.edit(lambda body: body["plan"].update(renews_at="2026-12-01T00:00:00.000+00:00"))


@variation(_ME, gateway="foxora")
def account_of_own_plan(reply: Reply) -> Reply:
    """The account has a plan of its own, with limits of its own."""

    def change(body: dict[str, Any]) -> None:
        body["plan"] |= {"id": "enterprise", "label": "Enterprise"}
        body["limits"] |= {"requests_per_minute": 9_000, "tokens_per_minute": 9_000_000}

    return reply.edit(change)


@variation(_DAILY, gateway="foxora")
def account_days_that_were_used_only(reply: Reply) -> Reply:
    """Days without a request are left out, and the latest one comes first."""
    return reply.edit(lambda body: [bucket for bucket in reversed(body) if bucket["requests"]])


@variation(_DAILY, gateway="foxora")
def account_days_in_other_words(reply: Reply) -> Reply:
    """The fields of a day have other names, and its tokens a total."""
    return reply.edit(lambda body: [_renamed(bucket) for bucket in body])


def _renamed(bucket: dict[str, Any]) -> dict[str, Any]:
    prompt, completion = bucket["input_tokens"], bucket["output_tokens"]
    return {
        "day": f"{bucket['date']}T00:00:00Z",
        "request_count": bucket["requests"],
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cost": str(bucket["spend_usd"]),
    }


@variation(_USAGE, gateway="infery")
def usage_in_bare_array(reply: Reply) -> Reply:
    """The rows stand in no object."""
    return reply.edit(lambda body: body["data"])


@variation(_USAGE, gateway="infery")
def usage_with_totals(reply: Reply) -> Reply:
    """The rows are called usage and stand beside their totals."""

    def change(body: dict[str, Any]) -> dict[str, Any]:
        rows = body["data"]
        totals = {"credits_used": sum(row["credits_used"] for row in rows)}
        return {"usage": rows, "totals": totals, "start": "2026-11-01", "end": "2026-11-30"}

    return reply.edit(change)
