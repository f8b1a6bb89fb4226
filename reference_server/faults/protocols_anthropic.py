"""Ways in which the Anthropic protocol can give something else than chat completions do."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.anthropic import MESSAGE, says
from reference_server.faults.words.edits import change, put
from reference_server.faults.words.prompts import LIST

request = rows(MESSAGE, request_fault)

prompt_replaced = request(
    "protocols.anthropic.same-text",
    "A prompt to repeat something is replaced on its way to the model.",
    put("messages", [{"role": "user", "content": "Say exactly: I cannot do that."}]),
    when=lambda call: LIST in str(call.body["messages"]),
)
tool_question_replaced = request(
    "protocols.anthropic.same-call",
    "A question for a named tool is about another city on its way to the model.",
    put("messages", [{"role": "user", "content": "What is the time in Tunis?"}]),
    when=lambda call: (call.body.get("tool_choice") or {}).get("type") == "tool",
)
letters_charged = fault(
    MESSAGE,
    "A repeated text costs ten times as many tokens.",
    change("usage.output_tokens", lambda count: count * 10),
    when=says(LIST),
    breaks={"protocols.anthropic.usage"},
)
