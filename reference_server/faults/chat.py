"""Ways to break a whole chat completion."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    each,
    header,
    in_objects,
    put,
    refuse,
    reshape,
    swap,
)
from reference_server.faults.words.openai import CHAT, FINISH, TEXT, keep_turns, plain, reword, roles
from reference_server.faults.words.prompts import CODEWORD, HELLO, HELLO_SHORT, REPEAT
from reference_server.faults.words.situations import Situation, asked, asks, both, sent, served, whole
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

chat = rows(CHAT)
request = rows(CHAT, request_fault)


def _served_role(role: str) -> Situation:
    """The request was served, and this role speaks in it."""
    return both(served, asked(lambda call: role in roles(call)))


def _as_text(choice: Chunk) -> None:
    choice["text"] = choice.pop("message").get("content")


def _number_as_text(choices: Any) -> None:
    if len(choices) == 1:
        choices[0]["index"] = "0"


completion_as_text = chat(
    "chat.media-type",
    "Whole answers are labelled as text.",
    header("content-type", "text/plain; charset=utf-8"),
    when=whole,
)
fingerprint_is_a_number = chat("chat.schema", "`system_fingerprint` is a number.", put("system_fingerprint", 44709))
completion_without_id = chat("chat.id", "A whole answer has no id.", drop("id"))
completion_ids_constant = chat("chat.id-unique", "Every whole answer has the same id.", put("id", "chatcmpl-1"))
object_is_text_completion = chat(
    "chat.object", "`object` is `text_completion`, as in the older completions.", put("object", "text_completion")
)
created_in_milliseconds = chat(
    "chat.created", "`created` is in milliseconds.", change("created", lambda seconds: seconds * 1000)
)
created_as_text = chat("chat.created", "`created` is an ISO 8601 string.", put("created", "2026-11-20T12:00:00Z"))
model_is_empty = chat("chat.model", "`model` is an empty string.", put("model", ""))
choices_is_null = chat("chat.choices", "`choices` is null.", put("choices", None))
choice_index_from_one = chat("chat.choice-index", "The choices are counted from 1.", add("choices[].index", 1))
role_is_model = chat("chat.role", "The role of the answer is `model`.", put("choices[].message.role", "model"))
content_as_parts = chat(
    "chat.content",
    "The content of the answer is an array of parts instead of a string.",
    change(TEXT, lambda text: [{"type": "text", "text": text}], str),
)
failure_as_empty_success = chat(
    "chat.content.not-empty", "Every whole answer has empty text and ends normally.", reword(lambda _: "")
)
finish_reason_of_another_protocol = chat(
    "chat.finish-reason chat.stop.finish-reason", "Whole answers end with `end_turn`.", swap(FINISH, "stop", "end_turn")
)
utf8_read_as_latin_1 = chat(
    "chat.unicode chat.json-schema.valid",
    "The text of a whole answer is UTF-8 that was decoded as Latin-1.",
    reword(lambda text: text.encode().decode("latin-1")),
)
answer_in_question_marks = chat(
    "chat.unicode chat.json-schema.valid",
    "Letters outside ASCII become question marks in an answer.",
    reword(lambda text: re.sub(r"[^\x00-\x7f]", "?", text)),
)
answer_without_emoji = chat(
    "chat.unicode",
    "Characters beyond the basic plane, such as emoji, are missing from an answer.",
    reword(lambda text: re.sub(r"[\U00010000-\U0010ffff]", "", text)),
)
answer_decomposed = chat(
    "chat.unicode chat.json-schema.valid",
    "Letters with accents come in two characters.",
    reword(lambda text: normalize("NFD", text)),
)


@request("chat.unicode.counted")
def words_outside_ascii_lost(call: Call) -> None:
    """Characters outside ASCII are dropped from prompts, except from those to be repeated."""
    last = call.body["messages"][-1]
    if str(last.get("content")).startswith(f"{HELLO_SHORT} "):
        last["content"] = last["content"].encode("ascii", "ignore").decode()


@request("chat.isolation")
def answers_mixed_up(call: Call) -> None:
    """A request for a repetition is answered with the text of the one before it."""
    last = call.body["messages"][-1]
    if str(last.get("content")).startswith(REPEAT) and "-" in last["content"]:
        earlier = call.memory.get("repetition", f"{REPEAT}birch-birch")
        call.memory["repetition"], last["content"] = last["content"], earlier


@chat("chat.isolation.chunks")
def chunk_strays(reply: Reply, call: Call) -> None:
    """A stream that repeats a text has a chunk that belongs to the answer before it."""
    if reply.chunks and re.fullmatch(rf"{REPEAT}(\w+)-\1", str(call.body["messages"][-1].get("content"))):
        reply.chunks[1]["id"] = "chatcmpl-of-somebody-else"


one_model_only = chat(
    "chat.routes-by-model",
    "A model from the list is refused as unknown.",
    refuse(404, "no such model", type=None, param="model"),
    when=both(served, asked(lambda call: sent(call).get("model") == "gpt-6-sol")),
)
completions_answer_get = fault(
    "*",
    "GET on the chat completions endpoint is answered with 200.",
    answer({"status": "ready"}),
    when=asked(lambda call: call.method == "GET" and call.path.endswith("/chat/completions")),
    breaks={"chat.method"},
)
charset_refused = chat(
    "chat.content-type-charset",
    "A Content-Type with a charset is refused.",
    refuse(415),
    when=has_header("content-type", "charset"),
)
sdk_headers_refused = chat(
    "chat.sdk-headers", "The headers of official clients are refused.", refuse(), when=has_header("x-stainless-lang")
)
system_dropped = request(
    "chat.messages.system chat.prompt.system-later",
    "A system message does not reach the model.",
    keep_turns(lambda turn: turn["role"] != "system"),
)
system_refused = chat("chat.messages.system", "The role `system` is refused.", refuse(), when=_served_role("system"))
developer_refused = chat(
    "chat.messages.developer", "A message with role `developer` is refused.", refuse(), when=_served_role("developer")
)
text_parts_dropped = request(
    "chat.messages.text-parts chat.messages.system.parts chat.vision.text-after tools.result.parts",
    "Content that is a list of parts reaches the model empty.",
    change("messages[].content", lambda parts: [one for one in parts if one.get("type") != "text"] or "", list),
)
assistant_dropped = request(
    "chat.messages.history",
    "What the assistant said before does not reach the model, unless it called a tool.",
    keep_turns(lambda turn: turn["role"] != "assistant" or turn.get("tool_calls")),
)

first_turns_dropped = request(
    "chat.messages.history",
    "Only the last ten messages reach the model.",
    change("messages", lambda turns: turns[-10:], list),
)


@request("chat.messages.history chat.vision.turns")
def history_dropped(call: Call) -> None:
    """Only the system message and the last message of a conversation without tools reach the model."""
    *earlier, last = call.body["messages"]
    if "tool" not in roles(call):
        call.body["messages"] = [one for one in earlier if one["role"] in ("system", "developer")] + [last]


usage_counts_as_text = chat(
    "chat.usage", "The number of prompt tokens is a string.", change("usage.prompt_tokens", str)
)
documented_usage_missing = chat(
    "chat.usage chat.usage.present", "A whole answer lacks the documented usage.", drop("usage"), gateway="foxora"
)
usage_missing = chat("chat.usage.present", "A whole answer has no usage.", drop("usage"))
total_off_by_one = chat("chat.usage.total", "`total_tokens` is one more than the sum.", add("usage.total_tokens", 1))
completion_is_free = chat(
    "chat.usage.completion-counted chat.stream.usage.equals-whole",
    "An answer reports 0 completion tokens.",
    each("usage", lambda usage: usage.update(completion_tokens=0, total_tokens=usage["prompt_tokens"])),
    drop("usage.completion_tokens_details"),
)
prompt_counted_as_ten = chat(
    "chat.usage.grows chat.messages.history chat.messages.system chat.messages.developer chat.unicode.counted"
    " tools.result.parts tools.parallel.counted"
    " chat.prompt.system-later chat.stream.usage.equals-whole",
    "Every prompt is reported as 10 tokens.",
    each("usage", lambda usage: usage.update(prompt_tokens=10, total_tokens=10 + usage["completion_tokens"])),
)
more_cached_than_sent = chat(
    "chat.usage.details",
    "More prompt tokens are reported as cached than were sent.",
    each("usage", lambda usage: usage.update(prompt_tokens_details={"cached_tokens": usage["prompt_tokens"] + 7})),
)


@chat("chat.answers", model="gpt-4o-mini")
def plain_request_refused(reply: Reply, call: Call) -> Reply:
    """The plainest request for a whole answer is refused."""
    said = [{"role": "user", "content": HELLO}]
    client = call.headers.get("content-type") != "application/json" or "x-stainless-lang" in call.headers
    if client or not reply.ok or call.body != {"model": "gpt-4o-mini", "messages": said, "max_tokens": 64}:
        return reply
    refusal: Reply = refuse()(reply, call)
    refusal.headers["x-request-id"] = reply.headers["x-request-id"]
    return refusal


# Values of a wrong kind.
whole_answers_end_with_length = chat(
    "chat.finish-reason.natural chat.stream.equals-whole",
    "A whole answer that ended normally has the finish_reason `length`.",
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
    "The plainest answer has the finish_reason `tool_calls`, but no call.",
    put(FINISH, "tool_calls"),
    when=plain,
)
question_marks_in_text = chat(
    "chat.unicode chat.json-schema.valid",
    "Characters outside ASCII become question marks in whole answers.",
    reword(lambda text: re.sub(r"[^\x00-\x7f]", "\ufffd", text)),
)
thousands_of_tokens_for_a_greeting = chat(
    "chat.max-completion-tokens.cap chat.max-tokens.cap chat.stream.usage.equals-whole chat.usage.completion-counted",
    "The plainest answer reports many more tokens than it has bytes.",
    add("usage.completion_tokens", 10_000),
    add("usage.total_tokens", 10_000),
    when=plain,
)
developer_dropped = request(
    "chat.messages.developer", "Developer messages are dropped.", keep_turns(lambda one: one["role"] != "developer")
)
long_history_refused = chat(
    "chat.messages.history",
    "A conversation of three turns is refused.",
    refuse(),
    when=both(served, asks(CODEWORD), asked(lambda call: "assistant" in roles(call))),
)
completion_within_an_array = chat(
    "chat.media-type", "A whole answer is an array that holds the completion.", reshape(lambda body: [body])
)
text_beside_no_message = chat(
    "chat.choices", "A choice has `text`, as in the older completions, and no message.", each("choices[]", _as_text)
)
choice_index_as_text = chat(
    "chat.choice-index", "The index of the only choice is a string.", each("choices", _number_as_text)
)
another_listed_model_answers = chat(
    "chat.model.asked",
    "Another listed model answers than asked for.",
    in_objects(swap("model", "gpt-4o-mini", "gpt-4o")),
)
