"""Ways to tell usage for accounting wrongly."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, put, query, rename, status
from reference_server.faults.words.media import let_in, say
from reference_server.faults.words.openai import USAGE
from reference_server.faults.words.situations import served
from reference_server.wire.call import Call

usage = rows(USAGE, gateway="infery")
request = rows(USAGE, request_fault, gateway="infery")

usage_as_csv = usage(
    "usage.answers", "The usage comes in CSV.", say("text/csv", b"model,prompt_tokens,completion_tokens\n"), when=served
)
usage_not_found = usage("usage.answers", "The route for the usage is answered as unknown.", status(404), when=served)
usage_grouped_by_key = request(
    "usage.models", "The usage is grouped by key, whatever was asked for.", query(group_by="api_key_id")
)
usage_told_by_request = usage(
    "usage.models",
    "The usage has one row per request instead of one per model.",
    change("data", lambda rows: rows + [row | {"prompt_tokens": 1, "completion_tokens": 1} for row in rows[:1]]),
)
usage_of_nobody = usage("usage.models", "A row of the usage has an empty model name.", put("data[0].model", ""))
usage_without_credits = usage("usage.figures", "The rows of the usage have no credits.", drop("data[].credits_used"))
usage_refunded = usage("usage.figures", "The usage shows negative credits.", put("data[0].credits_used", -0.01))
usage_in_other_words = usage(
    "usage.figures", "The token counts have other names than in the export.", rename("data[].prompt_tokens", "input")
)


@request("usage.span")
def usage_of_all_times(call: Call) -> None:
    """The time span that the usage is asked for is ignored."""
    call.query.pop("start", None)
    call.query.pop("end", None)


usage_for_strangers = request_fault(
    USAGE, "The usage needs no key.", let_in, breaks={"usage.unauthorized"}, gateway="infery", before="authentication"
)
usage_of_prompts_only = usage(
    "usage.counts", "The usage does not count the tokens of answers.", put("data[].completion_tokens", 0)
)
usage_never_counted = usage(
    "usage.counts.soon", "The usage never changes.", put("data[].prompt_tokens", 7) | put("data[].completion_tokens", 7)
)
