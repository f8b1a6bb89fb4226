"""Ways to break whole responses: the body, the items, the usage, and what goes in."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, header, put, raw, swap
from reference_server.faults.words.prompts import HELLO_SHORT
from reference_server.faults.words.responses import RESPONSE, items, messages, parts, plain, refuse
from reference_server.faults.words.situations import asked, sent, whole
from reference_server.faults.words.typed import narrow
from reference_server.wire.call import Call

request = rows(RESPONSE, request_fault)

response = rows(RESPONSE)

_COUNTERS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "total_tokens"}

response_labelled_as_text = response(
    "responses.answers", "A whole response is labelled as text.", header("content-type", "text/plain"), when=whole
)
response_created_as_text = response(
    "responses.schema", "`created_at` is a date in words.", put("created_at", "2026-01-01T00:00:00Z")
)
response_without_model = response("responses.schema", "The response does not say which model answered.", drop("model"))
response_id_blank = response("responses.id", "The id of a response is empty.", put("id", ""))
response_id_constant = response("responses.id", "Every response has the same id.", put("id", "resp_1"))
response_called_completion = response(
    "responses.object", "`object` is that of a chat completion.", put("object", "chat.completion")
)
response_status_of_chat = response(
    "responses.status", "A complete response has the status `stop`.", swap("status", "completed", "stop")
)
response_never_completed = response(
    "responses.status", "A whole response says that it is in progress.", swap("status", "completed", "in_progress")
)
response_content_is_text = response(
    "responses.output",
    "The content of a message is a text instead of a list of parts.",
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
    "The counters have the names that chat completions have.",
    change("usage", lambda usage: {name: usage[own] for name, own in _COUNTERS.items()}),
)
response_total_of_input = response(
    "responses.usage",
    "The total counts the input only.",
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
    "A message has to say that it is one.",
    refuse(),
    when=asked(lambda call: sent(call).get("input") == [{"role": "user", "content": HELLO_SHORT}]),
)


@request("responses.input.history")
def last_message_only(call: Call) -> None:
    """Of a conversation only the last message is read."""
    if items(call) and len(items(call)) == len(call.body["input"]):
        call.body["input"] = call.body["input"][-1:]


own_message_refused = response(
    "responses.input.own-output",
    "A message is refused for its id, which the target itself had given it.",
    refuse(),
    when=asked(lambda call: any("id" in item for item in items(call))),
)
response_without_astral_planes = response(
    "responses.unicode",
    "Characters beyond the first plane are replaced in a whole response.",
    raw(lambda data: narrow(data.decode()).encode()),
    when=lambda reply, _: reply.events is None,
)
