"""Ways to break the function calls of responses."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.responses import RESPONSE, items, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

_ADDED = "response.output_item.added"
_DELTA = "response.function_call_arguments.delta"
_DONE = "response.function_call_arguments.done"


def _calls(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in body["output"] if item["type"] == "function_call"]


def _begun(reply: Reply) -> list[dict[str, Any]]:
    """The items that begin a streamed call."""
    begun = [chunk["item"] for chunk in reply.chunks if chunk["type"] == _ADDED]
    return [item for item in begun if item["type"] == "function_call"]


@fault(RESPONSE, breaks={"responses.tools.accepted"}, gateway="foxapi")
def response_tools_refused(reply: Reply, call: Call) -> Reply:
    """Functions are refused."""
    return refused(reply) if sent(call).get("tools") else reply


@fault(RESPONSE, breaks={"responses.tools.name"})
def response_call_with_namespace(reply: Reply, call: Call) -> Reply:
    """The name of a call has a prefix that was not offered."""

    def rename(body: dict[str, Any]) -> None:
        for made in _calls(body):
            made["name"] = f"functions.{made['name']}"

    return reply if "tool_choice" in sent(call) else reply.edit(rename)


@fault(RESPONSE, breaks={"responses.tools.call-id"})
def response_call_without_call_id(reply: Reply) -> Reply:
    """A call has an id as an item, and no `call_id`."""

    def drop(body: dict[str, Any]) -> None:
        for made in _calls(body):
            del made["call_id"]

    return reply.edit(drop)


@fault(RESPONSE, breaks={"responses.tools.call-id"})
def response_call_id_blank(reply: Reply) -> Reply:
    """The `call_id` of a call is empty."""

    def clear(body: dict[str, Any]) -> None:
        for made in _calls(body):
            made["call_id"] = ""

    return reply.edit(clear)


@fault(RESPONSE, breaks={"responses.tools.arguments"})
def response_arguments_decoded(reply: Reply) -> Reply:
    """The arguments of a call are an object instead of its text."""

    def decode(body: dict[str, Any]) -> None:
        for made in _calls(body):
            made["arguments"] = json.loads(made["arguments"])

    return reply.edit(decode)


@fault(RESPONSE, breaks={"responses.tools.arguments"})
def response_arguments_encoded_twice(reply: Reply) -> Reply:
    """The arguments of a call are a JSON string within the string."""

    def encode(body: dict[str, Any]) -> None:
        for made in _calls(body):
            made["arguments"] = json.dumps(made["arguments"])

    return reply.edit(encode)


@request_fault(RESPONSE, breaks={"responses.tools.result"})
def response_calls_skipped(call: Call) -> None:
    """Calls among the input are skipped, so that their results answer nothing."""
    if isinstance(call.body["input"], list):
        made = items(call, "function_call")
        call.body["input"] = [item for item in call.body["input"] if item not in made] or "Hello."


@request_fault(RESPONSE, breaks={"responses.tools.result.counted"})
def response_result_dropped(call: Call) -> None:
    """What a tool answered is dropped."""
    for item in items(call, "function_call_output"):
        item["output"] = ""


@request_fault(RESPONSE, breaks={"responses.tools.result.orphan"})
def orphaned_result_dropped(call: Call) -> None:
    """A result that answers no call is dropped."""
    if isinstance(call.body["input"], list):
        call.body["input"] = [item for item in call.body["input"] if item.get("call_id") != "call_of_nobody"]


@fault(RESPONSE, breaks={"responses.tools.result.previous"})
def answer_to_results_empty(reply: Reply, call: Call) -> Reply:
    """Who sends results alone gets a complete response without items."""
    alone = sent(call).get("previous_response_id") and items(call, "function_call_output")
    return reply.edit(lambda body: body.update(output=[])) if alone else reply


@request_fault(RESPONSE, breaks={"responses.tools.choice.required"})
def required_call_not_made(call: Call) -> None:
    """`tool_choice` required gives no call."""
    if call.body.get("tool_choice") == "required":
        call.body["tool_choice"] = "none"


@request_fault(RESPONSE, breaks={"responses.tools.choice.named"})
def named_function_ignored(call: Call) -> None:
    """The name in `tool_choice` is ignored."""
    if isinstance(call.body.get("tool_choice"), dict):
        call.body["tool_choice"] = "required"


@request_fault(RESPONSE, breaks={"responses.tools.choice.none"})
def forbidden_call_made(call: Call) -> None:
    """`tool_choice` none is ignored."""
    if call.body.get("tool_choice") == "none":
        del call.body["tool_choice"]


@fault(RESPONSE, breaks={"responses.tools.stream.item"})
def streamed_call_without_call_id(reply: Reply) -> None:
    """A streamed call begins without a `call_id`."""
    for item in _begun(reply):
        item["call_id"] = None


@fault(RESPONSE, breaks={"responses.tools.stream.item"})
def streamed_call_begins_whole(reply: Reply) -> None:
    """A streamed call has all its arguments from the beginning, so that clients have them twice."""
    whole = [chunk["arguments"] for chunk in reply.chunks if chunk["type"] == _DONE]
    for item, arguments in zip(_begun(reply), whole, strict=False):
        item["arguments"] = arguments


@fault(RESPONSE, breaks={"responses.tools.stream.arguments"})
def streamed_arguments_repeated(reply: Reply) -> Reply:
    """Each delta of the arguments repeats those before it."""
    told: dict[int, str] = {}

    def repeat(chunk: Chunk) -> Event:
        if chunk["type"] == _DELTA:
            place = chunk["output_index"]
            told[place] = told.get(place, "") + chunk["delta"]
            chunk["delta"] = told[place]
        return chunk

    return reply.map(repeat)


@fault(RESPONSE, breaks={"responses.tools.stream.arguments"})
def streamed_arguments_done_empty(reply: Reply) -> None:
    """The event that ends the arguments of a call has none."""
    for chunk in reply.chunks:
        if chunk["type"] == _DONE:
            chunk["arguments"] = "{}"
