"""Ways to break the official client for Node."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_BLOCKED = b"<html><body><h1>403 Forbidden</h1>Sorry, you have been blocked.</body></html>"


@fault(_CHAT, breaks={"sdk.node.create", "sdk.node.environment"})
def node_client_blocked(reply: Reply, call: Call) -> Reply:
    """A firewall in front of the gateway takes the official client for Node for a robot."""
    blocked = call.headers.get("user-agent", "").startswith("OpenAI/JS")
    return Reply(403, {"content-type": "text/html", "x-request-id": call.id}, _BLOCKED) if blocked else reply


@fault(_CHAT, breaks={"chat.stream.choices", "sdk.node.stream", "sdk.node.stream.empty-choices"})
def node_meets_null_choices(reply: Reply) -> None:
    """A chunk whose choices are null keeps the connection alive."""
    if reply.events and reply.chunks:
        reply.events.insert(1, {**reply.chunks[0], "choices": None})


@fault(_CHAT, breaks={"chat.stream.role-first", "sdk.node.stream.helper"})
def node_meets_null_role(reply: Reply) -> None:
    """The first delta of a stream has the role null."""
    for delta in _deltas(reply):
        if "role" in delta:
            delta["role"] = None


@fault(_CHAT, breaks={"tools.stream.first-fragment", "sdk.node.tools.stream"})
def node_meets_null_call_type(reply: Reply) -> None:
    """The type of a streamed call is null."""
    for delta in _deltas(reply):
        for fragment in delta.get("tool_calls") or ():
            if "type" in fragment:
                fragment["type"] = None


@fault("listModels", breaks={"models.answers", "sdk.node.models"})
def node_meets_models_as_octets(reply: Reply) -> None:
    """The list of models is labelled as bytes."""
    if reply.ok:
        reply.headers["content-type"] = "application/octet-stream"


@fault(_CHAT, breaks={"errors.unknown-model", "sdk.node.errors"})
def node_meets_error_as_success(reply: Reply) -> None:
    """A model that does not exist is answered 200 with an error in the body."""
    if reply.cause == "unknown_model":
        reply.status = 200


def _deltas(reply: Reply) -> list[dict[str, Any]]:
    return [choice["delta"] for chunk in reply.chunks for choice in chunk.get("choices") or ()]
