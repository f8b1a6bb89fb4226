"""Ways to break answers of several choices."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@request_fault(_CHAT, breaks={"chat.n.count", "chat.n.stream.count"})
def n_ignored(call: Call) -> None:
    """One choice, whatever `n` asks for."""
    call.body.pop("n", None)


@request_fault(_CHAT, breaks={"chat.n.count", "chat.n.stream.count"})
def one_choice_too_few(call: Call) -> None:
    """Of several choices the last is lost."""
    if (call.body.get("n") or 1) > 1:
        call.body["n"] -= 1


@fault(_CHAT, breaks={"chat.n.index"})
def choices_all_numbered_0(reply: Reply) -> Reply:
    """All choices of a whole answer have the index 0."""
    return reply.edit(lambda body: _others(body, lambda choice: choice.update(index=0)))


@fault(_CHAT, breaks={"chat.n.complete"})
def later_choices_without_message(reply: Reply) -> Reply:
    """Only the first choice has a message."""
    return reply.edit(lambda body: _others(body, lambda choice: choice.update(message=None)))


@fault(_CHAT, breaks={"chat.n.complete"})
def later_messages_without_role(reply: Reply) -> Reply:
    """Only the message of the first choice has a role."""
    return reply.edit(lambda body: _others(body, lambda choice: choice["message"].pop("role")))


@fault(_CHAT, breaks={"chat.n.complete"})
def later_choices_without_end(reply: Reply) -> Reply:
    """Only the first choice has a finish_reason."""
    return reply.edit(lambda body: _others(body, lambda choice: choice.update(finish_reason=None)))


@fault(_CHAT, breaks={"chat.n.usage"})
def usage_of_one_choice(reply: Reply) -> Reply:
    """Only the tokens of the first choice are counted."""

    def divide(body: dict[str, Any]) -> None:
        usage = body["usage"]
        usage["completion_tokens"] //= len(body["choices"])
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]

    return reply.edit(divide)


@fault(_CHAT, breaks={"chat.n.default"})
def two_choices_by_default(reply: Reply, call: Call) -> Reply:
    """Without `n` there are two choices."""

    def double(body: dict[str, Any]) -> None:
        body["choices"] += [{**deepcopy(body["choices"][0]), "index": 1}]

    return reply if not reply.ok or call.body.get("n") else reply.edit(double)


@request_fault(_CHAT, breaks={"chat.n.zero"}, before="validation")
def n_0_taken_as_1(call: Call) -> None:
    """`n: 0` means one choice."""
    if isinstance(call.body, dict) and call.body.get("n") == 0:
        call.body.pop("n")


@request_fault(_CHAT, breaks={"chat.n.stream.count"})
def n_ignored_in_streams(call: Call) -> None:
    """A stream has one choice, whatever `n` asks for."""
    if call.body.get("stream"):
        call.body.pop("n", None)


@fault(_CHAT, breaks={"chat.n.stream.role"})
def later_choices_without_role(reply: Reply) -> None:
    """Only the first choice of a stream gets a role."""
    for choice in _later(reply):
        choice["delta"].pop("role", None)


@fault(_CHAT, breaks={"chat.n.stream.finish-reason"})
def stream_ends_with_first_choice(reply: Reply) -> None:
    """Only the first choice of a stream gets a finish_reason."""
    for choice in _later(reply):
        choice["finish_reason"] = None


@fault(_CHAT, breaks={"chat.n.stream.text"})
def all_text_in_first_choice(reply: Reply) -> None:
    """The text of every choice of a stream is numbered 0."""
    for choice in _later(reply):
        if choice["delta"].get("content"):
            choice["index"] = 0


@fault(_CHAT, breaks={"chat.n.stream.text"})
def later_choices_without_text(reply: Reply) -> None:
    """Only the first choice of a stream gets text."""
    for choice in _later(reply):
        choice["delta"].pop("content", None)


@fault(_CHAT, breaks={"chat.n.stream.text"})
def first_choice_has_all_words(reply: Reply) -> None:
    """The words of the other choices of a stream come in the first one too."""
    for chunk in reply.chunks:
        for choice in list(chunk.get("choices") or ()):
            if choice["index"] and choice["delta"].get("content"):
                chunk["choices"].append({"index": 0, "delta": choice["delta"], "finish_reason": None})


@fault(_CHAT, breaks={"chat.n.stream.id"})
def id_per_choice(reply: Reply) -> None:
    """Every choice of a stream comes in chunks with an id of its own."""
    for chunk in reply.chunks:
        if chunk.get("choices") and chunk["choices"][0]["index"]:
            chunk["id"] += f"-{chunk['choices'][0]['index']}"


@fault(_CHAT, breaks={"chat.n.stream.id"})
def created_per_choice(reply: Reply) -> None:
    """Every choice of a stream comes in chunks with a `created` of its own."""
    for chunk in reply.chunks:
        if chunk.get("choices"):
            chunk["created"] += chunk["choices"][0]["index"]


def _others(body: dict[str, Any], change: Any) -> None:
    for choice in body["choices"][1:]:
        change(choice)


def _later(reply: Reply) -> list[dict[str, Any]]:
    """The parts of all choices of a stream but the first."""
    choices = [choice for chunk in reply.chunks for choice in chunk.get("choices") or ()]
    return [choice for choice in choices if choice["index"] > 0]
