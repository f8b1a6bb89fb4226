"""Ways to break whole responses: the body, the items, the usage, and what goes in."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, header, put, raw, swap
from reference_server.faults.words.prompts import HELLO_SHORT
from reference_server.faults.words.responses import RESPONSE, items, messages, parts, plain, refuse
from reference_server.faults.words.situations import asked, sent, whole
from reference_server.faults.words.typed import narrow
from reference_server.wire.call import Call

_COUNTERS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "total_tokens"}

response_labelled_as_text = fault(
    RESPONSE,
    "A whole response is labelled as text.",
    header("content-type", "text/plain"),
    when=whole,
    breaks={"responses.answers"},
)
response_created_as_text = fault(
    RESPONSE, "`created_at` is a date in words.", put("created_at", "2026-01-01T00:00:00Z"), breaks={"responses.schema"}
)
response_without_model = fault(
    RESPONSE, "The response does not say which model answered.", drop("model"), breaks={"responses.schema"}
)
response_id_blank = fault(RESPONSE, "The id of a response is empty.", put("id", ""), breaks={"responses.id"})
response_id_constant = fault(RESPONSE, "Every response has the same id.", put("id", "resp_1"), breaks={"responses.id"})
response_called_completion = fault(
    RESPONSE,
    "`object` is that of a chat completion.",
    put("object", "chat.completion"),
    breaks={"responses.object"},
)
response_status_of_chat = fault(
    RESPONSE,
    "A complete response has the status stop.",
    swap("status", "completed", "stop"),
    breaks={"responses.status"},
)
response_never_completed = fault(
    RESPONSE,
    "A whole response says that it is in progress.",
    swap("status", "completed", "in_progress"),
    breaks={"responses.status"},
)
response_content_is_text = fault(
    RESPONSE,
    "The content of a message is a text instead of a list of parts.",
    messages(change("content", lambda parts: parts[0]["text"])),
    breaks={"responses.output"},
)
response_message_of_the_model = fault(
    RESPONSE, "The role of a message is model.", messages(put("role", "model")), breaks={"responses.output"}
)
response_parts_of_chat = fault(
    RESPONSE,
    "The parts of the message have the type that chat completions know.",
    parts(put("type", "text")),
    when=plain,
    breaks={"responses.text"},
)
response_without_items = fault(
    RESPONSE,
    "A response has no items, although tokens are counted.",
    put("output", []),
    when=plain,
    breaks={"responses.text"},
)
response_without_usage = fault(RESPONSE, "`usage` is null.", put("usage", None), breaks={"responses.usage"})
response_usage_of_chat = fault(
    RESPONSE,
    "The counters have the names that chat completions have.",
    change("usage", lambda usage: {name: usage[own] for name, own in _COUNTERS.items()}),
    breaks={"responses.usage"},
)
response_total_of_input = fault(
    RESPONSE,
    "The total counts the input only.",
    change("usage", lambda usage: {**usage, "total_tokens": usage["input_tokens"]}),
    breaks={"responses.usage"},
)
instructions_dropped = request_fault(
    RESPONSE, "Instructions are ignored.", drop("instructions"), breaks={"responses.instructions"}
)
response_parts_refused = fault(
    RESPONSE,
    "A message whose content is a list of parts is refused.",
    refuse(),
    when=asked(lambda call: "input_text" in str(sent(call).get("input"))),
    breaks={"responses.input.forms"},
)
response_messages_need_a_type = fault(
    RESPONSE,
    "A message has to say that it is one.",
    refuse(),
    when=asked(lambda call: sent(call).get("input") == [{"role": "user", "content": HELLO_SHORT}]),
    breaks={"responses.input.forms"},
)


@request_fault(RESPONSE, breaks={"responses.input.history"})
def last_message_only(call: Call) -> None:
    """Of a conversation only the last message is read."""
    if items(call) and len(items(call)) == len(call.body["input"]):
        call.body["input"] = call.body["input"][-1:]


own_message_refused = fault(
    RESPONSE,
    "A message is refused for its id, which the target itself had given it.",
    refuse(),
    when=asked(lambda call: any("id" in item for item in items(call))),
    breaks={"responses.input.own-output"},
)
response_without_astral_planes = fault(
    RESPONSE,
    "Characters beyond the first plane are replaced in a whole response.",
    raw(lambda data: narrow(data.decode()).encode()),
    when=lambda reply, _: reply.events is None,
    breaks={"responses.unicode"},
)
