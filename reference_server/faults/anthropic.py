"""Ways to break whole answers of the Anthropic protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"
_COUNT = "countMessageTokens"
_PROMPT = "Say hello in one short sentence."
_PLAIN = {"model", "max_tokens", "messages", "stream"}


def sent(call: Call) -> dict[str, Any]:
    """The body of the request, whatever came."""
    return call.body if isinstance(call.body, dict) else {}


def is_plain(call: Call) -> bool:
    """The request is the plainest there is, whole or streamed."""
    body = sent(call)
    plain = body.keys() <= _PLAIN and "claude" in str(body.get("model"))
    return plain and body.get("messages") == [{"role": "user", "content": _PROMPT}]


def refused(reply: Reply, status: int = 400, body: Any = None) -> Reply:
    """A refusal with the headers of the reply; without the usual error object when a body is given."""
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "This is not supported here."}}
    return Reply(status, {**reply.headers, "content-type": "application/json"}, body or error)


DETAIL = {"detail": "extra fields not permitted"}
"""The body of a refusal that does not say clearly what is refused."""


@fault(_MESSAGE, breaks={"anthropic.answers"})
def message_labelled_as_text(reply: Reply) -> None:
    """A whole message is labelled as text."""
    if reply.ok and reply.events is None:
        reply.headers["content-type"] = "text/plain"


@fault(_MESSAGE, breaks={"anthropic.schema"})
def service_tier_is_a_number(reply: Reply) -> Reply:
    """The service tier of a message is a number."""
    return reply.edit(lambda body: body["usage"].update(service_tier=1))


@fault(_MESSAGE, breaks={"anthropic.id"})
def message_id_blank(reply: Reply) -> Reply:
    """The id of a message is empty."""
    return reply.edit(lambda body: body.update(id=""))


@fault(_MESSAGE, breaks={"anthropic.id-unique"})
def message_id_constant(reply: Reply) -> Reply:
    """Every message has the same id."""
    return reply.edit(lambda body: body.update(id="msg_1"))


@fault(_MESSAGE, breaks={"anthropic.type"})
def message_typed_as_completion(reply: Reply) -> Reply:
    """The type of a message is the word of another protocol."""
    return reply.edit(lambda body: body.update(type="chat.completion"))


@fault(_MESSAGE, breaks={"anthropic.type"})
def message_without_role(reply: Reply) -> Reply:
    """A message has no role."""
    return reply.edit(lambda body: body.pop("role") and None)


@fault(_MESSAGE, breaks={"anthropic.model"})
def message_without_model(reply: Reply) -> Reply:
    """A message does not name its model."""
    return reply.edit(lambda body: body.update(model=None))


@fault(_MESSAGE, breaks={"anthropic.content"})
def content_is_a_string(reply: Reply, call: Call) -> Reply:
    """The content of a plain answer is its text."""
    return reply.edit(lambda body: body.update(content=body["content"][0]["text"])) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.content"})
def text_block_without_type(reply: Reply, call: Call) -> Reply:
    """The block of a plain answer has a text and no type."""
    return reply.edit(lambda body: body["content"][0].pop("type") and None) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.text"})
def content_empty(reply: Reply, call: Call) -> Reply:
    """A plain question is answered with nothing."""
    return reply.edit(lambda body: body.update(content=[])) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.stop-reason"})
def stop_reason_of_chat(reply: Reply) -> Reply:
    """A natural end has the word of another protocol."""
    return reply.edit(lambda body: _replace(body, "stop_reason", "end_turn", "stop"))


@fault(_MESSAGE, breaks={"anthropic.stop-reason"})
def stop_reason_null(reply: Reply) -> Reply:
    """A natural end is not told."""
    return reply.edit(lambda body: _replace(body, "stop_reason", "end_turn", None))


@fault(_MESSAGE, breaks={"anthropic.stop-reason"})
def stop_reason_is_an_object(reply: Reply) -> Reply:
    """A natural end is told by an object."""
    return reply.edit(lambda body: _replace(body, "stop_reason", "end_turn", {"type": "end_turn"}))


@fault(_MESSAGE, breaks={"anthropic.stop-sequence.null"})
def stop_sequence_blank(reply: Reply) -> Reply:
    """Without a stop sequence `stop_sequence` is an empty string."""
    return reply.edit(lambda body: _replace(body, "stop_sequence", None, ""))


@fault(_MESSAGE, breaks={"anthropic.usage"})
def output_tokens_as_text(reply: Reply) -> Reply:
    """`output_tokens` is a string."""
    return reply.edit(lambda body: body["usage"].update(output_tokens=str(body["usage"]["output_tokens"])))


@fault(_MESSAGE, breaks={"anthropic.usage"})
def usage_of_chat(reply: Reply) -> Reply:
    """The counters have the names of another protocol."""

    def rename(body: dict[str, Any]) -> None:
        usage = body["usage"]
        body["usage"] = {"prompt_tokens": usage["input_tokens"], "completion_tokens": usage["output_tokens"]}

    return reply.edit(rename)


@fault(_MESSAGE, breaks={"anthropic.usage.counted"})
def output_tokens_zero(reply: Reply) -> Reply:
    """No answer costs output tokens."""
    return reply.edit(lambda body: body["usage"].update(output_tokens=0))


@fault(_MESSAGE, breaks={"anthropic.usage.counted"})
def input_tokens_zero(reply: Reply, call: Call) -> Reply:
    """A plain request costs no input token."""
    return reply.edit(lambda body: body["usage"].update(input_tokens=0)) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.max-tokens"})
def cut_message_ends_well(reply: Reply) -> Reply:
    """An answer that the limit cuts pretends to have ended by itself."""
    return reply.edit(lambda body: _replace(body, "stop_reason", "max_tokens", "end_turn"))


@request_fault(_MESSAGE, breaks={"anthropic.max-tokens.cap"})
def message_limit_ignored(call: Call) -> None:
    """A low limit of a whole answer is raised."""
    if not call.body.get("stream") and call.body["max_tokens"] == 16:
        call.body["max_tokens"] = 512


@request_fault(_MESSAGE, breaks={"anthropic.system"})
def system_text_dropped(call: Call) -> None:
    """A short system prompt that is a string does not reach the model."""
    if isinstance(call.body.get("system"), str) and len(call.body["system"]) < 200:
        call.body.pop("system")


@request_fault(_MESSAGE, breaks={"anthropic.system.blocks"})
def first_system_block_only(call: Call) -> None:
    """Of a system prompt in blocks the first one reaches the model."""
    if isinstance(call.body.get("system"), list):
        call.body["system"] = call.body["system"][:1]


@fault(_MESSAGE, breaks={"anthropic.system.blocks"})
def system_blocks_refused(reply: Reply, call: Call) -> Reply:
    """A system prompt in blocks is refused."""
    return refused(reply) if _is_list_without_marks(sent(call).get("system")) else reply


@request_fault(_MESSAGE, breaks={"anthropic.system.blocks"})
def system_blocks_dropped(call: Call) -> None:
    """A system prompt in blocks does not reach the model."""
    if isinstance(call.body.get("system"), list):
        call.body.pop("system")


@request_fault(_MESSAGE, breaks={"anthropic.history"})
def earlier_turns_dropped(call: Call) -> None:
    """Only the last turn reaches the model, unless tools are used."""
    if "tool" not in str(call.body["messages"]):
        call.body["messages"] = call.body["messages"][-1:]


@fault(_MESSAGE, breaks={"anthropic.content-forms"})
def content_blocks_refused(reply: Reply, call: Call) -> Reply:
    """A single turn in text blocks is refused."""
    if not reply.ok or "system" in sent(call) or len(sent(call)["messages"]) > 1:
        return reply
    blocks = sent(call)["messages"][0]["content"]
    texts = isinstance(blocks, list) and all(block["type"] == "text" for block in blocks)
    return refused(reply) if texts and _is_list_without_marks(blocks) else reply


@fault(_MESSAGE, breaks={"anthropic.unicode"})
def message_in_question_marks(reply: Reply) -> Reply:
    """Every letter outside ASCII becomes a question mark."""

    def mangle(body: dict[str, Any]) -> None:
        for block in body["content"]:
            if block["type"] == "text":
                block["text"] = "".join(letter if letter.isascii() else "?" for letter in block["text"])

    return reply.edit(mangle)


@fault(_MESSAGE, breaks={"anthropic.unicode"})
def message_characters_replaced(reply: Reply) -> Reply:
    """Characters outside the basic plane become replacement characters."""

    def mangle(body: dict[str, Any]) -> None:
        for block in body["content"]:
            if block["type"] == "text":
                block["text"] = "".join(letter if letter < "\U00010000" else "\ufffd" for letter in block["text"])

    return reply.edit(mangle)


def _is_list_without_marks(value: Any) -> bool:
    return isinstance(value, list) and "cache_control" not in str(value)


def _replace(body: dict[str, Any], name: str, old: Any, new: Any) -> None:
    if body.get(name) == old:
        body[name] = new


@request_fault(_COUNT, breaks={"anthropic.count-tokens.grows"})
def tools_not_counted(call: Call) -> None:
    """Tools count no tokens."""
    call.body.pop("tools", None)


@fault(_COUNT, breaks={"anthropic.count-tokens"})
def count_as_text(reply: Reply) -> Reply:
    """The count is a string."""
    return reply.edit(lambda body: body.update(input_tokens=str(body["input_tokens"])))


@fault(_COUNT, breaks={"anthropic.count-tokens.agrees"})
def letters_counted(reply: Reply) -> Reply:
    """The count is about that of the letters."""
    return reply.edit(lambda body: body.update(input_tokens=body["input_tokens"] * 4))
