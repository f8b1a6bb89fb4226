"""Ways to lose or to damage parts of what was sent for a response, and of what is said in streams."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, each, in_chunks, put
from reference_server.faults.words.responses import RESPONSE, calls, reword
from reference_server.faults.words.situations import sent, whole
from reference_server.faults.words.texts import (
    entities,
    first_text,
    last_text,
    no_text_after_image,
    one_line,
    question_marks,
    understand,
)
from reference_server.wire.call import Call

response = rows(RESPONSE)
request = rows(RESPONSE, request_fault)

_CONTENT = "input[].content"


def _streams(call: Call) -> bool:
    return bool(sent(call).get("stream"))


response_escaped_for_html = response(
    "responses.verbatim responses.json-schema.valid",
    "Text of a whole response comes as it would stand in HTML.",
    reword(entities),
    when=whole,
)
response_on_one_line = response(
    "responses.verbatim", "Line breaks of a whole response become spaces.", reword(one_line), when=whole
)
input_escaped_for_html = request(
    "responses.verbatim", "The input reaches the model as it would stand in HTML.", understand(entities, "input")
)
instructions_in_question_marks = request(
    "responses.instructions.unicode",
    "Letters of the instructions outside ASCII reach the model as question marks.",
    understand(question_marks, "instructions"),
)
streams_without_instructions = request(
    "responses.stream.instructions",
    "`instructions` do not reach the model of a stream.",
    drop("instructions"),
    when=_streams,
)
second_part_of_input_unread = request(
    "responses.input.counted",
    "Of the texts of a message only the first one reaches the model.",
    change(_CONTENT, lambda parts: first_text(parts) if len(parts) == 2 else parts, list),
    when=lambda call: "input_image" not in str(call.body),
)
first_part_of_input_unread = request(
    "responses.input.counted",
    "Of the texts of a message only the last one reaches the model.",
    change(_CONTENT, last_text, list),
    when=lambda call: "input_image" not in str(call.body),
)
system_message_of_input_unread = request(
    "responses.input.counted",
    "A system message among the input does not reach the model.",
    change("input", lambda items: [item for item in items if item.get("role") != "system"], list),
)
input_cut_at_5000 = request(
    "responses.input.long-text", "The input is cut at 5,000 characters.", change("input", lambda text: text[:5000], str)
)
text_after_input_image_unread = request(
    "responses.input.text-after-image",
    "A text after an image does not reach the model.",
    change(_CONTENT, no_text_after_image, list),
)
function_output_cut_at_4096 = request(
    "responses.tools.result.counted",
    "The result of a call is cut at 4,096 characters.",
    change("input[].output", lambda text: text[:4096], str),
)
arguments_of_earlier_item_unread = request(
    "responses.tools.call.counted",
    "The arguments of an earlier call do not reach the model.",
    each("input[]", lambda item: item.update(arguments="{}") if item.get("type") == "function_call" else None),
)
function_tools_without_description = request(
    "responses.tools.definition.counted",
    "The descriptions of functions do not reach the model.",
    drop("tools[].description"),
)
response_arguments_in_question_marks = response(
    "responses.tools.unicode",
    "Letters outside ASCII become question marks in the arguments of a call.",
    calls(change("arguments", question_marks, str)),
    when=whole,
)
parallel_calls_in_spite = request(
    "responses.tools.parallel.off", "`parallel_tool_calls` is ignored.", drop("parallel_tool_calls")
)
streams_without_choice = request(
    "responses.tools.stream.named",
    "`tool_choice` is ignored where a stream is asked for.",
    drop("tool_choice"),
    when=_streams,
)
streams_without_limit = request(
    "responses.stream.max-output-tokens.cap",
    "`max_output_tokens` is ignored where a stream is asked for.",
    put("max_output_tokens", 512),
    when=_streams,
)
response_costs_one_token = response(
    "responses.usage.numbers",
    "Every whole response costs one output token.",
    each("usage", lambda usage: usage.update(output_tokens=1, total_tokens=usage["input_tokens"] + 1)),
    when=whole,
)
streamed_response_costs_one_token = response(
    "responses.stream.usage.numbers",
    "Every streamed response costs one output token.",
    in_chunks(
        each(
            "response.usage",
            lambda usage: usage and usage.update(output_tokens=1, total_tokens=usage["input_tokens"] + 1),
        )
    ),
)
total_of_stream_is_no_sum = response(
    "responses.stream.usage.numbers",
    "The total of a streamed response is greater than its parts.",
    in_chunks(each("response.usage", lambda usage: usage and usage.update(total_tokens=usage["total_tokens"] + 3))),
)
items_never_finished = response(
    "responses.status",
    "The items of a completed response are still in progress.",
    put("output[].status", "in_progress"),
)
