"""Usage for accounting, grouped by model."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import (
    demand_count,
    demand_json,
    demand_kind,
    demand_status,
    demand_text,
)
from conformance.words.ask import Ask
from conformance.words.check import alone, inconclusive, pick, requirement
from conformance.words.openai.account import Growth, Spent, growth, opened, rows

pytestmark = alone

FORMS = ("{}", "{}T00:00:00Z")
"""How a day may be written: the documents do not say."""
LONG_AGO = date(2001, 1, 1)
MARK = 4300
"""The first of the takes that look at what was counted."""


def _usage(ask: Ask, first: date, last: date, take: int = 0) -> Exchange:
    """Usage grouped by model, in the first form of the days that is not refused."""
    answers = (_asked(ask, form.format(first), form.format(last), take) for form in FORMS)
    taken = next((answer for answer in answers if answer.status not in {400, 422}), None)
    return taken or inconclusive("neither dates nor moments are taken, and no document says how days are written")


def _asked(ask: Ask, start: str, end: str, take: int) -> Exchange:
    return ask.get(f"/usage?start={start}&end={end}&group_by=model", take=take)


def _now(ask: Ask, take: int = 0) -> Exchange:
    """The usage of yesterday and today, and of tomorrow, so that today is within however the end counts."""
    today, day = datetime.now(UTC).date(), timedelta(days=1)
    return _usage(ask, today - day, today + day, take)


@pytest.fixture
def entries(ask: Ask) -> list[dict[str, Any]]:
    """The rows of the present; inconclusive when there is none."""
    return rows(opened(_now(ask))) or inconclusive("no usage is reported")


@requirement("usage.answers")
def test_answers(ask: Ask) -> None:
    """`GET /usage` answers a span of time, grouped by model, with 200 and JSON."""
    answer = _now(ask)

    demand_status(answer, {200})
    demand_json(answer, (list, dict))


@requirement("usage.models")
def test_models(entries: list[dict[str, Any]]) -> None:
    """Grouped by model, every row names its model, and no two rows of one time the same one."""
    names = [(demand_text(row.get("model"), "the model of a row"), str(row.get("timestamp"))) for row in entries]

    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"listed more than once: {twice[:3]}"


@requirement("usage.figures")
def test_figures(entries: list[dict[str, Any]]) -> None:
    """Tokens of a row are whole numbers and credits are a number, none below 0, under the names of the export."""
    for row in entries:
        for name in ("prompt_tokens", "completion_tokens"):
            demand_count(row.get(name), name)
        credits_used = demand_kind(row.get("credits_used"), "credits_used", (int, float))
        assert credits_used >= 0, f"credits_used is {credits_used}"


@requirement("usage.span")
def test_span(ask: Ask) -> None:
    """A span that ended before the account was made holds nothing."""
    past = rows(opened(_usage(ask, LONG_AGO, LONG_AGO + timedelta(days=1))))

    assert not sum(_tokens(row) for row in past), f"usage of {LONG_AGO:%Y}: {past[:2]}"


def _tokens(row: dict[str, Any]) -> int:
    return sum(pick(row, name, kind=int) for name in ("prompt_tokens", "completion_tokens"))


@requirement("usage.unauthorized")
@pytest.mark.usefixtures("guarded")
def test_unauthorized(ask: Ask) -> None:
    """Usage is told to nobody without a credential."""
    answer = ask.get("/usage?group_by=model", key=None)

    assert not 200 <= answer.status < 300, f"usage is told without a key: {answer.text:.120}"


@pytest.fixture
def grown(ask: Ask) -> Growth:
    """What has been counted for one request."""
    return growth(ask, lambda take: Spent(None, sum(map(_tokens, rows(opened(_now(ask, take)))))), MARK)


@requirement("usage.counts")
def test_counts(grown: Growth) -> None:
    """Usage grows by at least the tokens of a request when it is counted."""
    if not grown.seen:
        inconclusive("the request was not counted within seconds")

    assert grown.tokens >= grown.cost, f"the request cost {grown.cost} tokens, the usage grew by {grown.tokens}"


@requirement("usage.counts.soon")
def test_counts_soon(grown: Growth) -> None:
    """A request is counted the moment it completes: within seconds."""
    assert grown.seen, "a request was answered, and it is not counted after seconds"
