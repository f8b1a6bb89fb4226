"""Ways to break log probabilities."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, in_chunks, put
from reference_server.faults.words.openai import CHAT, choices
from reference_server.faults.words.situations import has, no, sent
from reference_server.wire.reply import Reply

chat = rows(CHAT)
request = rows(CHAT, request_fault)
unjudged = rows(CHAT, request_fault, before="validation")

_LOGPROBS = "choices[].logprobs"
_ENTRY = "choices[].logprobs.content[]"
_TOP = f"{_ENTRY}.top_logprobs[]"
_PRESENT = {"chat.logprobs.present"}
_alone = no(has("top_logprobs"))

logprobs_dropped = chat(
    "chat.logprobs.present", "A whole answer without alternatives has no logprobs.", put(_LOGPROBS, None), when=_alone
)
logprobs_without_entries = chat(
    "chat.logprobs.present",
    "A whole answer without alternatives has logprobs without entries.",
    put(_LOGPROBS, {"content": None, "refusal": None}),
    when=_alone,
)
logprob_is_a_probability = chat(
    "chat.logprobs.entry", "`logprob` is a probability between 0 and 1.", put(f"{_ENTRY}.logprob", 0.87), when=_alone
)
token_is_a_number = chat(
    "chat.logprobs.entry", "`token` is a number from the vocabulary.", put(f"{_ENTRY}.token", 464), when=_alone
)
bytes_are_text = chat(
    "chat.logprobs.entry chat.logprobs.tokens",
    "`bytes` is base64, and `token` the name of a token.",
    put(f"{_ENTRY}.token", "<0x48>"),
    put(f"{_ENTRY}.bytes", "SGVsbG8="),
    when=_alone,
)
first_token_lost = chat(
    "chat.logprobs.tokens",
    "The first token of a whole answer has no entry.",
    change(f"{_LOGPROBS}.content", lambda entries: entries[1:], list),
)
top_logprobs_dropped = request(
    "chat.logprobs.top",
    "`top_logprobs` beside `logprobs` is dropped.",
    drop("top_logprobs"),
    when=lambda call: bool(sent(call).get("logprobs")),
)
one_alternative_too_many = request(
    "chat.logprobs.top",
    "Every token has one alternative more than `top_logprobs` says.",
    change("top_logprobs", lambda number: number and number + 1, int),
)
alternatives_above_0 = chat(
    "chat.logprobs.top", "The logprob of an alternative is positive.", put(f"{_TOP}.logprob", 1.5)
)
logprobs_dropped_in_streams = chat("chat.logprobs.stream", "No chunk has logprobs.", in_chunks(put(_LOGPROBS, None)))


@chat("chat.logprobs.stream.tokens")
def logprobs_in_first_chunk_only(reply: Reply) -> None:
    """Only the first chunk with text has logprobs."""
    for later in [choice for choice in choices(reply) if choice["logprobs"]][1:]:
        later["logprobs"] = None


logprobs_unasked = chat(
    "chat.logprobs.unasked",
    "Every answer has logprobs, asked for or not.",
    put(
        _LOGPROBS,
        {"content": [{"token": "Hello", "logprob": -0.1, "bytes": None, "top_logprobs": []}], "refusal": None},
    ),
    when=no(has("logprobs")),
)
top_logprobs_alone_dropped = unjudged(
    "chat.logprobs.top-needs-logprobs",
    "`top_logprobs` without `logprobs` is ignored.",
    drop("top_logprobs"),
    when=lambda call: not sent(call).get("logprobs"),
)
top_logprobs_clamped = unjudged(
    "chat.logprobs.top-outside",
    "`top_logprobs` is capped at 20.",
    change("top_logprobs", lambda number: min(number, 20), int),
)
