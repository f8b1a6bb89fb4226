"""Ways to break `output_config` and images by address in the Anthropic protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import DETAIL, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"


def config_of(call: Call) -> dict[str, Any]:
    """The `output_config` of a request; empty where there is none."""
    config: dict[str, Any] = sent(call).get("output_config") or {}
    return config


def by_address(call: Call) -> bool:
    """The request holds an image or a document by its address."""
    return "'type': 'url'" in str(sent(call))


@request_fault(_MESSAGE, breaks={"anthropic.json-schema"})
def anthropic_schema_ignored(call: Call) -> None:
    """The schema does not reach the model, unless the answer is streamed."""
    if not call.body.get("stream"):
        call.body.pop("output_config", None)


@fault(_MESSAGE, breaks={"anthropic.json-schema"})
def anthropic_json_in_fence(reply: Reply, call: Call) -> None:
    """JSON stands in a Markdown fence."""
    for block in reply.body["content"] if reply.ok and reply.events is None and "format" in config_of(call) else ():
        block["text"] = f"```json\n{block['text']}\n```"


@fault(_MESSAGE, breaks={"anthropic.json-schema"})
def anthropic_json_within_json(reply: Reply, call: Call) -> None:
    """The value of the schema is a member of another object."""
    for block in reply.body["content"] if reply.ok and reply.events is None and "format" in config_of(call) else ():
        block["text"] = f'{{"answer": {block["text"]}}}'


@request_fault(_MESSAGE, breaks={"anthropic.json-schema.stream"})
def anthropic_schema_ignored_in_stream(call: Call) -> None:
    """The schema does not reach the model when the answer is streamed."""
    if call.body.get("stream"):
        call.body.pop("output_config", None)


@fault(_MESSAGE, breaks={"anthropic.effort"})
def anthropic_effort_fails(reply: Reply, call: Call) -> Reply:
    """A low effort breaks the server."""
    return refused(reply, 500) if reply.ok and config_of(call).get("effort") == "low" else reply


@fault(_MESSAGE, breaks={"anthropic.effort"})
def anthropic_output_config_unknown(reply: Reply, call: Call) -> Reply:
    """An effort is an unknown field, refused without an error object."""
    return refused(reply, 422, DETAIL) if "effort" in config_of(call) else reply


@fault(_MESSAGE, breaks={"anthropic.vision.url"})
def anthropic_address_without_data(reply: Reply, call: Call) -> Reply:
    """An image by address lacks data, which is told without an error object."""
    return refused(reply, 422, DETAIL) if by_address(call) else reply


@request_fault(_MESSAGE, breaks={"anthropic.vision.url.counted"})
def anthropic_address_dropped(call: Call) -> None:
    """An image by address does not reach the model."""
    for turn in call.body["messages"]:
        if isinstance(turn["content"], list):
            turn["content"] = [one for one in turn["content"] if one.get("source", {}).get("type") != "url"]
