"""Ways to break whole answers of the Anthropic protocol."""

from __future__ import annotations

import re
from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.anthropic import COUNT, MESSAGE, TEXT, plain, refuse, says, whole_asked
from reference_server.faults.words.edits import change, drop, in_objects, label, put, status, swap
from reference_server.faults.words.prompts import LIST
from reference_server.faults.words.situations import sent, served, whole
from reference_server.faults.words.typed import as_number, narrow
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

count = rows(COUNT)
message = rows(MESSAGE)
request = rows(MESSAGE, request_fault)

_REASON = "stop_reason"
_COUNTERS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def _is_list_without_marks(value: Any) -> bool:
    return isinstance(value, list) and "cache_control" not in str(value)


def _has_system_blocks(call: Call) -> bool:
    return isinstance(sent(call).get("system"), list)


def _has_short_system_text(call: Call) -> bool:
    return isinstance(call.body.get("system"), str) and len(call.body["system"]) < 200


def _has_answer_in_blocks(turns: list[Any]) -> bool:
    answers = [turn["content"] for turn in turns if turn["role"] == "assistant" and isinstance(turn["content"], list)]
    return bool(answers) and all(block["type"] == "text" for blocks in answers for block in blocks)


def _has_one_turn_in_blocks(reply: Reply, call: Call) -> bool:
    if not reply.ok or "system" in sent(call) or len(sent(call)["messages"]) > 1:
        return False
    blocks = sent(call)["messages"][0]["content"]
    return _is_list_without_marks(blocks) and all(block["type"] == "text" for block in blocks)


_NO_TEXT = {"type": "text", "text": None}


message_labelled_as_text = message(
    "anthropic.answers", "A whole message is labelled as text.", label("text/plain"), when=whole
)
service_tier_is_a_number = message(
    "anthropic.schema", "The service tier of a message is a number.", put("usage.service_tier", 1)
)
message_id_blank = message("anthropic.id", "The id of a message is empty.", put("id", ""))
message_id_constant = message("anthropic.id-unique", "Every message has the same id.", put("id", "msg_1"))
message_typed_as_completion = message(
    "anthropic.type", "The type of a message is `chat.completion`.", put("type", "chat.completion")
)
message_without_role = message("anthropic.type", "A message has no role.", drop("role"))
message_without_model = message("anthropic.model", "The model of a message is null.", put("model", None))
content_is_a_string = message(
    "anthropic.content",
    "The content of an answer is a string instead of a list of blocks.",
    change("content", lambda blocks: blocks[0]["text"]),
    when=plain,
)
text_block_without_type = message(
    "anthropic.content", "The text block of a plain answer has no type.", drop("content[0].type"), when=plain
)
content_empty = message("anthropic.text", "A plain question gets empty content.", put("content", []), when=plain)
stop_reason_of_chat = message(
    "anthropic.stop-reason",
    "An answer that ends by itself has the stop reason `stop`.",
    swap(_REASON, "end_turn", "stop"),
)
stop_reason_null = message(
    "anthropic.stop-reason", "An answer that ends by itself has the stop reason null.", swap(_REASON, "end_turn", None)
)
stop_reason_is_an_object = message(
    "anthropic.stop-reason", "The stop reason is an object.", swap(_REASON, "end_turn", {"type": "end_turn"})
)
stop_sequence_blank = message(
    "anthropic.stop-sequence.null", "`stop_sequence` is an empty string, not null.", swap("stop_sequence", None, "")
)
output_tokens_as_text = message("anthropic.usage", "`output_tokens` is a string.", change("usage.output_tokens", str))
usage_of_chat = message(
    "anthropic.usage",
    "The token counts have the names that they have in chat completions.",
    change("usage", lambda usage: {name: usage[own] for name, own in _COUNTERS.items()}),
)
output_tokens_zero = message(
    "anthropic.usage.counted", "Answers report 0 output tokens.", put("usage.output_tokens", 0)
)
input_tokens_zero = message(
    "anthropic.usage.counted", "A plain request reports 0 input tokens.", put("usage.input_tokens", 0), when=plain
)
cut_message_ends_well = message(
    "anthropic.max-tokens",
    "An answer that is cut off has the stop reason `end_turn`.",
    swap(_REASON, "max_tokens", "end_turn"),
)
message_limit_ignored = request(
    "anthropic.max-tokens.cap",
    "Whole answers ignore a low `max_tokens`.",
    swap("max_tokens", 16, 512),
    when=whole_asked,
)
system_text_dropped = request(
    "anthropic.system",
    "A short system prompt that is a string does not reach the model.",
    drop("system"),
    when=_has_short_system_text,
)
first_system_block_only = request(
    "anthropic.system.blocks",
    "Only the first block of a system prompt reaches the model.",
    change("system", lambda blocks: blocks[:1], list),
)
system_blocks_refused = message(
    "anthropic.system.blocks",
    "A system prompt in blocks is refused.",
    refuse(),
    when=lambda _, call: _is_list_without_marks(sent(call).get("system")),
)
system_blocks_dropped = request(
    "anthropic.system.blocks",
    "A system prompt in blocks does not reach the model.",
    drop("system"),
    when=_has_system_blocks,
)
earlier_turns_dropped = request(
    "anthropic.history anthropic.history.consecutive anthropic.vision.turns",
    "Only the last turn reaches the model, unless tools are used.",
    change("messages", lambda turns: turns[-1:]),
    when=lambda call: "tool" not in str(call.body["messages"]),
)
turns_before_a_third_dropped = request(
    "anthropic.history anthropic.vision.turns",
    "Of a conversation of three turns only the last one reaches the model, unless tools are used.",
    change("messages", lambda turns: turns[-1:], list),
    when=lambda call: len(call.body["messages"]) == 3 and "tool" not in str(call.body["messages"]),
)
first_turns_of_many_dropped = request(
    "anthropic.history",
    "Only the last eleven turns reach the model.",
    change("messages", lambda turns: turns[-11:], list),
)
content_blocks_refused = message(
    "anthropic.content-forms", "A single turn in text blocks is refused.", refuse(), when=_has_one_turn_in_blocks
)
answer_in_blocks_refused = message(
    "anthropic.content-forms",
    "An earlier answer in text blocks is refused.",
    refuse(),
    when=lambda reply, call: reply.ok and _has_answer_in_blocks(sent(call).get("messages", [])),
)
message_in_question_marks = message(
    "anthropic.unicode anthropic.json-schema",
    "Every letter outside ASCII becomes a question mark.",
    change(TEXT, lambda text: re.sub(r"[^\x00-\x7f]", "?", text)),
)
message_characters_replaced = message(
    "anthropic.unicode", "Characters outside the basic plane become replacement characters.", change(TEXT, narrow)
)
tools_not_counted = request_fault(
    COUNT, "The token count of a request leaves out its tools.", drop("tools"), breaks={"anthropic.count-tokens.grows"}
)
count_as_text = count("anthropic.count-tokens", "The token count is a string.", change("input_tokens", str))
letters_counted = count(
    "anthropic.count-tokens.agrees",
    "The token count is four times too high.",
    change("input_tokens", lambda count: count * 4),
)

# Values of a wrong kind.
message_id_is_a_number = message(
    "anthropic.id", "The id of a message is a number, another one each time.", change("id", as_number)
)
another_listed_model_speaks = message(
    "anthropic.model.asked",
    "Another listed model answers.",
    in_objects(
        swap("model", "claude-sonnet-4-5", "deepseek-chat") | swap("message.model", "claude-sonnet-4-5", "gpt-4o")
    ),
)
message_model_empty = message("anthropic.model", "The model of a message is empty.", put("model", ""))
message_model_is_an_object = message(
    "anthropic.model", "The model of a message is an object.", change("model", lambda name: {"name": name})
)
message_content_of_texts = message(
    "anthropic.content",
    "The content of the plainest message is a list of strings instead of blocks.",
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
    "anthropic.count-tokens", "The plainest prompt has a token count of 0.", put("input_tokens", 0), when=plain
)
count_created = count("anthropic.count-tokens", "A token count is answered with 201.", status(201), when=served)

# Differences from the OpenAI dialect.
prompt_replaced = request(
    "protocols.anthropic.same-text",
    "A prompt that asks for a repetition is replaced on its way to the model.",
    put("messages", [{"role": "user", "content": "Say exactly: I cannot do that."}]),
    when=lambda call: LIST in str(call.body["messages"]),
)
tool_question_replaced = request(
    "protocols.anthropic.same-call",
    "A question about one city reaches the model as a question about another, when a tool is named.",
    put("messages", [{"role": "user", "content": "What is the time in Tunis?"}]),
    when=lambda call: (call.body.get("tool_choice") or {}).get("type") == "tool",
)
letters_charged = fault(
    MESSAGE,
    "A repeated text is counted as ten times as many tokens.",
    change("usage.output_tokens", lambda count: count * 10),
    when=says(LIST),
    breaks={"protocols.anthropic.usage"},
)
