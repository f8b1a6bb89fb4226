"""Ways to break single members of a whole chat completion, and turns of a conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.chat import _messages, _refused, _roles
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_COUNTED = {
    "chat.max-completion-tokens.cap",
    "chat.max-tokens.cap",
    "chat.stream.usage.equals-whole",
    "chat.usage.completion-counted",
}


def _set(reply: Reply, name: str, change: Callable[[Any], Any]) -> Reply:
    return reply.edit(lambda body: body.update({name: change(body[name])}))


@fault(_CHAT, breaks={"chat.finish-reason.natural", "chat.stream.equals-whole"})
def whole_answers_end_with_length(reply: Reply) -> Reply:
    """A whole answer that ended normally is said to be cut off."""

    def rename(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            if choice["finish_reason"] == "stop":
                choice["finish_reason"] = "length"

    return reply.edit(rename)


@fault(_CHAT, breaks={"chat.media-type"})
def completion_within_an_array(reply: Reply) -> Reply:
    """A whole answer is an array that holds the completion."""
    return reply.edit(lambda body: [body])


@fault(_CHAT, breaks={"chat.id"})
def completion_id_empty(reply: Reply) -> Reply:
    """The id of a whole answer is empty."""
    return _set(reply, "id", lambda _: "")


@fault(_CHAT, breaks={"chat.created"})
def created_is_true(reply: Reply) -> Reply:
    """`created` is true."""
    return _set(reply, "created", lambda _: True)


@fault(_CHAT, breaks={"chat.created"})
def completion_time_with_fraction(reply: Reply) -> Reply:
    """`created` has a fraction."""
    return _set(reply, "created", lambda seconds: seconds + 0.25)


@fault(_CHAT, breaks={"chat.model"})
def model_is_an_object(reply: Reply) -> Reply:
    """`model` is an object."""
    return _set(reply, "model", lambda name: {"id": name})


@fault(_CHAT, breaks={"chat.choices"})
def no_choices(reply: Reply, call: Call) -> Reply:
    """`choices` of the plainest answer is empty."""
    return _set(reply, "choices", lambda _: []) if _is_plain(call) else reply


@fault(_CHAT, breaks={"chat.choices"})
def text_beside_no_message(reply: Reply) -> Reply:
    """A choice has a text, as the older completions have, and no message."""

    def rename(choice: dict[str, Any]) -> dict[str, Any]:
        message = choice.pop("message")
        return {**choice, "text": message.get("content")}

    return _set(reply, "choices", lambda choices: [rename(choice) for choice in choices])


@fault(_CHAT, breaks={"chat.content"})
def content_null_at_a_normal_end(reply: Reply, call: Call) -> Reply:
    """The content of the plainest answer is null, and the answer ended normally."""
    if not _is_plain(call):
        return reply
    return reply.edit(lambda body: _only(body, lambda choice: choice["message"].update(content=None)))


@fault(_CHAT, breaks={"chat.choice-index"})
def choice_index_as_text(reply: Reply) -> Reply:
    """The only choice has its index as a text."""
    return reply.edit(lambda body: _only(body, lambda choice: choice.update(index="0")))


@fault(_CHAT, breaks={"chat.finish-reason"})
def tool_calls_without_a_call(reply: Reply, call: Call) -> Reply:
    """The plainest answer ends with `tool_calls`, and calls nothing."""
    if not _is_plain(call):
        return reply
    return reply.edit(lambda body: _only(body, lambda choice: choice.update(finish_reason="tool_calls")))


@fault(_CHAT, breaks={"chat.unicode"})
def question_marks_in_text(reply: Reply) -> Reply:
    """Characters outside ASCII are replaced in whole answers."""

    def replace(message: dict[str, Any]) -> None:
        if isinstance(message.get("content"), str):
            message["content"] = "".join(one if one.isascii() else "\ufffd" for one in message["content"])

    return reply.edit(lambda body: _messages(body, replace))


@request_fault(_CHAT, breaks={"chat.messages.developer"})
def developer_dropped(call: Call) -> None:
    """A developer message does not reach the model."""
    call.body["messages"] = [message for message in call.body["messages"] if message["role"] != "developer"]


@fault(_CHAT, breaks={"chat.messages.history"})
def long_history_refused(reply: Reply, call: Call) -> Reply:
    """A conversation of three turns is refused."""
    return _refused(400) if reply.ok and "marmalade" in str(call.body) and "assistant" in _roles(call) else reply


@fault(_CHAT, breaks=_COUNTED)
def thousands_of_tokens_for_a_greeting(reply: Reply, call: Call) -> Reply:
    """The plainest answer is counted as many more tokens than it has bytes."""

    def count(body: dict[str, Any]) -> None:
        for name in ("completion_tokens", "total_tokens"):
            body["usage"][name] += 10_000

    return reply.edit(count) if _is_plain(call) else reply


def _is_plain(call: Call) -> bool:
    """The request is the plainest there is."""
    plain = isinstance(call.body, dict) and len(call.body) == 3 and "messages" in call.body
    return plain and "hello in one short" in str(call.body["messages"])


def _only(body: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> None:
    if len(body["choices"]) == 1:
        change(body["choices"][0])
