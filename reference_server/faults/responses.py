"""Ways to break whole responses: the body, the items, the usage, and what goes in."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, in_chunks, label, put, raw, swap
from reference_server.faults.words.prompts import HELLO_SHORT
from reference_server.faults.words.responses import (
    ADDED,
    COMPLETED,
    ENDS,
    FAILED,
    RESPONSE,
    TEXT,
    TEXT_DONE,
    begun_calls,
    completed,
    items,
    messages,
    parts,
    plain,
    refuse,
    reword,
)
from reference_server.faults.words.situations import asked, has, sent, whole
from reference_server.faults.words.typed import as_number, in_events, narrow, of, share, skip, skip_events, wrap
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

request = rows(RESPONSE, request_fault)
response = rows(RESPONSE)

_COUNTERS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "total_tokens"}

_NO_TEXT: Chunk = {"type": "output_text", "text": None, "annotations": []}


def _without(name: str) -> Callable[[dict[str, int]], dict[str, int]]:
    """Makes a usage in which some tokens cost nothing."""
    return lambda usage: {**usage, name: 0, "total_tokens": usage["total_tokens"] - usage[name]}


def _begun_messages(reply: Reply) -> list[Chunk]:
    return [chunk for chunk in of(reply, ADDED) if chunk["item"]["type"] == "message"]


def _returns_own_result(call: Call) -> bool:
    own = any("sunny" in str(item.get("output")) for item in items(call, "function_call_output"))
    return own and "previous_response_id" not in sent(call)


response_labelled_as_text = response(
    "responses.answers", "A whole response is labelled as text.", label("text/plain"), when=whole
)
response_created_as_text = response(
    "responses.schema", "`created_at` of a response is a date in words.", put("created_at", "2026-01-01T00:00:00Z")
)
response_without_model = response("responses.schema", "The response does not say which model answered.", drop("model"))
response_id_blank = response("responses.id", "The id of a response is empty.", put("id", ""))
response_id_constant = response("responses.id", "Every response has the same id.", put("id", "resp_1"))
response_called_completion = response(
    "responses.object", "`object` of a response is `chat.completion`.", put("object", "chat.completion")
)
response_status_of_chat = response(
    "responses.status", "A complete response has the status `stop`.", swap("status", "completed", "stop")
)
response_never_completed = response(
    "responses.status", "A whole response says that it is in progress.", swap("status", "completed", "in_progress")
)
response_content_is_text = response(
    "responses.output",
    "The content of a message is a string instead of a list of parts.",
    messages(change("content", lambda parts: parts[0]["text"])),
)
response_message_of_the_model = response(
    "responses.output", "The role of a message is `model`.", messages(put("role", "model"))
)
response_parts_of_chat = response(
    "responses.text", "The parts have the type `text`, as in chat completions.", parts(put("type", "text")), when=plain
)
response_without_items = response(
    "responses.text", "A response has no items, although tokens are counted.", put("output", []), when=plain
)
response_without_usage = response("responses.usage", "`usage` is null.", put("usage", None))
response_usage_of_chat = response(
    "responses.usage",
    "The token counts have the names that they have in chat completions.",
    change("usage", lambda usage: {name: usage[own] for name, own in _COUNTERS.items()}),
)
response_total_of_input = response(
    "responses.usage",
    "The total token count leaves out the output.",
    change("usage", lambda usage: {**usage, "total_tokens": usage["input_tokens"]}),
)
instructions_dropped = request("responses.instructions", "Instructions are ignored.", drop("instructions"))
response_parts_refused = response(
    "responses.input.forms",
    "A message whose content is a list of parts is refused.",
    refuse(),
    when=asked(lambda call: "input_text" in str(sent(call).get("input"))),
)
response_messages_need_a_type = response(
    "responses.input.forms",
    "A message without `type` is refused.",
    refuse(),
    when=asked(lambda call: sent(call).get("input") == [{"role": "user", "content": HELLO_SHORT}]),
)


@request("responses.input.history")
def last_ten_items_only(call: Call) -> None:
    """Only the last ten items of the input reach the model."""
    if isinstance(call.body["input"], list):
        call.body["input"] = call.body["input"][-10:]


@request("responses.input.history")
def messages_before_a_third_dropped(call: Call) -> None:
    """Of a conversation of three messages only the last one reaches the model."""
    if items(call) and len(items(call)) == len(call.body["input"]) == 3:
        call.body["input"] = call.body["input"][-1:]


@request("responses.input.history responses.input.counted")
def last_message_only(call: Call) -> None:
    """Only the last message of a conversation reaches the model."""
    if items(call) and len(items(call)) == len(call.body["input"]):
        call.body["input"] = call.body["input"][-1:]


own_message_refused = response(
    "responses.input.own-output",
    "A message that the target itself had sent is refused because of its id.",
    refuse(),
    when=asked(lambda call: any("id" in item for item in items(call))),
)
response_without_astral_planes = response(
    "responses.unicode",
    "Characters beyond the basic plane are replaced in a whole response.",
    raw(lambda data: narrow(data.decode()).encode()),
    when=lambda reply, _: reply.events is None,
)

# Values of a wrong kind.
response_id_is_a_number = response(
    "responses.id", "The id of a response is a number, another one each time.", change("id", as_number)
)
response_item_is_a_text = response(
    "responses.output",
    "The plainest response ends with an item that is a string.",
    change("output", lambda items: [*items, "Bye."]),
    when=plain,
)
response_text_null = response(
    "responses.output responses.input.own-output",
    "The message of the plainest response ends with a part whose text is null, which is refused when sent back.",
    messages(change("content", lambda parts: [*parts, dict(_NO_TEXT)])),
    when=plain,
)
response_input_free = response(
    "responses.usage.counted", "Every response reports 0 input tokens.", change("usage", _without("input_tokens"))
)
response_output_free = response(
    "responses.usage.counted", "Every response reports 0 output tokens.", change("usage", _without("output_tokens"))
)
streamed_response_output_free = response(
    "responses.stream.usage",
    "Every stream reports 0 output tokens.",
    in_events(put("response.usage.output_tokens", 0), *ENDS),
)
streamed_places_as_text = response(
    "responses.stream.items", "The output indexes of a stream are strings.", in_chunks(change("output_index", str))
)
messages_never_begin = response(
    "responses.stream.parts", "The parts of a message begin, but no message does.", skip_events(_begun_messages)
)
text_at_the_end_alone = response(
    "responses.stream.text", "Only the last event of a stream holds the text.", skip(TEXT, TEXT_DONE)
)


@response("responses.errors.midstream", model="midstream-error")
def response_completed_after_failure(reply: Reply) -> None:
    """A stream reports a failure, and then that the response is completed."""
    if reply.events and (failed := of(reply, FAILED)):
        response = completed(failed[-1]["response"])
        reply.events.append({"type": COMPLETED, "sequence_number": len(reply.events), "response": response})


schema_value_within_another = response(
    "responses.json-schema.valid", "The JSON asked for is wrapped in another object.", reword(wrap), when=has("text")
)
response_calls_share_a_call_id = response(
    "responses.tools.call-id",
    "All calls of one response have the same `call_id`.",
    share("output", "call_id", "function_call"),
)
response_result_not_answered = response(
    "responses.tools.result",
    "The results of calls get an empty answer.",
    put("output", []),
    when=asked(_returns_own_result),
)
streamed_call_with_namespace = response(
    "responses.tools.stream.item",
    "The name of a streamed call has a prefix that was not offered.",
    begun_calls(change("name", "functions.{}".format)),
)
