"""Ways to break single members of a whole answer of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.words.anthropic import COUNT, MESSAGE, plain
from reference_server.faults.words.edits import change, put, status
from reference_server.faults.words.situations import served
from reference_server.faults.words.typed import as_number

_CONTENT, _MODEL = {"anthropic.content"}, {"anthropic.model"}
_NO_TEXT = {"type": "text", "text": None}

message_id_is_a_number = fault(
    MESSAGE, "The id of a message is a number, another one each time.", change("id", as_number), breaks={"anthropic.id"}
)
message_model_empty = fault(MESSAGE, "The model of a message is empty.", put("model", ""), breaks=_MODEL)
message_model_is_an_object = fault(
    MESSAGE, "The model of a message is an object.", change("model", lambda name: {"name": name}), breaks=_MODEL
)
message_content_of_texts = fault(
    MESSAGE,
    "The content of the plainest message is a list of texts, not of blocks.",
    change("content", lambda blocks: [blocks[0]["text"]]),
    when=plain,
    breaks=_CONTENT,
)
message_text_null = fault(
    MESSAGE,
    "The plainest message ends with a block whose text is null.",
    change("content", lambda blocks: [*blocks, dict(_NO_TEXT)]),
    when=plain,
    breaks=_CONTENT,
)
message_usage_negative = fault(
    MESSAGE,
    "The plainest message has a negative count of output tokens.",
    put("usage.output_tokens", -1),
    when=plain,
    breaks={"anthropic.usage"},
)
short_prompt_counts_nothing = fault(
    COUNT, "The plainest prompt counts no token.", put("input_tokens", 0), when=plain, breaks={"anthropic.count-tokens"}
)
count_created = fault(
    COUNT, "A count is answered with a 201.", status(201), when=served, breaks={"anthropic.count-tokens"}
)
