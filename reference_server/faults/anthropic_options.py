"""Ways to break what shapes an answer of the Anthropic protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import DETAIL, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"


@fault(_MESSAGE, breaks={"anthropic.sampling"}, gateway="ofox")
def top_k_refused(reply: Reply, call: Call) -> Reply:
    """`top_k` is refused, although it is documented."""
    return refused(reply) if "top_k" in sent(call) else reply


@request_fault(_MESSAGE, breaks={"anthropic.stop"})
def stop_sequences_ignored(call: Call) -> None:
    """Stop sequences of a whole answer are dropped."""
    if not call.body.get("stream"):
        call.body.pop("stop_sequences", None)


@fault(_MESSAGE, breaks={"anthropic.stop.named"})
def stop_told_as_end(reply: Reply) -> Reply:
    """An answer that a stop sequence ended pretends to have ended by itself, and names the sequence."""
    return reply.edit(lambda body: body.update(stop_reason="end_turn") if body["stop_sequence"] else None)


@fault(_MESSAGE, breaks={"anthropic.stop.named"})
def stop_sequence_not_told(reply: Reply) -> Reply:
    """Which stop sequence ended the answer is not told."""
    return reply.edit(lambda body: body.update(stop_sequence=None))


@fault(_MESSAGE, breaks={"anthropic.metadata"}, gateway="foxapi")
def metadata_refused(reply: Reply, call: Call) -> Reply:
    """`metadata` is refused, although it is documented."""
    return refused(reply) if "metadata" in sent(call) else reply


@fault(_MESSAGE, breaks={"anthropic.cache-control"})
def cache_control_refused(reply: Reply, call: Call) -> Reply:
    """A mark for the cache is an unknown field."""
    return refused(reply, 422, DETAIL) if "cache_control" in str(sent(call)) else reply


@fault(_MESSAGE, breaks={"anthropic.vision"})
def image_blocks_fail(reply: Reply, call: Call) -> Reply:
    """An image is refused without an error object."""
    return refused(reply, 422, DETAIL) if "'image'" in str(sent(call)) else reply


@request_fault(_MESSAGE, breaks={"anthropic.vision.counted"})
def image_blocks_dropped(call: Call) -> None:
    """Images do not reach the model."""
    _drop_blocks(call, "image")


@fault(_MESSAGE, breaks={"anthropic.documents"})
def pdf_fails(reply: Reply, call: Call) -> Reply:
    """A PDF is refused without an error object."""
    return refused(reply, 422, DETAIL) if "application/pdf" in str(sent(call)) else reply


@request_fault(_MESSAGE, breaks={"anthropic.documents.counted"})
def documents_dropped(call: Call) -> None:
    """Documents do not reach the model."""
    _drop_blocks(call, "document")


@request_fault(_MESSAGE, breaks={"anthropic.thinking"})
def thinking_ignored(call: Call) -> None:
    """`thinking` of a whole answer is dropped."""
    if not call.body.get("stream"):
        call.body.pop("thinking", None)


@fault(_MESSAGE, breaks={"anthropic.thinking"})
def thinking_unsigned(reply: Reply) -> Reply:
    """Thinking has no signature."""
    return _each_thought(reply, {"signature": ""})


@fault(_MESSAGE, breaks={"anthropic.thinking"})
def thinking_called_reasoning(reply: Reply) -> Reply:
    """Thinking has the type that another protocol gives it."""
    return _each_thought(reply, {"type": "reasoning"})


@fault(_MESSAGE, breaks={"anthropic.thinking"})
def thinking_null(reply: Reply) -> Reply:
    """Thinking is signed and has no words."""
    return _each_thought(reply, {"thinking": None})


@fault(_MESSAGE, breaks={"anthropic.thinking"})
def thinking_alone(reply: Reply) -> Reply:
    """Who thinks says nothing, and ends as if it had."""

    def leave(body: dict[str, Any]) -> None:
        thoughts = [block for block in body["content"] if block["type"] == "thinking"]
        body["content"] = thoughts or body["content"]

    return reply.edit(leave)


@fault(_MESSAGE, breaks={"anthropic.thinking.returned"})
def thinking_in_history_fails(reply: Reply, call: Call) -> Reply:
    """A turn with thinking is refused without an error object."""
    return refused(reply, 422, DETAIL) if "'signature'" in str(sent(call).get("messages")) else reply


def _each_thought(reply: Reply, members: dict[str, Any]) -> Reply:
    """Give the thinking of a whole answer other members."""

    def change(body: dict[str, Any]) -> None:
        for block in body["content"]:
            if block["type"] == "thinking":
                block.update(members)

    return reply.edit(change)


def _drop_blocks(call: Call, kind: str) -> None:
    for turn in call.body["messages"]:
        if isinstance(turn["content"], list):
            turn["content"] = [block for block in turn["content"] if block["type"] != kind]
