"""Ways to break the limit of an answer's length."""

from __future__ import annotations

from typing import Any

from reference_server.call import Call
from reference_server.faults import fault, request_fault
from reference_server.reply import Reply

_CHAT = "createChatCompletion"


@request_fault(_CHAT, breaks={"chat.max-tokens.cap"})
def max_tokens_ignored(call: Call) -> None:
    """`max_tokens` is dropped."""
    call.body.pop("max_tokens", None)


@request_fault(_CHAT, breaks={"chat.max-tokens.cap"})
def max_tokens_off_by_one(call: Call) -> None:
    """An answer may have one token more than `max_tokens`."""
    _add_one(call, "max_tokens")


@fault(_CHAT, breaks={"chat.max-tokens.finish-reason"})
def cut_answer_ends_with_stop(reply: Reply, call: Call) -> Reply:
    """A whole answer that `max_tokens` cuts pretends to have ended normally."""
    return _ended(reply) if reply.ok and "max_tokens" in call.body else reply


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


@fault(_CHAT, breaks={"chat.max-completion-tokens.finish-reason"})
def capped_answer_ends_with_stop(reply: Reply, call: Call) -> Reply:
    """A whole answer that `max_completion_tokens` cuts pretends to have ended normally."""
    return _ended(reply) if reply.ok and "max_completion_tokens" in call.body else reply


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


def _ended(reply: Reply) -> Reply:
    def pretend(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            if choice["finish_reason"] == "length":
                choice["finish_reason"] = "stop"

    return reply.edit(pretend)
