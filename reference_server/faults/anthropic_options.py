"""Ways to break the options of a message, the form of its answer, and images and documents."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import (
    MESSAGE,
    TEXT,
    by_address,
    config,
    fail,
    refuse,
    says,
    whole_asked,
    without_blocks,
)
from reference_server.faults.words.edits import change, drop, put, swap
from reference_server.faults.words.openai import streams
from reference_server.faults.words.situations import asked, asks, both, has, served
from reference_server.faults.words.typed import fence, reject, typed, wrap
from reference_server.wire.reply import Reply

message = rows(MESSAGE)
request = rows(MESSAGE, request_fault)


_has_format = asked(lambda call: "format" in config(call))


top_k_refused = message(
    "anthropic.sampling", "`top_k` is refused, although it is documented.", refuse(), when=has("top_k"), gateway="ofox"
)
stop_sequences_ignored = request(
    "anthropic.stop", "`stop_sequences` does not end a whole answer.", drop("stop_sequences"), when=whole_asked
)


@message("anthropic.stop.named")
def stop_told_as_end(reply: Reply) -> Reply:
    """An answer that a stop sequence ended has the stop reason `end_turn`, yet names the sequence."""
    return reply.edit(lambda body: body.update(stop_reason="end_turn") if body["stop_sequence"] else None)


stop_sequence_not_told = message(
    "anthropic.stop.named", "No answer says which stop sequence ended it.", put("stop_sequence", None)
)
metadata_refused = message(
    "anthropic.metadata", "Documented `metadata` is refused.", refuse(), when=has("metadata"), gateway="foxapi"
)
cache_control_refused = message(
    "anthropic.cache-control", "A request with `cache_control` is answered with 500.", fail, when=asks("cache_control")
)
image_blocks_fail = message("anthropic.vision", "An image gets a 500.", fail, when=asks('"image"'))
image_blocks_dropped = request(
    "anthropic.vision.counted anthropic.vision.kept",
    "Images do not reach the model.",
    without_blocks(lambda block: block["type"] == "image"),
)
image_blocks_uncounted = message(
    "anthropic.vision.counted",
    "An image reaches the model, and costs nothing.",
    put("usage.input_tokens", 1),
    when=asks('"image"'),
)
pdf_fails = message("anthropic.documents", "A PDF gets a 500.", fail, when=asks("application/pdf"))
documents_dropped = request(
    "anthropic.documents.counted",
    "Documents do not reach the model.",
    without_blocks(lambda block: block["type"] == "document"),
)
thinking_ignored = request(
    "anthropic.thinking", "`thinking` has no effect on a whole answer.", drop("thinking"), when=whole_asked
)
thinking_unsigned = message(
    "anthropic.thinking", "Thinking blocks have no signature.", typed("content[]", "thinking", put("signature", ""))
)
thinking_called_reasoning = message(
    "anthropic.thinking", "The type of thinking blocks is `reasoning`.", swap("content[].type", "thinking", "reasoning")
)
thinking_null = message(
    "anthropic.thinking",
    "Thinking is signed, but its text is null.",
    typed("content[]", "thinking", put("thinking", None)),
)
thinking_alone = message(
    "anthropic.thinking",
    "An answer with thinking has no text, although it ends normally.",
    change("content", lambda blocks: [block for block in blocks if block["type"] == "thinking"] or blocks),
)
thinking_in_history_fails = message(
    "anthropic.thinking.returned",
    "A conversation with an earlier thinking block is answered with 500.",
    fail,
    when=says("'signature'"),
)

# The form and effort of an answer, and images by URL.
anthropic_schema_ignored = request(
    "anthropic.json-schema",
    "The schema does not reach the model, unless the answer is streamed.",
    drop("output_config"),
    when=whole_asked,
)
anthropic_json_in_fence = message(
    "anthropic.json-schema", "The JSON of an answer stands in a Markdown fence.", change(TEXT, fence), when=_has_format
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
    "A request for low effort is answered with 500.",
    refuse(500),
    when=both(served, asked(lambda call: config(call).get("effort") == "low")),
)
anthropic_output_config_unknown = message(
    "anthropic.effort",
    "A request with an effort is answered with 500.",
    fail,
    when=asked(lambda call: "effort" in config(call)),
)
anthropic_address_without_data = message(
    "anthropic.vision.url",
    "An image by URL is refused with a bare string, which does not say what is refused.",
    reject("Field required", 422),
    when=by_address,
)
anthropic_address_dropped = request(
    "anthropic.vision.url.counted",
    "An image by URL does not reach the model.",
    without_blocks(lambda block: block.get("source", {}).get("type") == "url"),
)
