"""The tools that the checks of the Anthropic protocol offer, and the conversations that use them."""

from __future__ import annotations

from typing import Any

from conformance.words.answer import first_that_calls, is_refusal, leave_without_tools
from conformance.words.anthropic.messages import Anthropic, Message
from conformance.words.anthropic.stream import MessageStream
from conformance.words.ask import user
from conformance.words.check import Unsupported, inconclusive
from conformance.words.openai.tools import BOTH, CITY, QUESTION
from conformance.words.samples.unicode import NAME


def tool(name: str) -> dict[str, Any]:
    """A tool that takes a city."""
    return {"name": name, "description": name.replace("_", " ").capitalize() + " of a city", "input_schema": CITY}


TOOLS = [tool("get_weather"), tool("get_time")]
ANY: dict[str, Any] = {"tools": TOOLS, "tool_choice": {"type": "any"}}
NAMED: dict[str, Any] = {"tools": TOOLS, "tool_choice": {"type": "tool", "name": "get_time"}}
FREE: dict[str, Any] = {"tools": TOOLS}
WAYS = (ANY, NAMED, FREE)
"""The ways to have a tool called: one is forced, it is named, or the model is free to call it."""
EARLIER_CALL: dict[str, Any] = {
    "type": "tool_use",
    "id": "toolu_8f2a",
    "name": "get_weather",
    "input": {"city": NAME},
}
"""A call as an earlier turn of a conversation holds it."""
CUT = ("max_tokens", "pause_turn", "refusal")
"""The reasons for which an answer ends before its time."""


def calling(anthropic: Anthropic) -> Message:
    """A whole answer that calls a tool, in the first of the ways that leads to one."""
    return first_that_calls((anthropic.message(QUESTION, **way) for way in WAYS), _calls)


def calling_stream(anthropic: Anthropic) -> MessageStream:
    """A streamed answer that calls a tool, in the first of the ways that leads to one."""
    answers = (anthropic.stream(QUESTION, **way) for way in WAYS)
    return first_that_calls(answers, lambda answer: any(block.type == "tool_use" for block in answer.blocks))


def calling_both(anthropic: Anthropic) -> Message:
    """A whole answer to what two tools are for; no one tool can be named."""
    return first_that_calls((anthropic.message(BOTH, **way) for way in (ANY, FREE)), _calls)


def _calls(answer: Message) -> list[dict[str, Any]]:
    return answer.blocks("tool_use")


def known(anthropic: Anthropic, dependent: bool) -> None:
    """Leaves the check when tools depend on the model and this one clearly refuses them."""
    plain = anthropic.message(QUESTION, tools=TOOLS)
    if dependent and is_refusal(plain.exchange):
        raise Unsupported(f"the target refuses tools: {plain.exchange.text:.160}")


def leave_uncalled(anthropic: Anthropic, answer: Message) -> None:
    """Leaves the check when no tool is called for a reason that is the model's: it was cut off, or never calls one."""
    if answer.blocks("tool_use"):
        return
    if answer.stop_reason in CUT:
        inconclusive(f"the answer was ended by {answer.stop_reason}")
    free, bare = anthropic.message(QUESTION, tools=TOOLS), anthropic.message(QUESTION)
    leave_without_tools(bool(free.blocks("tool_use")), free.input, bare.input)


def result(name: Any, **fields: Any) -> dict[str, Any]:
    """The result of a call, as a block."""
    return {"type": "tool_result", "tool_use_id": name, **fields}


def returned(content: list[dict[str, Any]], *results: dict[str, Any]) -> list[dict[str, Any]]:
    """A conversation: a question, the assistant's turn with calls, and the results."""
    return [user(QUESTION), {"role": "assistant", "content": content}, user(list(results))]
