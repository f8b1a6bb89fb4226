"""Ways to break single members of a whole answer of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.anthropic import COUNT, MESSAGE, plain
from reference_server.faults.words.edits import change, put, status
from reference_server.faults.words.situations import served
from reference_server.faults.words.typed import as_number

count = rows(COUNT)

message = rows(MESSAGE)

_NO_TEXT = {"type": "text", "text": None}

message_id_is_a_number = message(
    "anthropic.id", "The id of a message is a number, another one each time.", change("id", as_number)
)
message_model_empty = message("anthropic.model", "The model of a message is empty.", put("model", ""))
message_model_is_an_object = message(
    "anthropic.model", "The model of a message is an object.", change("model", lambda name: {"name": name})
)
message_content_of_texts = message(
    "anthropic.content",
    "The content of the plainest message is a list of texts, not of blocks.",
    change("content", lambda blocks: [blocks[0]["text"]]),
    when=plain,
)
message_text_null = message(
    "anthropic.content",
    "The plainest message ends with a block whose text is null.",
    change("content", lambda blocks: [*blocks, dict(_NO_TEXT)]),
    when=plain,
)
message_usage_negative = message(
    "anthropic.usage", "The plainest answer costs -1 output tokens.", put("usage.output_tokens", -1), when=plain
)
short_prompt_counts_nothing = count(
    "anthropic.count-tokens", "The plainest prompt counts no token.", put("input_tokens", 0), when=plain
)
count_created = count("anthropic.count-tokens", "A token count is answered with 201.", status(201), when=served)
