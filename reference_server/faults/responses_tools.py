"""Ways to break the function calls of responses."""

from __future__ import annotations

import json

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, put, swap
from reference_server.faults.words.prompts import NO_CALL
from reference_server.faults.words.responses import (
    ADDED,
    ARGUMENTS,
    ARGUMENTS_DONE,
    RESPONSE,
    begun_calls,
    calls,
    items,
    refuse,
)
from reference_server.faults.words.situations import asked, both, has, sent
from reference_server.faults.words.typed import in_events, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

response = rows(RESPONSE)
request = rows(RESPONSE, request_fault)

response_tools_refused = response(
    "responses.tools.accepted",
    "A request with functions is refused.",
    refuse(),
    when=asked(lambda call: bool(sent(call).get("tools"))),
    gateway="foxapi",
)
response_call_with_namespace = response(
    "responses.tools.name",
    "The name of a call has a prefix that was not offered.",
    calls(change("name", "functions.{}".format)),
    when=asked(lambda call: "tool_choice" not in sent(call)),
)
response_call_without_call_id = response(
    "responses.tools.call-id", "A call has an id as an item, and no `call_id`.", calls(drop("call_id"))
)
response_call_id_blank = response(
    "responses.tools.call-id", "The `call_id` of a call is empty.", calls(put("call_id", ""))
)
response_arguments_decoded = response(
    "responses.tools.arguments", "The arguments of a call are an object.", calls(change("arguments", json.loads))
)
response_arguments_encoded_twice = response(
    "responses.tools.arguments", "The arguments of a call are encoded twice.", calls(change("arguments", json.dumps))
)


@request("responses.tools.result")
def response_calls_skipped(call: Call) -> None:
    """Calls among the input are ignored, so that their results answer nothing."""
    if isinstance(call.body["input"], list):
        made = items(call, "function_call")
        call.body["input"] = [item for item in call.body["input"] if item not in made] or "Hello."


@request("responses.tools.result.counted")
def response_result_dropped(call: Call) -> None:
    """The results of calls do not reach the model."""
    for item in items(call, "function_call_output"):
        item["output"] = ""


orphaned_result_dropped = request(
    "responses.tools.result.orphan",
    "A result that answers no call is ignored.",
    change("input", lambda items: [item for item in items if NO_CALL not in str(item.get("call_id"))], list),
)
answer_to_results_empty = response(
    "responses.tools.result.previous",
    "Results that are sent alone get a completed response without items.",
    put("output", []),
    when=both(has("previous_response_id"), asked(lambda call: bool(items(call, "function_call_output")))),
)
required_call_not_made = request(
    "responses.tools.choice.required", "`tool_choice` required gives no call.", swap("tool_choice", "required", "none")
)
named_function_ignored = request(
    "responses.tools.choice.named", "The named function is ignored.", change("tool_choice", lambda _: "required", dict)
)
forbidden_call_made = request(
    "responses.tools.choice.none",
    "`tool_choice: none` is ignored.",
    drop("tool_choice"),
    when=lambda call: call.body.get("tool_choice") == "none",
)
streamed_call_without_call_id = response(
    "responses.tools.stream.item", "A streamed call begins without a `call_id`.", begun_calls(put("call_id", None))
)


@response("responses.tools.stream.item")
def streamed_call_begins_whole(reply: Reply) -> None:
    """A streamed call has all its arguments from the beginning, so that clients have them twice."""
    begun = [chunk["item"] for chunk in of(reply, ADDED) if chunk["item"]["type"] == "function_call"]
    for item, end in zip(begun, of(reply, ARGUMENTS_DONE), strict=False):
        item["arguments"] = end["arguments"]


@response("responses.tools.stream.arguments")
def streamed_arguments_repeated(reply: Reply) -> None:
    """Each delta of the arguments repeats those before it."""
    earlier: dict[int, str] = {}
    for chunk in of(reply, ARGUMENTS):
        chunk["delta"] = earlier[chunk["output_index"]] = earlier.get(chunk["output_index"], "") + chunk["delta"]


streamed_arguments_done_empty = response(
    "responses.tools.stream.arguments",
    "The event that ends the arguments of a call has none.",
    in_events(put("arguments", "{}"), ARGUMENTS_DONE),
)
