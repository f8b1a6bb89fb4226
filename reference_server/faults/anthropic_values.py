"""Ways to break single members of a whole answer of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.anthropic import is_plain
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"
_COUNT = "countMessageTokens"


@fault(_MESSAGE, breaks={"anthropic.id"})
def message_id_is_a_number(reply: Reply) -> Reply:
    """The id of a message is a number, another one each time."""
    return reply.edit(lambda body: body.update(id=hash(body["id"]) % 10**9 + 1))


@fault(_MESSAGE, breaks={"anthropic.model"})
def message_model_empty(reply: Reply) -> Reply:
    """The model of a message is empty."""
    return reply.edit(lambda body: body.update(model=""))


@fault(_MESSAGE, breaks={"anthropic.model"})
def message_model_is_an_object(reply: Reply) -> Reply:
    """The model of a message is an object."""
    return reply.edit(lambda body: body.update(model={"name": body["model"]}))


@fault(_MESSAGE, breaks={"anthropic.content"})
def message_content_of_texts(reply: Reply, call: Call) -> Reply:
    """The content of the plainest message is a list of texts, not of blocks."""
    return reply.edit(lambda body: body.update(content=[body["content"][0]["text"]])) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.content"})
def message_text_null(reply: Reply, call: Call) -> Reply:
    """The plainest message ends with a block whose text is null."""
    return reply.edit(lambda body: body["content"].append({"type": "text", "text": None})) if is_plain(call) else reply


@fault(_MESSAGE, breaks={"anthropic.usage"})
def message_usage_negative(reply: Reply, call: Call) -> Reply:
    """The plainest message cost less than no output."""
    return reply.edit(lambda body: body["usage"].update(output_tokens=-1)) if is_plain(call) else reply


@fault(_COUNT, breaks={"anthropic.count-tokens"})
def short_prompt_counts_nothing(reply: Reply, call: Call) -> Reply:
    """The plainest prompt counts no token."""
    return reply.edit(lambda body: body.update(input_tokens=0)) if is_plain(call) else reply


@fault(_COUNT, breaks={"anthropic.count-tokens"})
def count_created(reply: Reply) -> None:
    """A count is told with the status of something that was created."""
    if reply.ok:
        reply.status = 201
