"""Ways to tell an account, its plan and its usage wrongly."""

from __future__ import annotations

from functools import partial
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Edit, change, drop, put, reshape, status
from reference_server.faults.words.media import label, let_in
from reference_server.faults.words.openai import ACCOUNT, DAILY_USAGE
from reference_server.faults.words.situations import served
from reference_server.wire.reply import Reply

me = partial(fault, ACCOUNT, gateway="foxora")
daily = partial(fault, DAILY_USAGE, gateway="foxora")
unproved = partial(request_fault, gateway="foxora", before="authentication")

_PLANS = {f"account.plans.{plan}" for plan in ("free", "pro", "team")}
_RENEWS = "plan.renews_at"


def _limits(plan: str, **limits: int) -> Edit:
    """A plan is told other limits than it has."""

    def edit(body: Any) -> None:
        if body["plan"]["id"] == plan:
            body["limits"].update(limits)

    return reshape(edit)


def _american(date: str) -> str:
    year, month, day = date.split("-")
    return f"{month}/{day}/{year}"


# The account.

account_labelled_as_text = me("The account is labelled as text.", label("text/plain"), breaks={"account.answers"})
account_in_array = me("The account stands in an array.", reshape(lambda body: [body]), breaks={"account.answers"})
account_of_a_proxy = me(
    "The account is a 203, as if a proxy had changed it.", status(203), when=served, breaks={"account.answers"}
)
account_id_is_a_number = me("The id of the account is a number.", put("id", 82), breaks={"account.id"})
account_id_empty = me("The id of the account is empty.", put("id", ""), breaks={"account.id"})
account_without_plan = me("No plan is told.", put("plan", None), breaks={"account.plan"})
account_plan_is_a_number = me("The plan is told by a number.", put("plan.id", 2), breaks={"account.plan"})
account_plan_empty = me("The plan has an empty id.", put("plan.id", ""), breaks={"account.plan"})
account_without_spend = me("What was spent is not told.", drop("usage.spend_usd"), breaks={"account.usage"})
account_usage_as_text = me(
    "Requests are counted in text.", put("usage.requests_this_month", "1,842"), breaks={"account.usage"}
)
account_tokens_as_text = me(
    "The tokens of this month are a text.", change("usage.tokens_this_month", str), breaks={"account.usage"}
)
account_spend_negative = me("Less than nothing was spent.", put("usage.spend_usd", -0.5), breaks={"account.usage"})
account_without_limit_of_tokens = me(
    "Of the two limits only that of requests is told.", drop("limits.tokens_per_minute"), breaks={"account.limits"}
)
account_without_limits = me("No limits are told.", drop("limits"), breaks={"account.limits"})
account_may_ask_nothing = me(
    "The account may send no request at all.", put("limits.requests_per_minute", 0), breaks={"account.limits", *_PLANS}
)
account_limit_as_text = me(
    "The request limit is a text.", put("limits.requests_per_minute", "unlimited"), breaks={"account.limits", *_PLANS}
)
account_times_in_seconds = me("Moments are Unix seconds.", put(_RENEWS, 1796083200), breaks={"account.timestamps"})
account_times_elsewhere = me(
    "Moments are in the time of another zone.", put(_RENEWS, "2026-12-01T02:00:00+02:00"), breaks={"account.timestamps"}
)
account_times_without_zone = me(
    "Moments have no zone.", put(_RENEWS, "2026-12-01T00:00:00"), breaks={"account.timestamps"}
)
account_for_strangers = unproved(
    ACCOUNT, "An account is told without a credential.", let_in, breaks={"account.unauthorized"}
)
account_days_for_strangers = unproved(
    DAILY_USAGE, "The usage of an account is told without a credential.", let_in, breaks={"account.unauthorized"}
)
account_counts_half_the_tokens = me(
    "Every second token is counted.",
    change("usage.tokens_this_month", lambda tokens: int(tokens * 0.5)),
    breaks={"account.counts"},
)
account_counts_no_requests = me(
    "Tokens are counted and requests are not.", put("usage.requests_this_month", 7), breaks={"account.counts"}
)
account_counts_nothing = me(
    "Usage never changes.",
    put("usage.requests_this_month", 7) | put("usage.tokens_this_month", 70),
    breaks={"account.counts.soon"},
)

# Its plan.

account_free_has_more_requests = me(
    "The plan free has 60 requests a minute.", _limits("free", requests_per_minute=60), breaks={"account.plans.free"}
)
account_free_has_fewer_tokens = me(
    "The plan free has 4,000 tokens a minute.", _limits("free", tokens_per_minute=4_000), breaks={"account.plans.free"}
)
account_pro_has_limits_of_free = me(
    "The plan pro is told the limits of the plan free.",
    _limits("pro", requests_per_minute=30, tokens_per_minute=40_000),
    breaks={"account.plans.pro"},
)
account_team_has_fewer_requests = me(
    "The plan team has the requests of pro.", _limits("team", requests_per_minute=300), breaks={"account.plans.team"}
)
account_free_has_no_cap = me(
    "The plan free has no cap.", put("limits.monthly_spend_cap_usd", None), breaks={"account.plans.free-cap"}
)

# Its days.

account_days_in_object = daily(
    "The days stand in an object.", reshape(lambda body: {"data": body}), breaks={"account.daily"}
)
account_days_of_a_proxy = daily(
    "The days are a 203, as if a proxy had changed them.", status(203), when=served, breaks={"account.daily"}
)
account_days_as_lists = daily(
    "A day is a list of its figures.", change("[]", lambda day: list(day.values())), breaks={"account.daily"}
)
account_days_labelled_as_text = daily("The days are labelled as text.", label("text/plain"), breaks={"account.daily"})


@daily(breaks={"account.daily.day"})
def account_days_in_seconds(reply: Reply) -> None:
    """A day is told in Unix seconds."""
    for place, day in enumerate(reply.body if reply.ok else ()):
        day["date"] = 1_790_000_000 + 86_400 * place


account_days_in_words = daily(
    "A day is told with its month first.", change("[].date", _american), breaks={"account.daily.day"}
)
account_day_told_twice = daily(
    "Two buckets are of the same day.",
    put("[-2].date", "2026-11-20") | put("[-1].date", "2026-11-20"),
    breaks={"account.daily.once"},
)
account_days_without_spend = daily(
    "The spend of a day is not told.", drop("[].spend_usd"), breaks={"account.daily.figures"}
)
account_day_below_zero = daily(
    "The spend of a day is negative.", put("[0].spend_usd", -0.01), breaks={"account.daily.figures"}
)
account_days_ignored = request_fault(
    DAILY_USAGE,
    "There are always thirty days.",
    lambda call: call.query.pop("days", None),
    breaks={"account.daily.span"},
    gateway="foxora",
)
account_days_count_input_only = daily(
    "Output tokens are not counted.", put("[].output_tokens", 0), breaks={"account.daily.counts"}
)
account_days_count_no_requests = daily(
    "Requests are not counted.", put("[].requests", 1), breaks={"account.daily.counts"}
)
account_days_count_nothing = daily(
    "The present day stays empty.",
    put("[].requests", 0) | put("[].input_tokens", 0) | put("[].output_tokens", 0),
    breaks={"account.daily.counts.soon"},
)
