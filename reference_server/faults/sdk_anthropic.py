"""Ways to break the official Anthropic client."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGES = "createMessage"
_BLOCKED = b"<html><body><h1>403 Forbidden</h1>Sorry, you have been blocked.</body></html>"


@fault(_MESSAGES, breaks={"sdk.anthropic.create"}, gateway="ofox")
def anthropic_client_blocked(reply: Reply, call: Call) -> Reply:
    """A firewall in front of the gateway takes the official Anthropic client for a robot."""
    blocked = call.headers.get("user-agent", "").startswith("Anthropic/Python")
    return Reply(403, {"content-type": "text/html", "x-request-id": call.id}, _BLOCKED) if blocked else reply


@fault(_MESSAGES, breaks={"anthropic.stream.blocks", "sdk.anthropic.stream"}, gateway="ofox")
def anthropic_blocks_never_start(reply: Reply) -> Reply:
    """No event starts a block: deltas come at once."""
    return reply.without(lambda event: isinstance(event, dict) and event.get("type") == "content_block_start")


@fault(_MESSAGES, breaks={"anthropic.tools.input", "sdk.anthropic.tools"}, gateway="ofox")
def anthropic_input_is_text(reply: Reply) -> Reply:
    """The input of a tool use is JSON in a string, as the OpenAI dialect has it."""

    def encode(body: dict[str, Any]) -> None:
        for block in body.get("content") or ():
            if block["type"] == "tool_use":
                block["input"] = json.dumps(block["input"])

    return reply.edit(encode)


@fault(_MESSAGES, breaks={"anthropic.errors.unknown-model", "sdk.anthropic.errors"}, gateway="ofox")
def anthropic_unknown_model_as_success(reply: Reply) -> None:
    """A model that does not exist is answered 200 with an error in the body."""
    if reply.cause == "unknown_model":
        reply.status = 200


@request_fault(
    _MESSAGES,
    breaks={"anthropic.credential.clients", "sdk.anthropic.unmodified"},
    gateway="ofox",
    before="authentication",
)
def anthropic_own_header_alone(call: Call) -> None:
    """Only x-api-key is read, which the latest official clients no longer send."""
    call.headers.pop("authorization", None)


@fault(_MESSAGES, breaks={"anthropic.version.later", "sdk.anthropic.unmodified"}, gateway="ofox")
def anthropic_first_version_alone(reply: Reply, call: Call) -> Reply:
    """Only version 2023-06-01 is known, which the latest official clients no longer send."""
    return refused(reply) if reply.ok and call.headers.get("anthropic-version") == "2026-10-21" else reply
