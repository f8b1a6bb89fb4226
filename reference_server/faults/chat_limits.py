"""Ways to break the limit of an answer's length."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Members, add, change, drop, put
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import Situation, both, sent, whole
from reference_server.wire.call import Call

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


max_tokens_ignored = request_fault(CHAT, "`max_tokens` is dropped.", drop(_OLD), breaks={"chat.max-tokens.cap"})
max_tokens_off_by_one = request_fault(
    CHAT, "An answer may have one token more than `max_tokens`.", add(_OLD, 1), breaks={"chat.max-tokens.cap"}
)
max_tokens_has_a_least_value = request_fault(
    CHAT, "A `max_tokens` below 16 is taken as 16.", _at_least_16(_OLD), breaks={"chat.max-tokens.cap"}
)
text_goes_on_after_max_tokens = fault(
    CHAT,
    "A whole answer goes on after `max_tokens`, but is counted as cut.",
    put(_FIRST_TEXT, _COUNTED),
    when=_cut_by(_OLD, _LONG),
    breaks={"chat.max-tokens.cap"},
)
usage_goes_on_after_max_tokens = fault(
    CHAT,
    "A whole answer is cut by `max_tokens`, but more is counted.",
    add("usage.completion_tokens", 1),
    add("usage.total_tokens", 1),
    when=_cut_by(_OLD, _LONG),
    breaks={"chat.max-tokens.cap"},
)
long_cut_answer_ends_with_stop = fault(
    CHAT,
    "A whole answer that a `max_tokens` of 16 or more cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_OLD, _LONG),
    breaks={"chat.max-tokens.finish-reason"},
)
short_cut_answer_ends_with_stop = fault(
    CHAT,
    "A whole answer that a `max_tokens` below 16 cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_OLD, _SHORT),
    breaks={"chat.max-tokens.finish-reason"},
)
max_tokens_0_is_no_limit = request_fault(
    CHAT,
    "A `max_tokens` of 0 or less is no limit.",
    drop(_OLD),
    when=_not_positive(_OLD),
    breaks={"chat.max-tokens.invalid"},
    before="validation",
)
max_completion_tokens_ignored = request_fault(
    CHAT, "`max_completion_tokens` is dropped.", drop(_NEW), breaks={"chat.max-completion-tokens.cap"}
)
max_completion_tokens_off_by_one = request_fault(
    CHAT, "An answer may have one token too many.", add(_NEW, 1), breaks={"chat.max-completion-tokens.cap"}
)
max_completion_tokens_has_a_least_value = request_fault(
    CHAT,
    "`max_completion_tokens` is taken as at least 16.",
    _at_least_16(_NEW),
    breaks={"chat.max-completion-tokens.cap"},
)
text_goes_on_after_max_completion_tokens = fault(
    CHAT,
    "A whole answer goes on after `max_completion_tokens`, but is counted as cut.",
    put(_FIRST_TEXT, _COUNTED),
    when=_cut_by(_NEW, _LONG),
    breaks={"chat.max-completion-tokens.cap"},
)
long_capped_answer_ends_with_stop = fault(
    CHAT,
    "A whole answer that a `max_completion_tokens` of 16 or more cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_NEW, _LONG),
    breaks={"chat.max-completion-tokens.finish-reason"},
)
short_capped_answer_ends_with_stop = fault(
    CHAT,
    "A whole answer that a `max_completion_tokens` below 16 cuts pretends to have ended normally.",
    put(_FIRST_END, "stop"),
    when=_cut_by(_NEW, _SHORT),
    breaks={"chat.max-completion-tokens.finish-reason"},
)
max_completion_tokens_0_is_no_limit = request_fault(
    CHAT,
    "A `max_completion_tokens` of 0 or less means no limit.",
    drop(_NEW),
    when=_not_positive(_NEW),
    breaks={"chat.max-completion-tokens.invalid"},
    before="validation",
)
