"""Ways to tell usage for accounting wrongly."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, put, query, rename, status
from reference_server.faults.words.media import let_in, say
from reference_server.faults.words.openai import USAGE
from reference_server.faults.words.situations import served
from reference_server.wire.call import Call

in_answer = partial(fault, USAGE, gateway="infery")
in_request = partial(request_fault, USAGE, gateway="infery")

usage_as_csv = in_answer(
    "Usage is given as the export, in CSV.",
    say("text/csv", b"model,prompt_tokens,completion_tokens\n"),
    when=served,
    breaks={"usage.answers"},
)
usage_not_found = in_answer("There is no such route.", status(404), when=served, breaks={"usage.answers"})
usage_grouped_by_key = in_request(
    "Rows are summed up by key, whatever is asked for.", query(group_by="api_key_id"), breaks={"usage.models"}
)
usage_told_by_request = in_answer(
    "A model has several rows.",
    change("data", lambda rows: rows + [row | {"prompt_tokens": 1, "completion_tokens": 1} for row in rows[:1]]),
    breaks={"usage.models"},
)
usage_of_nobody = in_answer("A row has an empty name for its model.", put("data[0].model", ""), breaks={"usage.models"})
usage_without_credits = in_answer(
    "Rows do not tell the credits.", drop("data[].credits_used"), breaks={"usage.figures"}
)
usage_refunded = in_answer("Credits are below zero.", put("data[0].credits_used", -0.01), breaks={"usage.figures"})
usage_in_other_words = in_answer(
    "Tokens have other names than in the export.", rename("data[].prompt_tokens", "input"), breaks={"usage.figures"}
)


@in_request(breaks={"usage.span"})
def usage_of_all_times(call: Call) -> None:
    """The span is ignored."""
    call.query.pop("start", None)
    call.query.pop("end", None)


usage_for_strangers = in_request(
    "Usage is told without a credential.", let_in, breaks={"usage.unauthorized"}, before="authentication"
)
usage_of_prompts_only = in_answer(
    "Tokens of answers are not counted.", put("data[].completion_tokens", 0), breaks={"usage.counts"}
)
usage_never_counted = in_answer(
    "Usage never grows.",
    put("data[].prompt_tokens", 7) | put("data[].completion_tokens", 7),
    breaks={"usage.counts.soon"},
)
