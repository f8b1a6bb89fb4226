"""Ways to break log probabilities."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, in_chunks, put
from reference_server.faults.words.openai import CHAT, choices
from reference_server.faults.words.situations import has, no, sent
from reference_server.wire.reply import Reply

_LOGPROBS = "choices[].logprobs"
_ENTRY = "choices[].logprobs.content[]"
_TOP = f"{_ENTRY}.top_logprobs[]"
_PRESENT = {"chat.logprobs.present"}
_alone = no(has("top_logprobs"))

logprobs_dropped = fault(
    CHAT, "An answer without alternatives has no logprobs.", put(_LOGPROBS, None), when=_alone, breaks=_PRESENT
)
logprobs_without_entries = fault(
    CHAT,
    "A whole answer without alternatives has logprobs of no token.",
    put(_LOGPROBS, {"content": None, "refusal": None}),
    when=_alone,
    breaks=_PRESENT,
)
logprob_is_a_probability = fault(
    CHAT, "`logprob` is a probability.", put(f"{_ENTRY}.logprob", 0.87), when=_alone, breaks={"chat.logprobs.entry"}
)
token_is_a_number = fault(
    CHAT, "`token` is a number.", put(f"{_ENTRY}.token", 464), when=_alone, breaks={"chat.logprobs.entry"}
)
bytes_are_text = fault(
    CHAT,
    "`bytes` is base64, and `token` the name of a token.",
    put(f"{_ENTRY}.token", "<0x48>"),
    put(f"{_ENTRY}.bytes", "SGVsbG8="),
    when=_alone,
    breaks={"chat.logprobs.entry", "chat.logprobs.tokens"},
)
first_token_lost = fault(
    CHAT,
    "The first token of a whole answer has no entry.",
    change(f"{_LOGPROBS}.content", lambda entries: entries[1:], list),
    breaks={"chat.logprobs.tokens"},
)
top_logprobs_dropped = request_fault(
    CHAT,
    "`top_logprobs` beside `logprobs` is dropped.",
    drop("top_logprobs"),
    when=lambda call: bool(sent(call).get("logprobs")),
    breaks={"chat.logprobs.top"},
)
one_alternative_too_many = request_fault(
    CHAT,
    "Every token has one alternative more than `top_logprobs` says.",
    change("top_logprobs", lambda number: number and number + 1, int),
    breaks={"chat.logprobs.top"},
)
alternatives_above_0 = fault(
    CHAT, "An alternative has a logprob above 0.", put(f"{_TOP}.logprob", 1.5), breaks={"chat.logprobs.top"}
)
logprobs_dropped_in_streams = fault(
    CHAT, "No chunk has logprobs.", in_chunks(put(_LOGPROBS, None)), breaks={"chat.logprobs.stream"}
)


@fault(CHAT, breaks={"chat.logprobs.stream.tokens"})
def logprobs_in_first_chunk_only(reply: Reply) -> None:
    """Only the first chunk with text has logprobs."""
    for later in [choice for choice in choices(reply) if choice["logprobs"]][1:]:
        later["logprobs"] = None


logprobs_unasked = fault(
    CHAT,
    "Everybody gets logprobs.",
    put(
        _LOGPROBS,
        {"content": [{"token": "Hello", "logprob": -0.1, "bytes": None, "top_logprobs": []}], "refusal": None},
    ),
    when=no(has("logprobs")),
    breaks={"chat.logprobs.unasked"},
)
top_logprobs_alone_dropped = request_fault(
    CHAT,
    "`top_logprobs` without `logprobs` is ignored.",
    drop("top_logprobs"),
    when=lambda call: not sent(call).get("logprobs"),
    breaks={"chat.logprobs.top-needs-logprobs"},
    before="validation",
)
top_logprobs_clamped = request_fault(
    CHAT,
    "A `top_logprobs` above 20 is taken as 20.",
    change("top_logprobs", lambda number: min(number, 20), int),
    breaks={"chat.logprobs.top-outside"},
    before="validation",
)
