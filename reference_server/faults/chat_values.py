"""Ways to break single members of a whole chat completion, and turns of a conversation."""

from __future__ import annotations

import re
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import add, change, each, put, refuse, swap
from reference_server.faults.words.openai import CHAT, FINISH, TEXT, keep_turns, plain, reword, roles
from reference_server.faults.words.prompts import CODEWORD
from reference_server.faults.words.situations import asked, asks, both, served
from reference_server.wire.reply import Chunk, Reply

chat = rows(CHAT)

whole_answers_end_with_length = chat(
    "chat.finish-reason.natural chat.stream.equals-whole",
    "A whole answer that ended normally is marked as cut off.",
    swap(FINISH, "stop", "length"),
)
completion_id_empty = chat("chat.id", "The id of a whole answer is empty.", put("id", ""))
created_is_true = chat("chat.created", "`created` is true.", put("created", True))
completion_time_with_fraction = chat("chat.created", "`created` has a fraction.", add("created", 0.25))
model_is_an_object = chat("chat.model", "`model` is an object.", change("model", lambda name: {"id": name}))
no_choices = chat("chat.choices", "`choices` of the plainest answer is empty.", put("choices", []), when=plain)
content_null_at_a_normal_end = chat(
    "chat.content", "The plainest answer has null content, although it ended normally.", put(TEXT, None), when=plain
)
tool_calls_without_a_call = chat(
    "chat.finish-reason",
    "The plainest answer ends with `tool_calls` but has none.",
    put(FINISH, "tool_calls"),
    when=plain,
)
question_marks_in_text = chat(
    "chat.unicode",
    "Characters outside ASCII are replaced in whole answers.",
    reword(lambda text: re.sub(r"[^\x00-\x7f]", "\ufffd", text)),
)
thousands_of_tokens_for_a_greeting = chat(
    "chat.max-completion-tokens.cap chat.max-tokens.cap chat.stream.usage.equals-whole chat.usage.completion-counted",
    "The plainest answer is counted as many more tokens than it has bytes.",
    add("usage.completion_tokens", 10_000),
    add("usage.total_tokens", 10_000),
    when=plain,
)
developer_dropped = request_fault(
    CHAT,
    "A developer message does not reach the model.",
    keep_turns(lambda one: one["role"] != "developer"),
    breaks={"chat.messages.developer"},
)
long_history_refused = chat(
    "chat.messages.history",
    "A conversation of three turns is refused.",
    refuse(),
    when=both(served, asks(CODEWORD), asked(lambda call: "assistant" in roles(call))),
)


@chat("chat.media-type")
def completion_within_an_array(reply: Reply) -> Reply:
    """A whole answer is an array that holds the completion."""
    return reply.edit(lambda body: [body])


def _as_text(choice: Chunk) -> None:
    choice["text"] = choice.pop("message").get("content")


text_beside_no_message = chat(
    "chat.choices", "A choice has a text, as in the older completions, and no message.", each("choices[]", _as_text)
)


def _number_as_text(choices: Any) -> None:
    if len(choices) == 1:
        choices[0]["index"] = "0"


choice_index_as_text = chat(
    "chat.choice-index", "The index of the only choice is a string.", each("choices", _number_as_text)
)
