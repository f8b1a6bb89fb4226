"""`GET /usage`: the usage of an account between two days, summed up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal
from reference_server.routes import route
from reference_server.routes.account import EPOCH, today_of
from reference_server.state.ledger import DAY, Booked
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_GROUPS = ("model", "api_key_id", "timestamp")
_SPAN = timedelta(days=29)
"""How long before its end a span starts when no start is given."""


@route("getUsage")
def get_usage(service: Service, call: Call) -> Reply:
    """One row for each model, for each key, or for each day, model and key."""
    last = _end(call.query["end"]) if "end" in call.query else today_of(service)
    first = _start(call.query["start"]) if "start" in call.query else max(last, date.min + _SPAN) - _SPAN
    account = call.key.account if call.key else ""
    booked = service.store.booked(account, first.toordinal() - EPOCH, last.toordinal() - EPOCH)
    return Reply.json({"object": "list", "data": _rows(booked, _group(call.query.get("group_by")))})


def _group(name: str | None) -> str | None:
    """The field by which rows are summed up. Raises Refusal when it is unknown."""
    if name not in (None, *_GROUPS):
        raise Refusal("invalid_value", f"'group_by' is one of {', '.join(_GROUPS)}.", "group_by")
    return name


def _start(text: str) -> date:
    moment = _moment(text, "start")
    return moment.date() if isinstance(moment, datetime) else moment


def _end(text: str) -> date:
    """The last day: a date is included, a moment is not."""
    moment = _moment(text, "end")
    if not isinstance(moment, datetime):
        return moment
    return (moment - timedelta(microseconds=1)).date() if moment > _dawn() else date.min


def _dawn() -> datetime:
    return datetime.min.replace(tzinfo=UTC)


def _moment(text: str, name: str) -> datetime | date:
    """A date, or a moment in UTC. Raises Refusal."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Refusal("invalid_value", f"{name!r} is neither a date nor a moment in ISO 8601.", name) from error


def _rows(booked: Iterable[Booked], group: str | None) -> list[dict[str, Any]]:
    """The sums of each group, in the order of their first entries."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in booked:
        names = _names(entry, group)
        row = rows.setdefault(
            tuple(names.values()),
            {**names, "requests": 0, "prompt_tokens": 0, "completion_tokens": 0, "credits_used": 0.0},
        )
        row["requests"] += entry.requests
        row["prompt_tokens"] += entry.prompt
        row["completion_tokens"] += entry.completion
        row["credits_used"] = round(row["credits_used"] + entry.credits, 4)
    return list(rows.values())


def _names(entry: Booked, group: str | None) -> dict[str, Any]:
    """The fields that identify a row."""
    key = f"key_{sha256(entry.token.encode()).hexdigest()[:12]}"
    whole = {"timestamp": entry.day * DAY, "model": entry.model, "api_key_id": key}
    return {group: whole[group]} if group else whole
