"""The tools that the checks offer, and the conversations that use them."""

from __future__ import annotations

import json
from typing import Any

from conformance.words.answer import first_that_calls, is_refusal, leave_without_tools
from conformance.words.ask import Ask, user
from conformance.words.check import Unsupported, inconclusive, member
from conformance.words.openai.chat import Completion, CompletionStream
from conformance.words.samples.unicode import NAME

QUESTION = f"What is the weather in {NAME}? Use the tool."
BOTH = "What is the weather in Paris and what is the time in Tokyo? Call get_weather and get_time, both at once."

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "The name of the city"}},
    "required": ["city"],
    "additionalProperties": False,
}


def function(name: str, parameters: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A function tool."""
    described = {"name": name, "description": name.replace("_", " ").capitalize() + " of a city"}
    return {"type": "function", "function": described | ({"parameters": parameters} if parameters else {}) | fields}


WEATHER = function("get_weather", CITY)
TIME = function("get_time", CITY)
TOOLS = [WEATHER, TIME]
NAMES = ("get_weather", "get_time")
REQUIRED: dict[str, Any] = {"tools": TOOLS, "tool_choice": "required"}
NAMED: dict[str, Any] = {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "get_time"}}}
EARLIER_CALL: dict[str, Any] = {
    "id": "call_8f2a",
    "type": "function",
    "function": {"name": "get_weather", "arguments": f'{{"city":"{NAME}"}}'},
}
"""A call as an earlier turn of a conversation holds it."""


def choices(tools: list[dict[str, Any]], named: bool = True) -> list[dict[str, Any]]:
    """The ways to have one of the tools called: it is required, it is named, or the model is free to call it."""
    name = {"type": "function", "function": {"name": tools[-1]["function"]["name"]}}
    forced = ["required", name] if named else ["required"]
    return [*({"tools": tools, "tool_choice": choice} for choice in forced), {"tools": tools}]


def calling(
    ask: Ask, prompt: object = QUESTION, *, tools: list[dict[str, Any]] = TOOLS, named: bool = True, **fields: Any
) -> Completion:
    """A whole answer that calls a tool, in the first of the ways that leads to one."""
    answers = (ask.chat(prompt, **choice, **fields) for choice in choices(tools, named))
    return first_that_calls(answers, lambda answer: answer.tool_calls)


def calling_stream(ask: Ask, prompt: object = QUESTION, *, named: bool = True, **fields: Any) -> CompletionStream:
    """A streamed answer that calls a tool, in the first of the ways that leads to one."""
    answers = (ask.stream(prompt, **choice, **fields) for choice in choices(TOOLS, named))
    return first_that_calls(answers, lambda answer: any(True for _ in answer.fragments()))


def known(ask: Ask, dependent: bool) -> None:
    """Leaves the check when tools depend on the model and this one clearly refuses them."""
    plain = ask.chat(QUESTION, tools=TOOLS)
    if dependent and is_refusal(plain.exchange):
        raise Unsupported(f"the target refuses tools: {plain.exchange.text:.160}")


def leave_uncalled(ask: Ask, answer: Completion) -> None:
    """Leaves the check when no tool is called for a reason that is the model's: it was cut off, or never calls one."""
    if answer.tool_calls:
        return
    if answer.finish_reason == "length":
        inconclusive("the answer was cut off")
    free, bare = ask.chat(QUESTION, tools=TOOLS), ask.chat(QUESTION)
    leave_without_tools(bool(free.tool_calls), free.tokens("prompt_tokens"), bare.tokens("prompt_tokens"))


def calls(answer: Completion) -> list[dict[str, Any]]:
    """The calls of an answer; inconclusive when there are none."""
    return answer.tool_calls or inconclusive("the model called no tool")


def arguments(call: dict[str, Any]) -> Any:
    """The decoded arguments of a call, or None when they are not JSON."""
    try:
        return json.loads(member(call, "function", "arguments"))
    except (ValueError, TypeError, KeyError):
        return None


def leave_cut(ask: Ask, text: object, pieces: int = 0) -> None:
    """Leaves the check where arguments are so long that the cap may have cut them, whatever the answer says of it.

    Each byte may be a token, and so may each of the pieces in which they came.
    """
    if isinstance(text, str) and 4 * max(pieces, len(text.encode("utf-8", "replace"))) >= 3 * ask.cap:
        inconclusive(f"the arguments may have been cut at {ask.cap} tokens: {text!r:.120}")


def returned(turn: dict[str, Any], *results: tuple[str, object]) -> list[dict[str, Any]]:
    """A conversation: a question, the assistant's turn with calls, and the results by call id."""
    answers = [{"role": "tool", "tool_call_id": name, "content": content} for name, content in results]
    return [user(QUESTION), {"role": "assistant", **turn}, *answers]
