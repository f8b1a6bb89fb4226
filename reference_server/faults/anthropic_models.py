"""Ways to break the models of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, put, rename
from reference_server.faults.words.situations import served

LIST, MODEL = "listAnthropicModels", "retrieveAnthropicModel"
listing = rows(LIST, when=served)
asked = rows(LIST, request_fault)
retrieving = rows(MODEL, when=served)

_ENTRY = "data[]"


claude_listed_under_models = listing("anthropic.models", "The list stands under `models`.", rename("data", "models"))
claude_of_another_type = listing("anthropic.models", "The type of a model is text.", put(f"{_ENTRY}.type", "text"))
claude_named_by_name = listing("anthropic.models", "A model has a name, and no id.", rename(f"{_ENTRY}.id", "name"))
claude_as_text = listing("anthropic.models", "A model is its name alone.", change("data[]", lambda model: model["id"]))
claude_without_display_name = listing(
    "anthropic.models", "A model has no display name.", drop(f"{_ENTRY}.display_name")
)
claude_created_in_seconds = listing(
    "anthropic.models", "The time of a model is in Unix seconds.", put(f"{_ENTRY}.created_at", 1767225600)
)
claude_created_someday = listing(
    "anthropic.models", "The time of a model is a word.", put(f"{_ENTRY}.created_at", "yesterday")
)
claude_page_without_more = listing(
    "anthropic.models.page", "A page does not say whether there are more.", drop("has_more")
)
claude_page_without_ends = listing(
    "anthropic.models.page", "A page does not name its ends.", drop("first_id", "last_id")
)
claude_page_ends_swapped = listing(
    "anthropic.models.page",
    "A page names its last model as its first one.",
    lambda reply, _: reply.body.update(first_id=reply.body["last_id"], last_id=reply.body["first_id"]),
)
claude_limit_ignored = asked(
    "anthropic.models.limit", "The limit is ignored.", lambda call: call.query.pop("limit", None)
)
claude_limit_is_all = listing(
    "anthropic.models.limit", "No page has more behind it.", change("has_more", lambda _: False)
)
claude_first_page_for_ever = asked(
    "anthropic.models.after",
    "Every page is the first one, whatever `after_id` says.",
    lambda call: call.query.pop("after_id", None),
)
claude_retrieved_under_data = retrieving(
    "anthropic.models.retrieve",
    "A retrieved model stands under `data`.",
    lambda reply, _: setattr(reply, "body", {"data": reply.body}),
)
claude_retrieved_as_alias = retrieving(
    "anthropic.models.retrieve", "A retrieved model has another id.", put("id", "claude")
)
