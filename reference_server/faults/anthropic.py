"""Ways to break whole answers of the Anthropic protocol."""

from __future__ import annotations

import re
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.anthropic import COUNT, MESSAGE, TEXT, plain, refuse, whole_asked
from reference_server.faults.words.edits import change, drop, header, put, swap
from reference_server.faults.words.situations import sent, whole
from reference_server.faults.words.typed import narrow
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_REASON = "stop_reason"
_COUNTERS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def _is_list_without_marks(value: Any) -> bool:
    return isinstance(value, list) and "cache_control" not in str(value)


def _has_system_blocks(call: Call) -> bool:
    return isinstance(sent(call).get("system"), list)


def _has_short_system_text(call: Call) -> bool:
    return isinstance(call.body.get("system"), str) and len(call.body["system"]) < 200


def _has_one_turn_in_blocks(reply: Reply, call: Call) -> bool:
    if not reply.ok or "system" in sent(call) or len(sent(call)["messages"]) > 1:
        return False
    blocks = sent(call)["messages"][0]["content"]
    return _is_list_without_marks(blocks) and all(block["type"] == "text" for block in blocks)


message_labelled_as_text = fault(
    MESSAGE,
    "A whole message is labelled as text.",
    header("content-type", "text/plain"),
    when=whole,
    breaks={"anthropic.answers"},
)
service_tier_is_a_number = fault(
    MESSAGE, "The service tier of a message is a number.", put("usage.service_tier", 1), breaks={"anthropic.schema"}
)
message_id_blank = fault(MESSAGE, "The id of a message is empty.", put("id", ""), breaks={"anthropic.id"})
message_id_constant = fault(
    MESSAGE, "Every message has the same id.", put("id", "msg_1"), breaks={"anthropic.id-unique"}
)
message_typed_as_completion = fault(
    MESSAGE, "The type of a message is `chat.completion`.", put("type", "chat.completion"), breaks={"anthropic.type"}
)
message_without_role = fault(MESSAGE, "A message has no role.", drop("role"), breaks={"anthropic.type"})
message_without_model = fault(
    MESSAGE, "The model of a message is null.", put("model", None), breaks={"anthropic.model"}
)
content_is_a_string = fault(
    MESSAGE,
    "The content of a plain answer is its text.",
    change("content", lambda blocks: blocks[0]["text"]),
    when=plain,
    breaks={"anthropic.content"},
)
text_block_without_type = fault(
    MESSAGE,
    "The block of a plain answer has a text and no type.",
    drop("content[0].type"),
    when=plain,
    breaks={"anthropic.content"},
)
content_empty = fault(
    MESSAGE, "A plain question is answered with nothing.", put("content", []), when=plain, breaks={"anthropic.text"}
)
stop_reason_of_chat = fault(
    MESSAGE, "A natural end is `stop`.", swap(_REASON, "end_turn", "stop"), breaks={"anthropic.stop-reason"}
)
stop_reason_null = fault(
    MESSAGE, "A natural end has no reason.", swap(_REASON, "end_turn", None), breaks={"anthropic.stop-reason"}
)
stop_reason_is_an_object = fault(
    MESSAGE,
    "The reason of a natural end is an object.",
    swap(_REASON, "end_turn", {"type": "end_turn"}),
    breaks={"anthropic.stop-reason"},
)
stop_sequence_blank = fault(
    MESSAGE,
    "Without a stop sequence `stop_sequence` is an empty string.",
    swap("stop_sequence", None, ""),
    breaks={"anthropic.stop-sequence.null"},
)
output_tokens_as_text = fault(
    MESSAGE, "`output_tokens` is a string.", change("usage.output_tokens", str), breaks={"anthropic.usage"}
)
usage_of_chat = fault(
    MESSAGE,
    "The counters have the names of chat completions.",
    change("usage", lambda usage: {name: usage[own] for name, own in _COUNTERS.items()}),
    breaks={"anthropic.usage"},
)
output_tokens_zero = fault(
    MESSAGE, "No answer costs output tokens.", put("usage.output_tokens", 0), breaks={"anthropic.usage.counted"}
)
input_tokens_zero = fault(
    MESSAGE,
    "A plain request costs no input token.",
    put("usage.input_tokens", 0),
    when=plain,
    breaks={"anthropic.usage.counted"},
)
cut_message_ends_well = fault(
    MESSAGE,
    "An answer that the limit cuts pretends to have ended by itself.",
    swap(_REASON, "max_tokens", "end_turn"),
    breaks={"anthropic.max-tokens"},
)
message_limit_ignored = request_fault(
    MESSAGE,
    "A low limit of a whole answer is raised.",
    swap("max_tokens", 16, 512),
    when=whole_asked,
    breaks={"anthropic.max-tokens.cap"},
)
system_text_dropped = request_fault(
    MESSAGE,
    "A short system prompt that is a string does not reach the model.",
    drop("system"),
    when=_has_short_system_text,
    breaks={"anthropic.system"},
)
first_system_block_only = request_fault(
    MESSAGE,
    "Of a system prompt in blocks the first one reaches the model.",
    change("system", lambda blocks: blocks[:1], list),
    breaks={"anthropic.system.blocks"},
)
system_blocks_refused = fault(
    MESSAGE,
    "A system prompt in blocks is refused.",
    refuse(),
    when=lambda _, call: _is_list_without_marks(sent(call).get("system")),
    breaks={"anthropic.system.blocks"},
)
system_blocks_dropped = request_fault(
    MESSAGE,
    "A system prompt in blocks does not reach the model.",
    drop("system"),
    when=_has_system_blocks,
    breaks={"anthropic.system.blocks"},
)
earlier_turns_dropped = request_fault(
    MESSAGE,
    "Only the last turn reaches the model, unless tools are used.",
    change("messages", lambda turns: turns[-1:]),
    when=lambda call: "tool" not in str(call.body["messages"]),
    breaks={"anthropic.history"},
)
content_blocks_refused = fault(
    MESSAGE,
    "A single turn in text blocks is refused.",
    refuse(),
    when=_has_one_turn_in_blocks,
    breaks={"anthropic.content-forms"},
)
message_in_question_marks = fault(
    MESSAGE,
    "Every letter outside ASCII becomes a question mark.",
    change(TEXT, lambda text: re.sub(r"[^\x00-\x7f]", "?", text)),
    breaks={"anthropic.unicode"},
)
message_characters_replaced = fault(
    MESSAGE,
    "Characters outside the basic plane become replacement characters.",
    change(TEXT, narrow),
    breaks={"anthropic.unicode"},
)

tools_not_counted = request_fault(
    COUNT, "Tools count no tokens.", drop("tools"), breaks={"anthropic.count-tokens.grows"}
)
count_as_text = fault(COUNT, "The count is a string.", change("input_tokens", str), breaks={"anthropic.count-tokens"})
letters_counted = fault(
    COUNT,
    "The count is about that of the letters.",
    change("input_tokens", lambda count: count * 4),
    breaks={"anthropic.count-tokens.agrees"},
)
