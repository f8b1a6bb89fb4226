"""Ways to lose a part of what was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_CODE = {"chat.prompt.code", "chat.prompt.code.stream"}
_remembered: dict[str, tuple[str, str]] = {}
"""What was answered to a prompt: by which model, and under which id."""


@request_fault(_CHAT, breaks={"chat.prompt.large-body"}, before="authentication")
def large_body_refused(call: Call) -> None:
    """A proxy takes 100 kB at most."""
    if call.raw is None or len(call.raw) > 100_000:
        raise Refusal("body_too_large", "The body is too large.")


@request_fault(_CHAT, breaks={"chat.prompt.long-text"})
def long_text_cut(call: Call) -> None:
    """A message is cut after 5,000 characters."""
    for message in call.body["messages"]:
        if isinstance(message.get("content"), str):
            message["content"] = message["content"][:5_000]


@request_fault(_CHAT, breaks={"chat.prompt.streamed"})
def streams_without_system_message(call: Call) -> None:
    """The system message does not reach the model of a stream."""
    if call.body.get("stream") and len(call.body["messages"]) > 1:
        call.body["messages"] = [one for one in call.body["messages"] if one["role"] != "system"]


@request_fault(_CHAT, breaks={"chat.prompt.images"})
def second_picture_unseen(call: Call) -> None:
    """Only the first image reaches the model."""
    for message in call.body["messages"]:
        if isinstance(message.get("content"), list):
            message["content"] = _with_one_image(message["content"])


@fault(_CHAT, breaks={"chat.prompt.model"})
def answer_of_another_model(reply: Reply, call: Call) -> None:
    """What one model answered is remembered for all of them."""
    if reply.ok and reply.events is None:
        prompt = json.dumps({name: value for name, value in call.body.items() if name != "model"}, sort_keys=True)
        model, name = _remembered.setdefault(prompt, (call.body["model"], reply.body["id"]))
        if model != call.body["model"]:
            reply.body["id"] = name


@request_fault(_CHAT, breaks={"chat.prompt.system-later"})
def later_system_messages_dropped(call: Call) -> None:
    """Of the system messages only one that comes first reaches the model."""
    first, *rest = call.body["messages"]
    call.body["messages"] = [first, *(message for message in rest if message["role"] != "system")]


@fault(_CHAT, breaks=_CODE)
def lines_of_an_answer_joined(reply: Reply) -> None:
    """Line breaks of an answer become spaces."""
    _spell(reply, lambda text: text.replace("\n", " "))


@fault(_CHAT, breaks=_CODE)
def spaces_of_an_answer_collapsed(reply: Reply) -> None:
    """Several spaces of an answer become one."""
    _spell(reply, lambda text: re.sub(" +", " ", text))


@fault(_CHAT, breaks={"chat.prompt.code"})
def line_breaks_unescaped(reply: Reply) -> Reply:
    """A line break in a text of the answer stands in its JSON as it is."""
    return reply.raw(lambda data: data.replace(rb"\n", b"\n")) if reply.ok and reply.events is None else reply


def _spell(reply: Reply, change: Callable[[str], str]) -> None:
    """Changes the text of an answer, whole or in each piece."""
    bodies = [reply.body] if isinstance(reply.body, dict) else reply.chunks
    for choice in (choice for body in bodies for choice in body.get("choices") or ()):
        said = choice.get("message") or choice.get("delta") or {}
        if isinstance(said.get("content"), str):
            said["content"] = change(said["content"])


def _with_one_image(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    images = [part for part in parts if part.get("type") == "image_url"]
    return [part for part in parts if part not in images[1:] or part is images[0]]
