"""Ways to break what holds for the parameters of every operation: each at one value of one."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.words.edits import drop, refuse, status
from reference_server.faults.words.openai import FILES
from reference_server.faults.words.situations import Situation, asked, both, served

VALID = {"properties.parameters.valid"}


def _queried(name: str, value: object) -> Situation:
    """The query has this value."""
    return both(served, asked(lambda call: call.query.get(name) == value))


longest_page_refused = fault(
    FILES,
    "The largest page that the documents allow is refused, without saying why.",
    refuse(400, "Bad request."),
    when=_queried("limit", 10_000),
    breaks=VALID,
)
oldest_items_without_data = fault(
    "listResponseInputItems",
    "The items of a response have no `data` when the oldest are asked for first.",
    drop("data"),
    when=_queried("order", "asc"),
    breaks=VALID,
)
longest_page_of_models_is_a_500 = fault(
    "listAnthropicModels",
    "The largest page of models in the Anthropic protocol is a 500.",
    status(500),
    when=_queried("limit", 1_000),
    breaks=VALID,
)
second_page_of_gemini_models_is_a_500 = fault(
    "listGeminiModels",
    "The second page of models in the Gemini protocol is a 500.",
    status(500),
    when=both(served, asked(lambda call: "pageToken" in call.query)),
    breaks=VALID,
)
