"""Ways to lose or to damage parts of what was sent to chat completions, and of what is said in streams."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Members, change, drop, each, in_chunks, put
from reference_server.faults.words.openai import CHAT, reword_all, streams
from reference_server.faults.words.situations import whole
from reference_server.faults.words.texts import (
    entities,
    first_text,
    no_text_after_image,
    question_marks,
    understand,
)

chat = rows(CHAT)
request = rows(CHAT, request_fault)

_JSON = "chat.json-object.parses chat.json-schema.valid chat.json-object.stream chat.json-schema.stream"
_CONTENT = "messages[].content"


def _of_role(*roles: str, edit: Members) -> Members:
    """Edit the messages of these roles."""
    return each("messages[]", lambda turn: edit.apply(turn) if turn.get("role") in roles else None)


def _windows_lines(text: str) -> str:
    return text.replace("\n", "\r\n")


def _no_backslashes(text: str) -> str:
    return text.replace("\\", "")


answers_escaped_for_html = chat(
    f"chat.prompt.code chat.prompt.code.stream {_JSON}", "Text comes as it would stand in HTML.", reword_all(entities)
)
answers_with_lines_of_windows = chat(
    "chat.prompt.code", "Line breaks of a whole text are those of Windows.", reword_all(_windows_lines), when=whole
)
answers_lose_backslashes = chat(
    "chat.prompt.code", "Backslashes of a whole text are lost.", reword_all(_no_backslashes), when=whole
)
messages_escaped_for_html = request(
    "chat.prompt.code chat.prompt.code.stream",
    "Messages reach the model as they would stand in HTML.",
    understand(entities, "messages"),
)
system_message_in_question_marks = request(
    "chat.messages.system.unicode",
    "Letters of a system message outside ASCII reach the model as question marks.",
    _of_role("system", edit=change("content", question_marks, str)),
)
developer_message_emptied = request(
    "chat.messages.developer",
    "A developer message reaches the model without its text.",
    _of_role("developer", edit=put("content", "")),
)
system_message_emptied = request(
    "chat.messages.system",
    "A system message reaches the model without its text.",
    _of_role("system", edit=change("content", lambda _: "", str)),
    when=lambda call: len(call.body["messages"]) == 2,
)
system_parts_cut = request(
    "chat.messages.system.parts",
    "Of a system message in parts only the first one reaches the model.",
    _of_role("system", edit=change("content", first_text, list)),
)
second_text_part_unread = request(
    "chat.messages.text-parts",
    "Of several text parts only the first one reaches the model.",
    _of_role("user", edit=change("content", lambda parts: first_text(parts) if len(parts) == 2 else parts, list)),
)
text_after_image_unread = request(
    "chat.vision.text-after",
    "A text after an image does not reach the model.",
    change(_CONTENT, no_text_after_image, list),
)
image_of_earlier_turn_unseen = request(
    "chat.vision.turns",
    "An image reaches the model only if it stands in the last turn.",
    change("messages[0].content", lambda parts: [part for part in parts if part["type"] != "image_url"], list),
    when=lambda call: len(call.body["messages"]) > 1,
)
descriptions_of_functions_unread = request(
    "tools.definition.counted",
    "The descriptions of functions do not reach the model.",
    drop("tools[].function.description"),
)
descriptions_of_parameters_unread = request(
    "tools.definition.counted",
    "The descriptions of parameters do not reach the model.",
    drop("tools[].function.parameters.properties.city.description"),
)
second_function_unread = request(
    "tools.definition.counted",
    "Only the first function reaches the model.",
    change("tools", lambda tools: tools[:1], list),
    when=lambda call: "description" in str(call.body.get("tools")) and "tide" in str(call.body.get("tools")),
)
functions_in_question_marks = request(
    "tools.strict",
    "Letters outside ASCII in functions reach the model as question marks.",
    understand(question_marks, "tools"),
)
arguments_of_earlier_call_unread = request(
    "tools.call.counted",
    "The arguments of an earlier call do not reach the model.",
    put("messages[].tool_calls[].function.arguments", "{}"),
)
text_beside_earlier_call_unread = request(
    "tools.call.counted",
    "The text beside an earlier call does not reach the model.",
    each("messages[]", lambda turn: turn.update(content=None) if turn.get("tool_calls") else None),
)
result_cut_at_4096 = request(
    "tools.result.counted",
    "The result of a call is cut at 4,096 characters.",
    _of_role("tool", edit=change("content", lambda text: text[:4096], str)),
)
result_cut_at_200 = request(
    "tools.result.counted",
    "The result of a call is cut at 200 characters.",
    _of_role("tool", edit=change("content", lambda text: text[:200], str)),
)
second_part_of_result_unread = request(
    "tools.result.parts",
    "Of a result in parts only the first one reaches the model.",
    _of_role("tool", edit=change("content", first_text, list)),
)
content_beside_calls_is_the_word_null = chat(
    "tools.call.content",
    "The content beside tool calls is the text `null`.",
    each("choices[].message", lambda message: message.get("tool_calls") and message.update(content="null")),
)
answer_costs_one_token = chat(
    "chat.usage.numbers chat.n.usage chat.stream.usage.equals-whole",
    "Every whole answer costs one completion token.",
    each("usage", lambda usage: usage.update(completion_tokens=1, total_tokens=usage["prompt_tokens"] + 1)),
    when=whole,
)
stream_costs_one_token = chat(
    "chat.stream.usage.numbers chat.stream.usage.equals-whole",
    "Every stream costs one completion token.",
    in_chunks(
        each(
            "usage",
            lambda usage: usage and usage.update(completion_tokens=1, total_tokens=usage["prompt_tokens"] + 1),
        )
    ),
)
streams_without_max_completion_tokens = request(
    "chat.max-completion-tokens.stream",
    "`max_completion_tokens` is ignored where a stream is asked for.",
    drop("max_completion_tokens"),
    when=streams,
)
streams_without_tool_choice = request(
    "tools.stream.named", "`tool_choice` is ignored where a stream is asked for.", drop("tool_choice"), when=streams
)
streams_without_parallel_tool_calls = request(
    "tools.stream.parallel.off",
    "`parallel_tool_calls` is ignored where a stream is asked for.",
    drop("parallel_tool_calls"),
    when=streams,
)
streamed_arguments_in_question_marks = chat(
    "tools.stream.unicode",
    "Letters outside ASCII become question marks in the arguments of a streamed call.",
    in_chunks(change("choices[].delta.tool_calls[].function.arguments", question_marks, str)),
)


schema_in_question_marks = request(
    "chat.json-schema.valid chat.json-schema.stream",
    "Letters outside ASCII in a schema reach the model as question marks.",
    understand(question_marks, "response_format"),
)
