"""Ways to break the official client for Node."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import change, header, in_chunks, status
from reference_server.faults.words.openai import CHAT, FRAGMENTS, MODELS
from reference_server.faults.words.sdk import block
from reference_server.faults.words.situations import header as has_header
from reference_server.faults.words.situations import refused, served

chat = rows(CHAT)

node_client_blocked = chat(
    "sdk.node.create sdk.node.environment",
    "A firewall in front of the gateway refuses the official client for Node as a robot.",
    block,
    when=has_header("user-agent", "OpenAI/JS"),
)
node_meets_null_choices = chat(
    "chat.stream.choices sdk.node.stream sdk.node.stream.empty-choices",
    "A stream is kept alive with a chunk whose choices are null.",
    lambda reply, _: reply.events.insert(1, {**reply.chunks[0], "choices": None}),
    when=lambda reply, _: reply.events and reply.chunks,
)
node_meets_null_role = chat(
    "chat.stream.role-first sdk.node.stream.helper",
    "The first delta of a stream has the role null.",
    in_chunks(change("choices[].delta.role", lambda _: None)),
)
node_meets_null_call_type = chat(
    "tools.stream.first-fragment sdk.node.tools.stream",
    "The type of a streamed call is null.",
    in_chunks(change(f"{FRAGMENTS}.type", lambda _: None)),
)
node_meets_models_as_octets = fault(
    MODELS,
    "The list of models is labelled as application/octet-stream.",
    header("content-type", "application/octet-stream"),
    when=served,
    breaks={"models.answers", "sdk.node.models"},
)
node_meets_error_as_success = chat(
    "errors.unknown-model sdk.node.errors",
    "A request for a model that does not exist is answered with 200 and an error in the body.",
    status(200),
    when=refused("unknown_model"),
)
