"""Ways to tell an account, its plan and its usage wrongly."""

from __future__ import annotations

from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Edit, change, drop, label, put, reshape, status
from reference_server.faults.words.media import let_in
from reference_server.faults.words.openai import ACCOUNT, DAILY_USAGE
from reference_server.faults.words.situations import served
from reference_server.wire.reply import Reply

account = rows(ACCOUNT, gateway="foxora")
daily = rows(DAILY_USAGE, gateway="foxora")

_PLANS = "account.plans.free account.plans.pro account.plans.team"
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
account_labelled_as_text = account("account.answers", "The account is labelled as text.", label("text/plain"))
account_in_array = account("account.answers", "The account is wrapped in an array.", reshape(lambda body: [body]))
account_of_a_proxy = account(
    "account.answers", "The account is answered with 203, as if a proxy had changed it.", status(203), when=served
)
account_id_is_a_number = account("account.id", "The id of the account is a number.", put("id", 82))
account_id_empty = account("account.id", "The id of the account is empty.", put("id", ""))
account_without_plan = account("account.plan", "The account does not name its plan.", put("plan", None))
account_plan_is_a_number = account("account.plan", "The account gives its plan as a number.", put("plan.id", 2))
account_plan_empty = account("account.plan", "The id of the plan is empty.", put("plan.id", ""))
account_without_spend = account("account.usage", "The account does not say what was spent.", drop("usage.spend_usd"))
account_usage_as_text = account(
    "account.usage", "The request count is a string.", put("usage.requests_this_month", "1,842")
)
account_tokens_as_text = account(
    "account.usage", "The token count of this month is a string.", change("usage.tokens_this_month", str)
)
account_spend_negative = account("account.usage", "The account shows a negative spend.", put("usage.spend_usd", -0.5))
account_without_limit_of_tokens = account(
    "account.limits", "Only the request limit is given, not the token limit.", drop("limits.tokens_per_minute")
)
account_without_limits = account("account.limits", "The account has no limits.", drop("limits"))
account_may_ask_nothing = account(
    f"account.limits {_PLANS}", "The account may send no requests at all.", put("limits.requests_per_minute", 0)
)
account_limit_as_text = account(
    f"account.limits {_PLANS}", "The request limit is a string.", put("limits.requests_per_minute", "unlimited")
)
account_times_in_seconds = account(
    "account.timestamps", "The account has times in Unix seconds.", put(_RENEWS, 1796083200)
)
account_times_elsewhere = account(
    "account.timestamps", "The account has times in another time zone.", put(_RENEWS, "2026-12-01T02:00:00+02:00")
)
account_times_without_zone = account(
    "account.timestamps", "The times in the account have no time zone.", put(_RENEWS, "2026-12-01T00:00:00")
)
account_for_strangers = request_fault(
    ACCOUNT,
    "The account is shown without a credential.",
    let_in,
    breaks={"account.unauthorized"},
    gateway="foxora",
    before="authentication",
)
account_days_for_strangers = request_fault(
    DAILY_USAGE,
    "The daily usage is shown without a credential.",
    let_in,
    breaks={"account.unauthorized"},
    gateway="foxora",
    before="authentication",
)
account_counts_half_the_tokens = account(
    "account.counts",
    "The account counts half of the tokens that were used.",
    change("usage.tokens_this_month", lambda tokens: int(tokens * 0.5)),
)
account_counts_no_requests = account(
    "account.counts", "The account counts tokens, but no requests.", put("usage.requests_this_month", 7)
)
account_counts_nothing = account(
    "account.counts.soon",
    "The usage in the account never changes.",
    put("usage.requests_this_month", 7) | put("usage.tokens_this_month", 70),
)

# Its plan.
account_free_has_more_requests = account(
    "account.plans.free", "The free plan shows 60 requests per minute.", _limits("free", requests_per_minute=60)
)
account_free_has_fewer_tokens = account(
    "account.plans.free", "The free plan shows 4,000 tokens per minute.", _limits("free", tokens_per_minute=4_000)
)
account_pro_has_limits_of_free = account(
    "account.plans.pro",
    "The pro plan shows the limits of the free plan.",
    _limits("pro", requests_per_minute=30, tokens_per_minute=40_000),
)
account_team_has_fewer_requests = account(
    "account.plans.team", "The team plan shows the request limit of pro.", _limits("team", requests_per_minute=300)
)
account_free_has_no_cap = account(
    "account.plans.free-cap", "The free plan has no spending cap.", put("limits.monthly_spend_cap_usd", None)
)

# Its days.
account_days_in_object = daily(
    "account.daily", "The daily usage is wrapped in an object.", reshape(lambda body: {"data": body})
)
account_days_of_a_proxy = daily(
    "account.daily", "The daily usage is answered with 203, as if a proxy had changed it.", status(203), when=served
)
account_days_as_lists = daily(
    "account.daily", "A day of usage is an array of its figures.", change("[]", lambda day: list(day.values()))
)
account_days_labelled_as_text = daily("account.daily", "The daily usage is labelled as text.", label("text/plain"))


@daily("account.daily.day")
def account_days_in_seconds(reply: Reply) -> None:
    """The daily usage gives each day in Unix seconds."""
    for place, day in enumerate(reply.body if reply.ok else ()):
        day["date"] = 1_790_000_000 + 86_400 * place


account_days_in_words = daily(
    "account.daily.day", "The daily usage writes each day with its month first.", change("[].date", _american)
)
account_day_told_twice = daily(
    "account.daily.once",
    "Two entries are about the same day.",
    put("[-2].date", "2026-11-20") | put("[-1].date", "2026-11-20"),
)
account_days_without_spend = daily("account.daily.figures", "A day of usage has no spend.", drop("[].spend_usd"))
account_day_below_zero = daily("account.daily.figures", "The spend of a day is negative.", put("[0].spend_usd", -0.01))
account_days_ignored = request_fault(
    DAILY_USAGE,
    "The daily usage always covers thirty days, whatever is asked for.",
    lambda call: call.query.pop("days", None),
    breaks={"account.daily.span"},
    gateway="foxora",
)
account_days_count_input_only = daily(
    "account.daily.counts", "The daily usage does not count output tokens.", put("[].output_tokens", 0)
)
account_days_count_no_requests = daily("account.daily.counts", "Daily requests are not counted.", put("[].requests", 1))
account_days_count_nothing = daily(
    "account.daily.counts.soon",
    "The daily usage of the current day stays empty.",
    put("[].requests", 0) | put("[].input_tokens", 0) | put("[].output_tokens", 0),
)
