"""Ways in which the Anthropic protocol can give something else than chat completions do."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"


@request_fault(_MESSAGE, breaks={"protocols.anthropic.same-text"})
def prompt_replaced(call: Call) -> None:
    """A prompt to repeat something is replaced on its way to the model."""
    if "alpha" in str(call.body["messages"]):
        call.body["messages"] = [{"role": "user", "content": "Say exactly: I cannot do that."}]


@request_fault(_MESSAGE, breaks={"protocols.anthropic.same-call"})
def tool_question_replaced(call: Call) -> None:
    """A question for a named tool is about another city on its way to the model."""
    if (call.body.get("tool_choice") or {}).get("type") == "tool":
        call.body["messages"] = [{"role": "user", "content": "What is the time in Tunis?"}]


@fault(_MESSAGE, breaks={"protocols.anthropic.usage"})
def letters_charged(reply: Reply, call: Call) -> Reply:
    """A repeated text costs ten times as many tokens."""
    told = reply.ok and "alpha" in str(sent(call).get("messages"))
    return reply.edit(lambda body: _tenfold(body["usage"])) if told else reply


def _tenfold(usage: dict[str, int]) -> None:
    usage["output_tokens"] *= 10
