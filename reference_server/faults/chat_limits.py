"""Ways to break the limit of an answer's length."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Members, add, change, drop, put
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import Situation, both, sent, whole
from reference_server.wire.call import Call

request = rows(CHAT, request_fault)
chat = rows(CHAT)
unjudged = rows(CHAT, request_fault, before="validation")

_OLD, _NEW = "max_tokens", "max_completion_tokens"
_SHORT, _LONG = range(1, 16), range(16, 100_000)
_FIRST_TEXT, _FIRST_END = "choices[0].message.content", "choices[0].finish_reason"
_COUNTED = ", ".join(map(str, range(1, 40)))


def _cut_by(name: str, limits: range) -> Situation:
    """A whole answer was cut by a limit of this name in this range."""
    return both(
        whole,
        lambda reply, call: sent(call).get(name) in limits and reply.body["choices"][0]["finish_reason"] == "length",
    )


def _not_positive(name: str) -> Callable[[Call], bool]:
    """The request has a limit of this name that is 0 or less."""
    return lambda call: isinstance(sent(call).get(name), int) and sent(call)[name] <= 0


def _at_least_16(name: str) -> Members:
    """Raise a smaller limit of this name."""
    return change(name, lambda limit: max(limit, 16), int)


max_tokens_ignored = request("chat.max-tokens.cap", "`max_tokens` is ignored.", drop(_OLD))
max_tokens_off_by_one = request(
    "chat.max-tokens.cap", "An answer may have one token more than `max_tokens`.", add(_OLD, 1)
)
max_tokens_has_a_least_value = request(
    "chat.max-tokens.cap", "A `max_tokens` below 16 is taken as 16.", _at_least_16(_OLD)
)
text_goes_on_after_max_tokens = chat(
    "chat.max-tokens.cap",
    "The text goes on after `max_tokens`, but the usage and the end say it was cut.",
    put(_FIRST_TEXT, _COUNTED),
    when=_cut_by(_OLD, _LONG),
)
usage_goes_on_after_max_tokens = chat(
    "chat.max-tokens.cap",
    "A whole answer is cut by `max_tokens`, but more tokens are counted.",
    add("usage.completion_tokens", 1),
    add("usage.total_tokens", 1),
    when=_cut_by(_OLD, _LONG),
)
long_cut_answer_ends_with_stop = chat(
    "chat.max-tokens.finish-reason",
    "A whole answer that a `max_tokens` of 16 or more cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_OLD, _LONG),
)
short_cut_answer_ends_with_stop = chat(
    "chat.max-tokens.finish-reason",
    "A whole answer that a `max_tokens` below 16 cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_OLD, _SHORT),
)
max_tokens_0_is_no_limit = unjudged(
    "chat.max-tokens.invalid", "A `max_tokens` of 0 or less means no limit.", drop(_OLD), when=_not_positive(_OLD)
)
max_completion_tokens_ignored = request(
    "chat.max-completion-tokens.cap", "`max_completion_tokens` is ignored.", drop(_NEW)
)
max_completion_tokens_off_by_one = request(
    "chat.max-completion-tokens.cap", "An answer may have one token more than `max_completion_tokens`.", add(_NEW, 1)
)
max_completion_tokens_has_a_least_value = request(
    "chat.max-completion-tokens.cap", "A `max_completion_tokens` below 16 is taken as 16.", _at_least_16(_NEW)
)
text_goes_on_after_max_completion_tokens = chat(
    "chat.max-completion-tokens.cap",
    "The text goes on after `max_completion_tokens`, but the usage and the end say it was cut.",
    put(_FIRST_TEXT, _COUNTED),
    when=_cut_by(_NEW, _LONG),
)
long_capped_answer_ends_with_stop = chat(
    "chat.max-completion-tokens.finish-reason",
    "A whole answer that a `max_completion_tokens` of 16 or more cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_NEW, _LONG),
)
short_capped_answer_ends_with_stop = chat(
    "chat.max-completion-tokens.finish-reason",
    "A whole answer that a `max_completion_tokens` below 16 cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_NEW, _SHORT),
)
max_completion_tokens_0_is_no_limit = unjudged(
    "chat.max-completion-tokens.invalid",
    "A `max_completion_tokens` of 0 or less means no limit.",
    drop(_NEW),
    when=_not_positive(_NEW),
)
