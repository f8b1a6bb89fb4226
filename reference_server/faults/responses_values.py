"""Ways to break single members of responses, whole and streamed."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.faults import rows
from reference_server.faults.words.edits import change, in_chunks, put
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
    plain,
    reword,
)
from reference_server.faults.words.situations import asked, has, sent
from reference_server.faults.words.typed import as_number, in_events, of, share, skip, skip_events, wrap
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

response = rows(RESPONSE)

_NO_TEXT: Chunk = {"type": "output_text", "text": None, "annotations": []}


def _without(name: str) -> Callable[[dict[str, int]], dict[str, int]]:
    """Makes a usage in which some tokens cost nothing."""
    return lambda usage: {**usage, name: 0, "total_tokens": usage["total_tokens"] - usage[name]}


def _begun_messages(reply: Reply) -> list[Chunk]:
    return [chunk for chunk in of(reply, ADDED) if chunk["item"]["type"] == "message"]


def _returns_own_result(call: Call) -> bool:
    own = any("sunny" in str(item.get("output")) for item in items(call, "function_call_output"))
    return own and "previous_response_id" not in sent(call)


response_id_is_a_number = response(
    "responses.id", "The id of a response is a number, another one each time.", change("id", as_number)
)
response_item_is_a_text = response(
    "responses.output",
    "The plainest response ends with an item that is a text.",
    change("output", lambda items: [*items, "Bye."]),
    when=plain,
)
response_text_null = response(
    "responses.output responses.input.own-output",
    "The message of the plainest response ends with a part whose text is null, which is not taken back.",
    messages(change("content", lambda parts: [*parts, dict(_NO_TEXT)])),
    when=plain,
)
response_input_free = response(
    "responses.usage.counted", "No request counts input tokens.", change("usage", _without("input_tokens"))
)
response_output_free = response(
    "responses.usage.counted", "No answer counts output tokens.", change("usage", _without("output_tokens"))
)
streamed_response_output_free = response(
    "responses.stream.usage",
    "Streams count no output tokens.",
    in_events(put("response.usage.output_tokens", 0), *ENDS),
)
streamed_places_as_text = response(
    "responses.stream.items", "The output indexes of a stream are strings.", in_chunks(change("output_index", str))
)
messages_never_begin = response(
    "responses.stream.parts", "The parts of a message begin, but no message does.", skip_events(_begun_messages)
)
text_at_the_end_alone = response(
    "responses.stream.text", "A stream holds its text in the last event and in no other.", skip(TEXT, TEXT_DONE)
)


@response("responses.errors.midstream", model="midstream-error")
def response_completed_after_failure(reply: Reply) -> None:
    """A failure is followed by the event of a success."""
    if reply.events and (failed := of(reply, FAILED)):
        response = completed(failed[-1]["response"])
        reply.events.append({"type": COMPLETED, "sequence_number": len(reply.events), "response": response})


schema_value_within_another = response(
    "responses.json-schema.valid", "The JSON asked for is wrapped in another object.", reword(wrap), when=has("text")
)
response_calls_share_a_call_id = response(
    "responses.tools.call-id",
    "All calls of a response that makes several have one `call_id`.",
    share("output", "call_id", "function_call"),
)
response_result_not_answered = response(
    "responses.tools.result",
    "The model's reply to the result of its own call is lost.",
    put("output", []),
    when=asked(_returns_own_result),
)
streamed_call_with_namespace = response(
    "responses.tools.stream.item",
    "The name of a streamed call has a prefix that was not offered.",
    begun_calls(change("name", "functions.{}".format)),
)
