"""Ways to break the official Anthropic client."""

from __future__ import annotations

import json

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import BLOCK_START, MESSAGE, refuse
from reference_server.faults.words.edits import change, status
from reference_server.faults.words.prompts import RECENT_VERSION
from reference_server.faults.words.sdk import block
from reference_server.faults.words.situations import both, header, refused, served
from reference_server.faults.words.typed import skip, typed

message = rows(MESSAGE, gateway="ofox")

anthropic_client_blocked = message(
    "sdk.anthropic.create",
    "A firewall in front of the gateway refuses the official Anthropic client as a robot.",
    block,
    when=header("user-agent", "Anthropic/Python"),
)
anthropic_blocks_never_start = message(
    "anthropic.stream.blocks sdk.anthropic.stream", "No event starts a block: deltas come at once.", skip(BLOCK_START)
)
anthropic_input_is_text = message(
    "anthropic.tools.input sdk.anthropic.tools",
    "The input of a tool call is a string of JSON, as in the OpenAI dialect.",
    typed("content[]", "tool_use", change("input", json.dumps)),
)
anthropic_unknown_model_as_success = message(
    "anthropic.errors.unknown-model sdk.anthropic.errors",
    "A request for a model that does not exist is answered with 200 and an error in the body.",
    status(200),
    when=refused("unknown_model"),
)
anthropic_own_header_alone = request_fault(
    MESSAGE,
    "Only a key in x-api-key is read, which the latest official clients no longer send.",
    lambda call: call.headers.pop("authorization", None),
    breaks={"anthropic.credential.clients", "sdk.anthropic.unmodified"},
    gateway="ofox",
    before="authentication",
)
anthropic_first_version_alone = message(
    "anthropic.version.later sdk.anthropic.unmodified",
    "Only version 2023-06-01 is accepted, which the latest official clients no longer send.",
    refuse(),
    when=both(served, header("anthropic-version", RECENT_VERSION)),
)
