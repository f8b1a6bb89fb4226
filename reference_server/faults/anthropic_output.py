"""Ways to break `output_config` and images by address in the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
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

_has_format = asked(lambda call: "format" in config(call))

anthropic_schema_ignored = request_fault(
    MESSAGE,
    "The schema does not reach the model, unless the answer is streamed.",
    drop("output_config"),
    when=whole_asked,
    breaks={"anthropic.json-schema"},
)
anthropic_json_in_fence = fault(
    MESSAGE,
    "JSON stands in a Markdown fence.",
    change(TEXT, fence),
    when=_has_format,
    breaks={"anthropic.json-schema"},
)
anthropic_json_within_json = fault(
    MESSAGE,
    "The value of the schema is a member of another object.",
    change(TEXT, wrap),
    when=_has_format,
    breaks={"anthropic.json-schema"},
)
anthropic_schema_ignored_in_stream = request_fault(
    MESSAGE,
    "The schema does not reach the model when the answer is streamed.",
    drop("output_config"),
    when=streams,
    breaks={"anthropic.json-schema.stream"},
)
anthropic_effort_fails = fault(
    MESSAGE,
    "A low effort breaks the server.",
    refuse(500),
    when=both(served, asked(lambda call: config(call).get("effort") == "low")),
    breaks={"anthropic.effort"},
)
anthropic_output_config_unknown = fault(
    MESSAGE,
    "An effort is an unknown field, refused without an error object.",
    unclear,
    when=asked(lambda call: "effort" in config(call)),
    breaks={"anthropic.effort"},
)
anthropic_address_without_data = fault(
    MESSAGE,
    "An image by address is refused for its lack of data, without an error object.",
    unclear,
    when=by_address,
    breaks={"anthropic.vision.url"},
)
anthropic_address_dropped = request_fault(
    MESSAGE,
    "An image by address does not reach the model.",
    without_blocks(lambda block: block.get("source", {}).get("type") == "url"),
    breaks={"anthropic.vision.url.counted"},
)
