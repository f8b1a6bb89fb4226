"""Ways to tell an account, its plan and its usage wrongly."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_ME = "getAccount"
_DAILY = "getAccountUsage"
_GATEWAY = "foxora"
_PLANS = {f"account.plans.{plan}" for plan in ("free", "pro", "team")}


def _days(reply: Reply) -> list[dict[str, Any]]:
    return reply.body if reply.ok else []


@fault(_ME, breaks={"account.answers"}, gateway=_GATEWAY)
def account_labelled_as_text(reply: Reply) -> None:
    """The account is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_ME, breaks={"account.answers"}, gateway=_GATEWAY)
def account_in_array(reply: Reply) -> Reply:
    """The account stands in an array."""
    return reply.edit(lambda body: [body])


@fault(_ME, breaks={"account.id"}, gateway=_GATEWAY)
def account_id_is_a_number(reply: Reply) -> Reply:
    """The id of the account is a number."""
    return reply.edit(lambda body: body.update(id=82))


@fault(_ME, breaks={"account.plan"}, gateway=_GATEWAY)
def account_without_plan(reply: Reply) -> Reply:
    """No plan is told."""
    return reply.edit(lambda body: body.update(plan=None))


@fault(_ME, breaks={"account.plan"}, gateway=_GATEWAY)
def account_plan_is_a_number(reply: Reply) -> Reply:
    """The plan is told by a number."""
    return reply.edit(lambda body: body["plan"].update(id=2))


@fault(_ME, breaks={"account.usage"}, gateway=_GATEWAY)
def account_without_spend(reply: Reply) -> Reply:
    """What was spent is not told."""
    return reply.edit(lambda body: body["usage"].pop("spend_usd") and None)


@fault(_ME, breaks={"account.usage"}, gateway=_GATEWAY)
def account_usage_as_text(reply: Reply) -> Reply:
    """Requests are counted in text."""
    return reply.edit(lambda body: body["usage"].update(requests_this_month="1,842"))


@fault(_ME, breaks={"account.usage"}, gateway=_GATEWAY)
def account_tokens_as_text(reply: Reply) -> Reply:
    """The tokens of this month are a text."""
    return reply.edit(lambda body: body["usage"].update(tokens_this_month=str(body["usage"]["tokens_this_month"])))


@fault(_ME, breaks={"account.limits"}, gateway=_GATEWAY)
def account_without_limit_of_tokens(reply: Reply) -> Reply:
    """Of the two limits only that of requests is told."""
    return reply.edit(lambda body: body["limits"].pop("tokens_per_minute") and None)


@fault(_ME, breaks={"account.limits"}, gateway=_GATEWAY)
def account_without_limits(reply: Reply) -> Reply:
    """No limits are told."""
    return reply.edit(lambda body: body.pop("limits") and None)


@fault(_ME, breaks={"account.timestamps"}, gateway=_GATEWAY)
def account_times_in_seconds(reply: Reply) -> Reply:
    """Moments are Unix seconds."""
    return reply.edit(lambda body: body["plan"].update(renews_at=1796083200))


@fault(_ME, breaks={"account.timestamps"}, gateway=_GATEWAY)
def account_times_elsewhere(reply: Reply) -> Reply:
    """Moments are in the time of another zone."""
    return reply.edit(lambda body: body["plan"].update(renews_at="2026-12-01T02:00:00+02:00"))


@fault(_ME, breaks={"account.timestamps"}, gateway=_GATEWAY)
def account_times_without_zone(reply: Reply) -> Reply:
    """Moments have no zone."""
    return reply.edit(lambda body: body["plan"].update(renews_at="2026-12-01T00:00:00"))


@request_fault(_ME, breaks={"account.unauthorized"}, gateway=_GATEWAY, before="authentication")
def account_for_strangers(call: Call) -> None:
    """An account is told without a credential."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(_DAILY, breaks={"account.unauthorized"}, gateway=_GATEWAY, before="authentication")
def account_days_for_strangers(call: Call) -> None:
    """The usage of an account is told without a credential."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@fault(_ME, breaks={"account.counts"}, gateway=_GATEWAY)
def account_counts_half_the_tokens(reply: Reply) -> Reply:
    """Every second token is counted."""
    return reply.edit(
        lambda body: body["usage"].update(tokens_this_month=int(body["usage"]["tokens_this_month"] * 0.5))
    )


@fault(_ME, breaks={"account.counts"}, gateway=_GATEWAY)
def account_counts_no_requests(reply: Reply) -> Reply:
    """Tokens are counted and requests are not."""
    return reply.edit(lambda body: body["usage"].update(requests_this_month=7))


@fault(_ME, breaks={"account.counts.soon"}, gateway=_GATEWAY)
def account_counts_nothing(reply: Reply) -> Reply:
    """The usage never changes."""
    return reply.edit(lambda body: body["usage"].update(requests_this_month=7, tokens_this_month=70))


def _limits(reply: Reply, plan: str, **limits: int) -> Reply:
    return reply.edit(lambda body: body["limits"].update(limits) if body["plan"]["id"] == plan else None)


@fault(_ME, breaks={"account.plans.free"}, gateway=_GATEWAY)
def account_free_has_more_requests(reply: Reply) -> Reply:
    """The plan free is told 60 requests per minute."""
    return _limits(reply, "free", requests_per_minute=60)


@fault(_ME, breaks={"account.plans.free"}, gateway=_GATEWAY)
def account_free_has_fewer_tokens(reply: Reply) -> Reply:
    """The plan free is told 4,000 tokens per minute."""
    return _limits(reply, "free", tokens_per_minute=4_000)


@fault(_ME, breaks={"account.plans.pro"}, gateway=_GATEWAY)
def account_pro_has_limits_of_free(reply: Reply) -> Reply:
    """The plan pro is told the limits of the plan free."""
    return _limits(reply, "pro", requests_per_minute=30, tokens_per_minute=40_000)


@fault(_ME, breaks={"account.plans.team"}, gateway=_GATEWAY)
def account_team_has_fewer_requests(reply: Reply) -> Reply:
    """The plan team is told the requests of the plan pro."""
    return _limits(reply, "team", requests_per_minute=300)


@fault(_ME, breaks={"account.plans.free-cap"}, gateway=_GATEWAY)
def account_free_has_no_cap(reply: Reply) -> Reply:
    """The plan free has no cap."""
    return reply.edit(lambda body: body["limits"].update(monthly_spend_cap_usd=None))


@fault(_DAILY, breaks={"account.daily"}, gateway=_GATEWAY)
def account_days_in_object(reply: Reply) -> Reply:
    """The days stand in an object."""
    return reply.edit(lambda body: {"data": body})


@fault(_DAILY, breaks={"account.daily.day"}, gateway=_GATEWAY)
def account_days_in_seconds(reply: Reply) -> None:
    """A day is told in Unix seconds."""
    for place, bucket in enumerate(_days(reply)):
        bucket["date"] = 1_790_000_000 + 86_400 * place


@fault(_DAILY, breaks={"account.daily.day"}, gateway=_GATEWAY)
def account_days_in_words(reply: Reply) -> None:
    """A day is told with its month first."""
    for bucket in _days(reply):
        year, month, day = bucket["date"].split("-")
        bucket["date"] = f"{month}/{day}/{year}"


@fault(_DAILY, breaks={"account.daily.once"}, gateway=_GATEWAY)
def account_day_told_twice(reply: Reply) -> None:
    """Two buckets are of the same day."""
    for bucket in _days(reply)[-2:]:
        bucket["date"] = "2026-11-20"


@fault(_DAILY, breaks={"account.daily.figures"}, gateway=_GATEWAY)
def account_days_without_spend(reply: Reply) -> None:
    """The spend of a day is not told."""
    for bucket in _days(reply):
        del bucket["spend_usd"]


@fault(_DAILY, breaks={"account.daily.figures"}, gateway=_GATEWAY)
def account_day_below_zero(reply: Reply) -> None:
    """The spend of a day is negative."""
    for bucket in _days(reply)[:1]:
        bucket["spend_usd"] = -0.01


@request_fault(_DAILY, breaks={"account.daily.span"}, gateway=_GATEWAY)
def account_days_ignored(call: Call) -> None:
    """There are always thirty days."""
    call.query.pop("days", None)


@fault(_DAILY, breaks={"account.daily.counts"}, gateway=_GATEWAY)
def account_days_count_input_only(reply: Reply) -> None:
    """Output tokens are not counted."""
    for bucket in _days(reply):
        bucket["output_tokens"] = 0


@fault(_DAILY, breaks={"account.daily.counts"}, gateway=_GATEWAY)
def account_days_count_no_requests(reply: Reply) -> None:
    """Requests are not counted."""
    for bucket in _days(reply):
        bucket["requests"] = 1


@fault(_DAILY, breaks={"account.daily.counts.soon"}, gateway=_GATEWAY)
def account_days_count_nothing(reply: Reply) -> None:
    """The present day stays empty."""
    for bucket in _days(reply):
        bucket |= {"requests": 0, "input_tokens": 0, "output_tokens": 0}


@fault(_ME, breaks={"account.id"}, gateway=_GATEWAY)
def account_id_empty(reply: Reply) -> Reply:
    """The id of the account is empty."""
    return reply.edit(lambda body: body.update(id=""))


@fault(_ME, breaks={"account.plan"}, gateway=_GATEWAY)
def account_plan_empty(reply: Reply) -> Reply:
    """The plan has an empty id."""
    return reply.edit(lambda body: body["plan"].update(id=""))


@fault(_ME, breaks={"account.usage"}, gateway=_GATEWAY)
def account_spend_negative(reply: Reply) -> Reply:
    """Less than nothing was spent."""
    return reply.edit(lambda body: body["usage"].update(spend_usd=-0.5))


@fault(_ME, breaks={"account.limits", *_PLANS}, gateway=_GATEWAY)
def account_may_ask_nothing(reply: Reply) -> Reply:
    """The account may send no request in a minute."""
    return reply.edit(lambda body: body["limits"].update(requests_per_minute=0))


@fault(_ME, breaks={"account.limits", *_PLANS}, gateway=_GATEWAY)
def account_limit_as_text(reply: Reply) -> Reply:
    """The limit of requests is a text."""
    return reply.edit(lambda body: body["limits"].update(requests_per_minute="unlimited"))


@fault(_ME, breaks={"account.answers"}, gateway=_GATEWAY)
def account_of_a_proxy(reply: Reply) -> None:
    """The account is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203


@fault(_DAILY, breaks={"account.daily"}, gateway=_GATEWAY)
def account_days_of_a_proxy(reply: Reply) -> None:
    """The days are a 203, as if a proxy had changed them."""
    if reply.ok:
        reply.status = 203


@fault(_DAILY, breaks={"account.daily"}, gateway=_GATEWAY)
def account_days_as_lists(reply: Reply) -> Reply:
    """A day is a list of its figures."""
    return reply.edit(lambda body: [list(bucket.values()) for bucket in body])


@fault(_DAILY, breaks={"account.daily"}, gateway=_GATEWAY)
def account_days_labelled_as_text(reply: Reply) -> None:
    """The days are labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"
