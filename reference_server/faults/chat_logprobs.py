"""Ways to break log probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"chat.logprobs.present"})
def logprobs_dropped(reply: Reply, call: Call) -> Reply:
    """A whole answer without alternatives has no logprobs."""
    return reply if _with_top(call) else reply.edit(lambda body: _choices(body, _without))


@fault(_CHAT, breaks={"chat.logprobs.present"})
def logprobs_without_entries(reply: Reply, call: Call) -> Reply:
    """A whole answer without alternatives has logprobs of no token."""
    empty = {"logprobs": {"content": None, "refusal": None}}
    return reply if _with_top(call) else reply.edit(lambda body: _choices(body, lambda one: one.update(empty)))


@fault(_CHAT, breaks={"chat.logprobs.entry"})
def logprob_is_a_probability(reply: Reply, call: Call) -> Reply:
    """`logprob` is a probability between 0 and 1."""
    return _entries(reply, lambda entry: entry.update(logprob=0.87)) if not _with_top(call) else reply


@fault(_CHAT, breaks={"chat.logprobs.entry"})
def token_is_a_number(reply: Reply, call: Call) -> Reply:
    """`token` is the number of the token in the vocabulary."""
    return _entries(reply, lambda entry: entry.update(token=464)) if not _with_top(call) else reply


@fault(_CHAT, breaks={"chat.logprobs.entry", "chat.logprobs.tokens"})
def bytes_are_text(reply: Reply, call: Call) -> Reply:
    """`bytes` is base64, and `token` the name of a token."""
    named = {"token": "<0x48>", "bytes": "SGVsbG8="}
    return _entries(reply, lambda entry: entry.update(named)) if not _with_top(call) else reply


@fault(_CHAT, breaks={"chat.logprobs.tokens"})
def first_token_lost(reply: Reply) -> Reply:
    """The first token of a whole answer has no entry."""
    return reply.edit(lambda body: _choices(body, _drop_first))


@request_fault(_CHAT, breaks={"chat.logprobs.top"})
def top_logprobs_dropped(call: Call) -> None:
    """`top_logprobs` beside `logprobs` is dropped."""
    if call.body.get("logprobs"):
        call.body.pop("top_logprobs", None)


@request_fault(_CHAT, breaks={"chat.logprobs.top"})
def one_alternative_too_many(call: Call) -> None:
    """Every token has one alternative more than `top_logprobs` says."""
    if call.body.get("top_logprobs"):
        call.body["top_logprobs"] += 1


@fault(_CHAT, breaks={"chat.logprobs.top"})
def alternatives_above_0(reply: Reply) -> Reply:
    """The logprob of an alternative is positive."""
    return _entries(reply, lambda entry: [one.update(logprob=1.5) for one in entry["top_logprobs"]])


@fault(_CHAT, breaks={"chat.logprobs.stream"})
def logprobs_dropped_in_streams(reply: Reply) -> None:
    """No chunk has logprobs."""
    for chunk in reply.chunks:
        for choice in chunk.get("choices") or ():
            choice["logprobs"] = None


@fault(_CHAT, breaks={"chat.logprobs.stream.tokens"})
def logprobs_in_first_chunk_only(reply: Reply) -> None:
    """Only the first chunk with text has logprobs."""
    seen = False
    for chunk in reply.chunks:
        for choice in chunk.get("choices") or ():
            seen, choice["logprobs"] = bool(seen or choice["logprobs"]), None if seen else choice["logprobs"]


@fault(_CHAT, breaks={"chat.logprobs.unasked"})
def logprobs_unasked(reply: Reply, call: Call) -> Reply:
    """Everybody gets logprobs."""
    entry = {"token": "Hello", "logprob": -0.1, "bytes": None, "top_logprobs": []}
    given = {"logprobs": {"content": [entry], "refusal": None}}
    asked = isinstance(call.body, dict) and call.body.get("logprobs")
    return reply if asked else reply.edit(lambda body: _choices(body, lambda choice: choice.update(given)))


@request_fault(_CHAT, breaks={"chat.logprobs.top-needs-logprobs"}, before="validation")
def top_logprobs_alone_dropped(call: Call) -> None:
    """`top_logprobs` without `logprobs` is ignored."""
    if isinstance(call.body, dict) and not call.body.get("logprobs"):
        call.body.pop("top_logprobs", None)


@request_fault(_CHAT, breaks={"chat.logprobs.top-outside"}, before="validation")
def top_logprobs_clamped(call: Call) -> None:
    """A `top_logprobs` above 20 is taken as 20."""
    if isinstance(call.body, dict) and isinstance(call.body.get("top_logprobs"), int):
        call.body["top_logprobs"] = min(call.body["top_logprobs"], 20)


def _with_top(call: Call) -> bool:
    return isinstance(call.body, dict) and bool(call.body.get("top_logprobs"))


def _choices(body: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> None:
    for choice in body["choices"]:
        change(choice)


def _without(choice: dict[str, Any]) -> None:
    choice["logprobs"] = None


def _content(choice: dict[str, Any]) -> list[dict[str, Any]]:
    return (choice.get("logprobs") or {}).get("content") or []


def _drop_first(choice: dict[str, Any]) -> None:
    del _content(choice)[:1]


def _entries(reply: Reply, change: Callable[[dict[str, Any]], Any]) -> Reply:
    """Every entry of a whole answer, changed."""
    return reply.edit(
        lambda body: _choices(body, lambda choice: [change(entry) for entry in _content(choice)] and None)
    )
