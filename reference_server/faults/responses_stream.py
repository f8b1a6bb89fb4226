"""Ways to break the streams of responses."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import change, drop, in_chunks, insert, label, put
from reference_server.faults.words.responses import (
    ADDED,
    ARGUMENTS_DONE,
    COMPLETED,
    CREATED,
    ENDS,
    IN_PROGRESS,
    INCOMPLETE,
    ITEM_DONE,
    PART,
    RESPONSE,
    TEXT,
    TEXT_DONE,
    ends,
    number,
    plain,
)
from reference_server.faults.words.situations import streamed
from reference_server.faults.words.typed import in_events, of, open_last_event, skip, typed, unname
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

response = rows(RESPONSE)

response_stream_labelled_as_json = response(
    "responses.stream.answers", "The stream is labelled as JSON.", label("application/json"), when=streamed
)
response_stream_without_last_blank_line = response(
    "responses.stream.framing", "No blank line follows the last event of a stream.", open_last_event, when=ends
)
response_keep_alive_as_data = response(
    "responses.stream.typed", "A keep-alive comment is sent on as data.", insert(1, "PROCESSING")
)
response_events_without_names = response("responses.stream.event-names", "No event has a name.", unname)
streamed_response_created_as_text = response(
    "responses.stream.schema",
    "`created_at` of the first event's response is a date in words.",
    in_events(put("response.created_at", "2026-01-01T00:00:00Z"), CREATED),
)
response_in_progress_without_output = response(
    "responses.stream.schema",
    "The response in `response.in_progress` has no `output`.",
    in_events(drop("response.output"), IN_PROGRESS),
)
events_not_numbered = response(
    "responses.stream.sequence", "No event has a `sequence_number`.", in_chunks(drop("sequence_number"))
)
every_event_number_zero = response(
    "responses.stream.sequence", "Every event has the number 0.", in_chunks(put("sequence_number", 0))
)
response_never_created = response(
    "responses.stream.created", "The stream begins with an item.", skip(CREATED, IN_PROGRESS)
)
response_created_complete = response(
    "responses.stream.created",
    "The response of the first event already has the status `completed`.",
    in_events(put("response.status", "completed"), CREATED),
)
response_stream_without_end = response(
    "responses.stream.end", "A stream that succeeds ends after the last item.", skip(COMPLETED)
)
response_ends_in_progress = response(
    "responses.stream.end",
    "The response of the last event is still in progress.",
    in_events(put("response.status", "in_progress"), *ENDS),
)


@response("responses.stream.end")
def response_ends_twice(reply: Reply) -> None:
    """The last event is sent twice."""
    if reply.events and (last := of(reply, *ENDS)[-1:]):
        reply.events.append({**last[0], "sequence_number": last[0]["sequence_number"] + 1})


response_id_changes = response(
    "responses.stream.id", "The response has another id at its end.", in_events(put("response.id", "resp_other"), *ENDS)
)
message_begins_without_content = response(
    "responses.stream.items",
    "A message begins without a list of parts.",
    in_events(typed("item", "message", drop("content")), ADDED),
)


@response("responses.stream.items")
def item_added_twice(reply: Reply, call: Call) -> None:
    """The first item is added twice."""
    if reply.events and (added := of(reply, ADDED)):
        reply.events.insert(reply.events.index(added[0]), dict(added[0]))
    number(reply, call)


items_never_done = response("responses.stream.items.done", "No item is marked as done.", skip(ITEM_DONE))
item_done_under_another_id = response(
    "responses.stream.items.done",
    "An item has another id when it is done than when it was added.",
    in_events(put("item.id", "item_1"), ITEM_DONE),
)
parts_never_begin = response("responses.stream.parts", "Text is sent for a part that was never begun.", skip(PART))
text_of_another_item = response(
    "responses.stream.parts",
    "The deltas of text are for an item that was never begun.",
    in_events(change("output_index", lambda place: place + 1), TEXT),
)
done_text_cut = response(
    "responses.stream.text",
    "The text of `response.output_text.done` lacks its last character.",
    in_events(change("text", lambda text: text[:-1]), TEXT_DONE),
)


@response("responses.stream.text responses.stream.final")
def last_delta_of_text_lost(reply: Reply, call: Call) -> None:
    """The last delta of a text is missing."""
    if reply.events and plain(reply, call) and (deltas := of(reply, TEXT)):
        reply.events.remove(deltas[-1])


last_response_without_items = response(
    "responses.stream.final", "The last event's response has no items.", in_events(put("response.output", []), *ENDS)
)
last_response_without_usage = response(
    "responses.stream.usage", "The last event's response has no usage.", in_events(put("response.usage", None), *ENDS)
)
streamed_input_not_counted = response(
    "responses.stream.usage", "Streams report 0 input tokens.", in_events(put("response.usage.input_tokens", 0), *ENDS)
)
cut_stream_completed = response(
    "responses.stream.incomplete",
    "A stream that the limit cut off ends with the status `completed`.",
    in_events(put("type", COMPLETED) | put("response.status", "completed"), INCOMPLETE),
)

deltas_of_another_name = response(
    "responses.stream.identity",
    "The deltas of text name another item than the one at their place.",
    in_events(put("item_id", "msg_other"), TEXT),
)
item_renamed_at_the_end = response(
    "responses.stream.identity",
    "The items of the last event's response have new ids.",
    in_events(change("response.output[].id", "{}x".format), *ENDS),
)
call_renamed_at_its_end = response(
    "responses.stream.identity",
    "A call ends with another `call_id` than it began with.",
    in_events(change("item.call_id", "{}x".format, str), ITEM_DONE),
)
call_renamed_in_the_response = response(
    "responses.stream.identity",
    "The calls of the last event's response have new `call_id`s.",
    in_events(change("response.output[].call_id", "{}x".format, str), *ENDS),
)
arguments_done_at_another_place = response(
    "responses.stream.identity",
    "The end of the arguments of a call is at the place of another item.",
    in_events(change("output_index", lambda place: place + 7), ARGUMENTS_DONE),
)

text_never_done = response("responses.stream.text", "No event ends a text.", skip(TEXT_DONE))
