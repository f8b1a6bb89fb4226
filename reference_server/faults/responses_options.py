"""Ways to break the options of responses: limits, sampling, the form of the text, and earlier responses."""

from __future__ import annotations

import msgspec

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import drop, put, status
from reference_server.faults.words.openai import streams
from reference_server.faults.words.responses import RESPONSE, refuse, reword
from reference_server.faults.words.situations import asked, has, sent
from reference_server.faults.words.typed import fence
from reference_server.wire.call import Call

response = rows(RESPONSE)
request = rows(RESPONSE, request_fault)

_PREVIOUS = "previous_response_id"
_NOBODYS = "222222"
"""How the id of a response ends that was never made."""
_MANY_WORDS = "Remember what you were told before. " * 300


def _goes_on_from_nobody(call: Call) -> bool:
    return str(sent(call).get(_PREVIOUS)).endswith(_NOBODYS)


def _goes_on_with_text(call: Call) -> bool:
    return isinstance(call.body["input"], str) and not _goes_on_from_nobody(call)


response_temperature_up_to_one = response(
    "responses.sampling",
    "A request with a temperature above 1 is refused.",
    refuse(),
    when=asked(lambda call: (sent(call).get("temperature") or 0) > 1),
    gateway="foxapi",
)
max_output_tokens_ignored = request(
    "responses.max-output-tokens.cap responses.stream.max-output-tokens.cap",
    "`max_output_tokens` is ignored.",
    drop("max_output_tokens"),
)
cut_response_completed = response(
    "responses.max-output-tokens.status", "A response that is cut off is `completed`.", put("status", "completed")
)
cut_response_without_reason = response(
    "responses.max-output-tokens.reason", "An incomplete response does not say why.", put("incomplete_details", None)
)
cut_response_with_reason_of_chat = response(
    "responses.max-output-tokens.reason",
    "A response is incomplete for `length`.",
    put("incomplete_details.reason", "length"),
)
text_format_ignored = request(
    "responses.json-schema.valid",
    "The format that `text` asks for is ignored, unless the answer is streamed.",
    drop("text"),
    when=lambda call: not streams(call),
)
schema_text_fenced = response(
    "responses.json-schema.valid", "The JSON of a response stands in a code fence.", reword(fence), when=has("text")
)
text_format_ignored_in_streams = request(
    "responses.json-schema.stream", "The format of a streamed text is ignored.", drop("text"), when=streams
)
previous_response_forgotten = request(
    "responses.previous.context",
    "The earlier conversation does not reach the model, although results of calls still find their calls.",
    drop(_PREVIOUS),
    when=_goes_on_with_text,
)
instructions_carried_over = request(
    "responses.previous.instructions",
    "Instructions are kept for all later responses.",
    lambda call: call.body.setdefault("instructions", _MANY_WORDS),
    when=lambda call: call.body.get(_PREVIOUS),
)
unknown_previous_ignored = request(
    "responses.previous.unknown", "An unknown previous response is ignored.", drop(_PREVIOUS), when=_goes_on_from_nobody
)
unknown_previous_breaks = response(
    "responses.previous.unknown",
    "An unknown `previous_response_id` is answered with 500.",
    status(500),
    when=asked(_goes_on_from_nobody),
)


@request("responses.previous.isolation")
def strangers_go_on(call: Call) -> None:
    """Any account can continue the response of another one."""
    if call.body.get(_PREVIOUS) and call.key:
        call.key = msgspec.structs.replace(call.key, account="first")
