"""Ways to lose or to damage parts of what was sent in the Anthropic protocol, and of what is said in streams."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import DELTA, MESSAGE, TEXT, whole_asked
from reference_server.faults.words.edits import change, drop, each, put
from reference_server.faults.words.situations import sent, whole
from reference_server.faults.words.texts import (
    entities,
    first_text,
    last_text,
    no_text_after_image,
    one_image,
    one_line,
    question_marks,
    understand,
    within,
)
from reference_server.faults.words.typed import in_events
from reference_server.wire.call import Call

message = rows(MESSAGE)
request = rows(MESSAGE, request_fault)

_CONTENT, _BLOCKS = "messages[].content", "messages[].content[]"


def _streams(call: Call) -> bool:
    return not whole_asked(call)


message_escaped_for_html = message(
    "anthropic.verbatim anthropic.json-schema",
    "Text of a whole answer comes as it would stand in HTML.",
    change(TEXT, entities, str),
    when=whole,
)
message_on_one_line = message(
    "anthropic.verbatim", "Line breaks of a whole answer become spaces.", change(TEXT, one_line, str)
)
streamed_message_escaped_for_html = message(
    "anthropic.stream.verbatim anthropic.json-schema.stream",
    "Text of a stream comes as it would stand in HTML.",
    in_events(change("delta.text", entities, str), DELTA),
)
streamed_message_on_one_line = message(
    "anthropic.stream.verbatim",
    "Line breaks of a stream become spaces.",
    in_events(change("delta.text", one_line, str), DELTA),
)
turns_escaped_for_html = request(
    "anthropic.verbatim anthropic.stream.verbatim",
    "Turns reach the model as they would stand in HTML.",
    understand(entities, "messages"),
)
system_prompt_in_question_marks = request(
    "anthropic.system.unicode",
    "Letters of a system prompt outside ASCII reach the model as question marks.",
    understand(question_marks, "system"),
)
last_system_block_unread = request(
    "anthropic.system.blocks",
    "Of the blocks of a system prompt only the last one reaches the model.",
    change("system", last_text, list),
)
streams_without_system_prompt = request(
    "anthropic.stream.system", "The system prompt does not reach the model of a stream.", drop("system"), when=_streams
)
first_of_two_turns_unread = request(
    "anthropic.history.consecutive",
    "Of two turns of the user, one after the other, only the last reaches the model.",
    change("messages", lambda turns: turns[1:], list),
    when=lambda call: len(call.body["messages"]) == 2,
)
second_block_of_turn_unread = request(
    "anthropic.content-forms",
    "Of several text blocks of a turn only the first one reaches the model.",
    change(
        _CONTENT, lambda blocks: first_text(blocks) if all(one["type"] == "text" for one in blocks) else blocks, list
    ),
)
turns_cut_at_5000 = request(
    "anthropic.long-text",
    "The text of a turn is cut at 5,000 characters.",
    change(_CONTENT, lambda text: text[:5000], str),
)
text_after_picture_unread = request(
    "anthropic.vision.text-after",
    "A text after an image does not reach the model.",
    change(_CONTENT, no_text_after_image, list),
)
picture_of_earlier_turn_unseen = request(
    "anthropic.vision.turns",
    "An image reaches the model only if it stands in the last turn.",
    change("messages[0].content", lambda blocks: [one for one in blocks if one["type"] != "image"], list),
    when=lambda call: len(call.body["messages"]) > 1,
)
one_picture_of_a_turn = request(
    "anthropic.vision.turns",
    "Of each turn only the first image reaches the model.",
    change(_CONTENT, one_image, list),
)
descriptions_of_tools_unread = request(
    "anthropic.tools.definition.counted",
    "The descriptions of tools do not reach the model.",
    drop("tools[].description"),
)
descriptions_of_inputs_unread = request(
    "anthropic.tools.definition.counted",
    "The descriptions of parameters do not reach the model.",
    drop("tools[].input_schema.properties.city.description"),
)
input_of_earlier_call_unread = request(
    "anthropic.tools.call.counted",
    "The input of an earlier call does not reach the model.",
    each(_BLOCKS, lambda block: block.update(input={}) if block.get("type") == "tool_use" else None),
)
text_before_earlier_call_unread = request(
    "anthropic.tools.call.counted",
    "The text before an earlier call does not reach the model.",
    change("messages[1].content", lambda blocks: [one for one in blocks if one["type"] == "tool_use"] or blocks, list),
)
tool_result_cut_at_4096 = request(
    "anthropic.tools.result.counted",
    "The result of a call is cut at 4,096 characters.",
    each(_BLOCKS, change("content", lambda text: text[:4096], str).apply),
)
second_block_of_result_unread = request(
    "anthropic.tools.result.blocks",
    "Of a result in blocks only the first one reaches the model.",
    each(_BLOCKS, change("content", first_text, list).apply),
)
text_after_result_unread = request(
    "anthropic.tools.result.blocks",
    "The text after a result does not reach the model.",
    change(
        "messages[-1].content", lambda blocks: [one for one in blocks if one["type"] == "tool_result"] or blocks, list
    ),
)
input_in_question_marks = message(
    "anthropic.tools.unicode",
    "Letters outside ASCII become question marks in the input of a call.",
    change("content[].input", lambda value: within(value, question_marks), dict),
    when=whole,
)
streamed_input_in_question_marks = message(
    "anthropic.tools.unicode",
    "Letters outside ASCII become question marks in the input of a streamed call.",
    in_events(change("delta.partial_json", question_marks, str), DELTA),
)
message_costs_one_token = message(
    "anthropic.usage.numbers",
    "Every whole answer costs one output token.",
    put("usage.output_tokens", 1),
    when=whole,
)
streams_without_max_tokens = request(
    "anthropic.stream.max-tokens.cap",
    "`max_tokens` is ignored where a stream is asked for.",
    put("max_tokens", 512),
    when=lambda call: _streams(call) and sent(call)["max_tokens"] == 16,
)
streams_without_choice_of_tool = request(
    "anthropic.tools.stream.named",
    "`tool_choice` is ignored where a stream is asked for.",
    drop("tool_choice"),
    when=_streams,
)
streams_without_tools = request(
    "anthropic.tools.stream.named",
    "Tools are ignored where a stream is asked for, and the choice among them is not.",
    drop("tools"),
    when=lambda call: _streams(call) and "name" in (sent(call).get("tool_choice") or {}),
)
