"""What an account used, day by day."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_json, demand_kind, demand_status
from conformance.words.ask import Ask
from conformance.words.check import alone, inconclusive, requirement
from conformance.words.openai.account import Growth, Spent, days, growth, is_day, named, numbers, opened, rows

pytestmark = alone

MONTH = "/me/usage?days=30"
SHORT = 2
MARK = 4200
"""The first of the takes that look at what was counted."""


@pytest.fixture
def answer(ask: Ask) -> Exchange:
    """The answer for the last 30 days."""
    return ask.get(MONTH)


@pytest.fixture
def buckets(answer: Exchange) -> list[dict[str, Any]]:
    """The days; inconclusive when there is none."""
    return rows(opened(answer)) or inconclusive("no day is listed")


@requirement("account.daily")
def test_daily(answer: Exchange) -> None:
    """`GET /me/usage` answers 200 with a JSON array of one object for each day."""
    demand_status(answer, {200})
    for bucket in demand_json(answer, list):
        demand_kind(bucket, "a day", dict)


@requirement("account.daily.day")
def test_day(buckets: list[dict[str, Any]]) -> None:
    """A day is an ISO 8601 date or time in UTC."""
    for bucket in buckets:
        dates = days(bucket) or inconclusive(f"cannot be judged: no field tells the day: {bucket}")
        assert any(map(is_day, dates)), f"a day is {dates[0]!r:.80}"


@requirement("account.daily.once")
def test_once(buckets: list[dict[str, Any]]) -> None:
    """No day is listed twice."""
    dates = [value for bucket in buckets for value in list(filter(is_day, days(bucket)))[:1]]
    twice = sorted({day for day in dates if dates.count(day) > 1})

    assert not twice, f"listed more than once: {twice[:3]}"


@requirement("account.daily.figures")
def test_figures(buckets: list[dict[str, Any]]) -> None:
    """A day has the numbers of its requests, its input and output tokens, and its spend, none below 0."""
    for bucket in buckets:
        figures = list(numbers(bucket))
        assert len(figures) >= 4, f"a day has {len(figures)} numbers: {bucket}"
        assert min(figures) >= 0, f"a number is below 0: {bucket}"


@requirement("account.daily.span")
def test_span(ask: Ask) -> None:
    """No more days are listed than `days` asks for, and the current one."""
    entries = rows(opened(ask.get(f"/me/usage?days={SHORT}")))

    assert len(entries) <= SHORT + 1, f"{SHORT} days were asked for, {len(entries)} are listed"


@pytest.fixture
def grown(ask: Ask) -> Growth:
    """What the days have counted for one request."""

    def look(take: int) -> Spent:
        entries = rows(opened(ask.get(MONTH, take=take)))
        requests = sum(named(bucket, "request|calls") for bucket in entries)
        tokens = sum(named(bucket, "input|prompt", "output|completion") for bucket in entries)
        return Spent(requests, tokens)

    return growth(ask, look, MARK)


@requirement("account.daily.counts")
def test_counts(grown: Growth) -> None:
    """The days together grow by at least one request and its tokens when a request is counted."""
    if not grown.seen:
        inconclusive("the request was not counted within seconds, and no document says how soon it is")

    assert grown.requests, "tokens were counted, but no request"
    assert grown.tokens >= grown.cost, f"the request cost {grown.cost} tokens, the days grew by {grown.tokens}"


@requirement("account.daily.counts.soon")
def test_counts_soon(grown: Growth) -> None:
    """A request is counted to its day within seconds."""
    assert grown.seen, "a request was answered, and its day has not counted it after seconds"
