"""Ways to break the limit of an answer's length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
SHORT, LONG = range(1, 16), range(16, 100_000)


@request_fault(_CHAT, breaks={"chat.max-tokens.cap"})
def max_tokens_ignored(call: Call) -> None:
    """`max_tokens` is dropped."""
    call.body.pop("max_tokens", None)


@request_fault(_CHAT, breaks={"chat.max-tokens.cap"})
def max_tokens_off_by_one(call: Call) -> None:
    """An answer may have one token more than `max_tokens`."""
    _add_one(call, "max_tokens")


@request_fault(_CHAT, breaks={"chat.max-tokens.cap"})
def max_tokens_has_a_least_value(call: Call) -> None:
    """A `max_tokens` below 16 is taken as 16."""
    _raise(call, "max_tokens")


@fault(_CHAT, breaks={"chat.max-tokens.cap"})
def text_goes_on_after_max_tokens(reply: Reply, call: Call) -> Reply:
    """A whole answer goes on after `max_tokens`, of which only the usage knows."""
    return _changed(reply, call, "max_tokens", LONG, _go_on)


@fault(_CHAT, breaks={"chat.max-tokens.cap"})
def usage_goes_on_after_max_tokens(reply: Reply, call: Call) -> Reply:
    """A whole answer is cut by `max_tokens`, but more is counted."""
    return _changed(reply, call, "max_tokens", LONG, _count_more)


@fault(_CHAT, breaks={"chat.max-tokens.finish-reason"})
def long_cut_answer_ends_with_stop(reply: Reply, call: Call) -> Reply:
    """A whole answer that a `max_tokens` of 16 or more cuts pretends to have ended normally."""
    return _changed(reply, call, "max_tokens", LONG, _stop)


@fault(_CHAT, breaks={"chat.max-tokens.finish-reason"})
def short_cut_answer_ends_with_stop(reply: Reply, call: Call) -> Reply:
    """A whole answer that a `max_tokens` below 16 cuts pretends to have ended normally."""
    return _changed(reply, call, "max_tokens", SHORT, _stop)


@request_fault(_CHAT, breaks={"chat.max-tokens.invalid"}, before="validation")
def max_tokens_0_is_no_limit(call: Call) -> None:
    """A `max_tokens` of 0 or less means no limit."""
    _forget(call, "max_tokens")


@request_fault(_CHAT, breaks={"chat.max-completion-tokens.cap"})
def max_completion_tokens_ignored(call: Call) -> None:
    """`max_completion_tokens` is dropped."""
    call.body.pop("max_completion_tokens", None)


@request_fault(_CHAT, breaks={"chat.max-completion-tokens.cap"})
def max_completion_tokens_off_by_one(call: Call) -> None:
    """An answer may have one token more than `max_completion_tokens`."""
    _add_one(call, "max_completion_tokens")


@request_fault(_CHAT, breaks={"chat.max-completion-tokens.cap"})
def max_completion_tokens_has_a_least_value(call: Call) -> None:
    """A `max_completion_tokens` below 16 is taken as 16."""
    _raise(call, "max_completion_tokens")


@fault(_CHAT, breaks={"chat.max-completion-tokens.cap"})
def text_goes_on_after_max_completion_tokens(reply: Reply, call: Call) -> Reply:
    """A whole answer goes on after `max_completion_tokens`, of which only the usage knows."""
    return _changed(reply, call, "max_completion_tokens", LONG, _go_on)


@fault(_CHAT, breaks={"chat.max-completion-tokens.finish-reason"})
def long_capped_answer_ends_with_stop(reply: Reply, call: Call) -> Reply:
    """A whole answer that a `max_completion_tokens` of 16 or more cuts pretends to have ended normally."""
    return _changed(reply, call, "max_completion_tokens", LONG, _stop)


@fault(_CHAT, breaks={"chat.max-completion-tokens.finish-reason"})
def short_capped_answer_ends_with_stop(reply: Reply, call: Call) -> Reply:
    """A whole answer that a `max_completion_tokens` below 16 cuts pretends to have ended normally."""
    return _changed(reply, call, "max_completion_tokens", SHORT, _stop)


@request_fault(_CHAT, breaks={"chat.max-completion-tokens.invalid"}, before="validation")
def max_completion_tokens_0_is_no_limit(call: Call) -> None:
    """A `max_completion_tokens` of 0 or less means no limit."""
    _forget(call, "max_completion_tokens")


def _add_one(call: Call, name: str) -> None:
    if call.body.get(name):
        call.body[name] += 1


def _forget(call: Call, name: str) -> None:
    if isinstance(call.body, dict) and isinstance(call.body.get(name), int) and call.body[name] <= 0:
        call.body.pop(name)


def _raise(call: Call, name: str) -> None:
    if call.body.get(name):
        call.body[name] = max(call.body[name], LONG.start)


def _changed(reply: Reply, call: Call, name: str, limits: range, change: Callable[[Any, Any], None]) -> Reply:
    """The first choice of a whole answer that one of these limits has cut, and its usage, changed."""

    def alter(body: dict[str, Any]) -> None:
        if body["choices"][0]["finish_reason"] == "length":
            change(body["choices"][0], body["usage"])

    limit = call.body.get(name) if isinstance(call.body, dict) else None
    return reply.edit(alter) if limit in limits else reply


def _go_on(choice: dict[str, Any], _: object) -> None:
    choice["message"]["content"] = ", ".join(map(str, range(1, 40)))


def _count_more(_: object, usage: dict[str, Any]) -> None:
    usage["completion_tokens"] += 1
    usage["total_tokens"] += 1


def _stop(choice: dict[str, Any], _: object) -> None:
    choice["finish_reason"] = "stop"
