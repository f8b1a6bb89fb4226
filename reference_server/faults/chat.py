"""Ways to break a whole chat completion."""

from __future__ import annotations

import re
from unicodedata import normalize

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import add, answer, change, drop, each, header, in_objects, put, refuse, swap
from reference_server.faults.words.openai import CHAT, FINISH, TEXT, keep_turns, reword, roles
from reference_server.faults.words.prompts import HELLO, HELLO_SHORT, REPEAT
from reference_server.faults.words.situations import Situation, asked, both, sent, served, whole
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply


def _as_part(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


def _served_role(role: str) -> Situation:
    """The request was served, and this role speaks in it."""
    return both(served, asked(lambda call: role in roles(call)))


completion_as_text = fault(
    CHAT,
    "A whole answer is labelled text/plain.",
    header("content-type", "text/plain; charset=utf-8"),
    when=whole,
    breaks={"chat.media-type"},
)
fingerprint_is_a_number = fault(
    CHAT, "`system_fingerprint` is a number.", put("system_fingerprint", 44709), breaks={"chat.schema"}
)
completion_without_id = fault(CHAT, "A whole answer has no id.", drop("id"), breaks={"chat.id"})
completion_ids_constant = fault(
    CHAT, "Every whole answer has the same id.", put("id", "chatcmpl-1"), breaks={"chat.id-unique"}
)
object_is_text_completion = fault(
    CHAT, "`object` is the one of the older completions.", put("object", "text_completion"), breaks={"chat.object"}
)
created_in_milliseconds = fault(
    CHAT, "`created` is in milliseconds.", change("created", lambda seconds: seconds * 1000), breaks={"chat.created"}
)
created_as_text = fault(
    CHAT, "`created` is an ISO 8601 string.", put("created", "2026-11-20T12:00:00Z"), breaks={"chat.created"}
)
model_is_empty = fault(CHAT, "`model` is an empty string.", put("model", ""), breaks={"chat.model"})
choices_is_null = fault(CHAT, "`choices` is null.", put("choices", None), breaks={"chat.choices"})
choice_index_from_one = fault(
    CHAT, "The choices are counted from 1.", add("choices[].index", 1), breaks={"chat.choice-index"}
)
role_is_model = fault(
    CHAT, "The role of the answer is `model`.", put("choices[].message.role", "model"), breaks={"chat.role"}
)
content_as_parts = fault(CHAT, "Text is an array of parts.", change(TEXT, _as_part, str), breaks={"chat.content"})
failure_as_empty_success = fault(
    CHAT, "Every whole answer is an empty text.", reword(lambda _: ""), breaks={"chat.content.not-empty"}
)
finish_reason_of_another_protocol = fault(
    CHAT,
    "A whole answer ends with `end_turn`.",
    swap(FINISH, "stop", "end_turn"),
    breaks={"chat.finish-reason", "chat.stop.finish-reason"},
)
utf8_read_as_latin_1 = fault(
    CHAT,
    "The text of a whole answer is UTF-8 that was decoded as Latin-1.",
    reword(lambda text: text.encode().decode("latin-1")),
    breaks={"chat.unicode"},
)
answer_in_question_marks = fault(
    CHAT,
    "Letters outside ASCII are question marks.",
    reword(lambda text: re.sub(r"[^\x00-\x7f]", "?", text)),
    breaks={"chat.unicode"},
)
answer_without_emoji = fault(
    CHAT, "Emoji are lost.", reword(lambda text: re.sub(r"[\U00010000-\U0010ffff]", "", text)), breaks={"chat.unicode"}
)
answer_decomposed = fault(
    CHAT, "Letters with marks are taken apart.", reword(lambda text: normalize("NFD", text)), breaks={"chat.unicode"}
)


@request_fault(CHAT, breaks={"chat.unicode.counted"})
def words_outside_ascii_lost(call: Call) -> None:
    """What is not ASCII is dropped from prompts that ask for no repetition."""
    last = call.body["messages"][-1]
    if str(last.get("content")).startswith(f"{HELLO_SHORT} "):
        last["content"] = last["content"].encode("ascii", "ignore").decode()


@request_fault(CHAT, breaks={"chat.isolation"})
def answers_mixed_up(call: Call) -> None:
    """A request that asks for a repetition is answered by the text of the one before it."""
    last = call.body["messages"][-1]
    if str(last.get("content")).startswith(REPEAT) and "-" in last["content"]:
        earlier = call.memory.get("repetition", f"{REPEAT}birch-birch")
        call.memory["repetition"], last["content"] = last["content"], earlier


@fault(CHAT, breaks={"chat.isolation.chunks"})
def chunk_strays(reply: Reply, call: Call) -> None:
    """One chunk of a repetition belongs to the answer before it."""
    if reply.chunks and re.fullmatch(rf"{REPEAT}(\w+)-\1", str(call.body["messages"][-1].get("content"))):
        reply.chunks[1]["id"] = "chatcmpl-of-somebody-else"


one_model_only = fault(
    CHAT,
    "A listed model is refused as unknown.",
    refuse(404, "no such model", type=None, param="model"),
    when=both(served, asked(lambda call: sent(call).get("model") in {"gpt-4o", "gpt-4o-mini-2024-07-18"})),
    breaks={"chat.routes-by-model"},
)
completions_answer_get = fault(
    "*",
    "GET on the completions endpoint is a success.",
    answer({"status": "ready"}),
    when=asked(lambda call: call.method == "GET" and call.path.endswith("/chat/completions")),
    breaks={"chat.method"},
)
charset_refused = fault(
    CHAT,
    "A Content-Type with a charset is unsupported.",
    refuse(415),
    when=has_header("content-type", "charset"),
    breaks={"chat.content-type-charset"},
)
sdk_headers_refused = fault(
    CHAT, "Headers of SDKs are refused.", refuse(), when=has_header("x-stainless-lang"), breaks={"chat.sdk-headers"}
)
system_dropped = request_fault(
    CHAT,
    "A system message is dropped.",
    keep_turns(lambda turn: turn["role"] != "system"),
    breaks={"chat.messages.system", "chat.prompt.system-later"},
)
system_refused = fault(
    CHAT, "The role `system` is refused.", refuse(), when=_served_role("system"), breaks={"chat.messages.system"}
)
developer_refused = fault(
    CHAT, "The `developer` is refused.", refuse(), when=_served_role("developer"), breaks={"chat.messages.developer"}
)
text_parts_dropped = request_fault(
    CHAT,
    "Text in parts is dropped.",
    change("messages[].content", lambda parts: [one for one in parts if one.get("type") != "text"] or "", list),
    breaks={"chat.messages.text-parts"},
)
assistant_dropped = request_fault(
    CHAT,
    "What the assistant said before does not reach the model, unless it called a tool.",
    keep_turns(lambda turn: turn["role"] != "assistant" or turn.get("tool_calls")),
    breaks={"chat.messages.history"},
)


@request_fault(CHAT, breaks={"chat.messages.history"})
def history_dropped(call: Call) -> None:
    """Of a conversation without tools only the last message reaches the model, and what the system says."""
    *earlier, last = call.body["messages"]
    if "tool" not in roles(call):
        call.body["messages"] = [one for one in earlier if one["role"] in ("system", "developer")] + [last]


usage_counts_as_text = fault(
    CHAT, "The number of prompt tokens is a string.", change("usage.prompt_tokens", str), breaks={"chat.usage"}
)
documented_usage_missing = fault(
    CHAT,
    "A whole answer has no usage, although the documents show it.",
    drop("usage"),
    breaks={"chat.usage", "chat.usage.present"},
    gateway="foxora",
)
usage_missing = fault(CHAT, "A whole answer has no usage.", drop("usage"), breaks={"chat.usage.present"})
total_off_by_one = fault(
    CHAT, "`total_tokens` is one more than the sum.", add("usage.total_tokens", 1), breaks={"chat.usage.total"}
)
completion_is_free = fault(
    CHAT,
    "The completion is counted as 0 tokens.",
    each("usage", lambda usage: usage.update(completion_tokens=0, total_tokens=usage["prompt_tokens"])),
    drop("usage.completion_tokens_details"),
    breaks={"chat.usage.completion-counted", "chat.stream.usage.equals-whole"},
)
prompt_counted_as_ten = fault(
    CHAT,
    "Every prompt is counted as 10 tokens.",
    each("usage", lambda usage: usage.update(prompt_tokens=10, total_tokens=10 + usage["completion_tokens"])),
    breaks={
        "chat.usage.grows",
        "chat.messages.history",
        "chat.messages.system",
        "chat.messages.developer",
        "chat.unicode.counted",
        "tools.result.counted",
        "tools.parallel.counted",
        "chat.prompt.system-later",
        "chat.stream.usage.equals-whole",
    },
)
more_cached_than_sent = fault(
    CHAT,
    "More prompt tokens are cached than sent.",
    each("usage", lambda usage: usage.update(prompt_tokens_details={"cached_tokens": usage["prompt_tokens"] + 7})),
    breaks={"chat.usage.details"},
)


@fault(CHAT, breaks={"chat.answers"}, model="gpt-4o-mini")
def plain_request_refused(reply: Reply, call: Call) -> Reply:
    """The plainest whole request is refused."""
    said = [{"role": "user", "content": HELLO}]
    client = call.headers.get("content-type") != "application/json" or "x-stainless-lang" in call.headers
    if client or not reply.ok or call.body != {"model": "gpt-4o-mini", "messages": said, "max_tokens": 64}:
        return reply
    refusal: Reply = refuse()(reply, call)
    refusal.headers["x-request-id"] = reply.headers["x-request-id"]
    return refusal


another_listed_model_answers = fault(
    CHAT,
    "Another model of the list answers than the one that was asked for.",
    in_objects(swap("model", "gpt-4o-mini", "gpt-4o")),
    breaks={"chat.model.asked"},
)
