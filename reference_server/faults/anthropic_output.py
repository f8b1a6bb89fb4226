"""Ways to break `output_config` and images by address in the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import (
    MESSAGE,
    TEXT,
    by_address,
    config,
    refuse,
    unclear,
    whole_asked,
    without_blocks,
)
from reference_server.faults.words.edits import change, drop
from reference_server.faults.words.openai import streams
from reference_server.faults.words.situations import asked, both, served
from reference_server.faults.words.typed import fence, wrap

request = rows(MESSAGE, request_fault)
message = rows(MESSAGE)

_has_format = asked(lambda call: "format" in config(call))

anthropic_schema_ignored = request(
    "anthropic.json-schema",
    "The schema does not reach the model, unless the answer is streamed.",
    drop("output_config"),
    when=whole_asked,
)
anthropic_json_in_fence = message(
    "anthropic.json-schema", "JSON stands in a Markdown fence.", change(TEXT, fence), when=_has_format
)
anthropic_json_within_json = message(
    "anthropic.json-schema", "The JSON asked for is wrapped in another object.", change(TEXT, wrap), when=_has_format
)
anthropic_schema_ignored_in_stream = request(
    "anthropic.json-schema.stream",
    "The schema does not reach the model when the answer is streamed.",
    drop("output_config"),
    when=streams,
)
anthropic_effort_fails = message(
    "anthropic.effort",
    "A low effort breaks the server.",
    refuse(500),
    when=both(served, asked(lambda call: config(call).get("effort") == "low")),
)
anthropic_output_config_unknown = message(
    "anthropic.effort",
    "An effort is an unknown field, refused without an error object.",
    unclear,
    when=asked(lambda call: "effort" in config(call)),
)
anthropic_address_without_data = message(
    "anthropic.vision.url", "An image by URL is refused without an error: it has no data.", unclear, when=by_address
)
anthropic_address_dropped = request(
    "anthropic.vision.url.counted",
    "An image by address does not reach the model.",
    without_blocks(lambda block: block.get("source", {}).get("type") == "url"),
)
