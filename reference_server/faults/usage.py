"""Ways to tell usage for accounting wrongly."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_USAGE = "getUsage"
_GATEWAY = "infery"


def _rows(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["data"] if reply.ok else []


@fault(_USAGE, breaks={"usage.answers"}, gateway=_GATEWAY)
def usage_as_csv(reply: Reply) -> None:
    """Usage is given as the export, in CSV."""
    if reply.ok:
        reply.headers["content-type"] = "text/csv"
        reply.body = b"model,prompt_tokens,completion_tokens\n"


@fault(_USAGE, breaks={"usage.answers"}, gateway=_GATEWAY)
def usage_not_found(reply: Reply) -> None:
    """There is no such route."""
    if reply.ok:
        reply.status = 404


@request_fault(_USAGE, breaks={"usage.models"}, gateway=_GATEWAY)
def usage_grouped_by_key(call: Call) -> None:
    """Rows are summed up by key, whatever is asked for."""
    call.query["group_by"] = "api_key_id"


@fault(_USAGE, breaks={"usage.models"}, gateway=_GATEWAY)
def usage_told_by_request(reply: Reply) -> None:
    """A model has several rows."""
    for row in _rows(reply)[:1]:
        reply.body["data"].append({**row, "prompt_tokens": 1, "completion_tokens": 1})


@fault(_USAGE, breaks={"usage.figures"}, gateway=_GATEWAY)
def usage_without_credits(reply: Reply) -> None:
    """Rows do not tell the credits."""
    for row in _rows(reply):
        del row["credits_used"]


@fault(_USAGE, breaks={"usage.figures"}, gateway=_GATEWAY)
def usage_in_other_words(reply: Reply) -> None:
    """Tokens have other names than in the export."""
    for row in _rows(reply):
        row["input"] = row.pop("prompt_tokens")


@request_fault(_USAGE, breaks={"usage.span"}, gateway=_GATEWAY)
def usage_of_all_times(call: Call) -> None:
    """The span is ignored."""
    call.query.pop("start", None)
    call.query.pop("end", None)


@request_fault(_USAGE, breaks={"usage.unauthorized"}, gateway=_GATEWAY, before="authentication")
def usage_for_strangers(call: Call) -> None:
    """Usage is told without a credential."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@fault(_USAGE, breaks={"usage.counts"}, gateway=_GATEWAY)
def usage_of_prompts_only(reply: Reply) -> None:
    """Tokens of answers are not counted."""
    for row in _rows(reply):
        row["completion_tokens"] = 0


@fault(_USAGE, breaks={"usage.counts.soon"}, gateway=_GATEWAY)
def usage_never_counted(reply: Reply) -> None:
    """Usage never changes."""
    for row in _rows(reply):
        row |= {"prompt_tokens": 7, "completion_tokens": 7}


@fault(_USAGE, breaks={"usage.figures"}, gateway=_GATEWAY)
def usage_refunded(reply: Reply) -> None:
    """Credits are below zero."""
    for row in _rows(reply)[:1]:
        row["credits_used"] = -0.01


@fault(_USAGE, breaks={"usage.models"}, gateway=_GATEWAY)
def usage_of_nobody(reply: Reply) -> None:
    """A row has an empty name for its model."""
    for row in _rows(reply)[:1]:
        row["model"] = ""
