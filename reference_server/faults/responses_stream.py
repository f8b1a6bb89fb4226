"""Ways to break the streams of responses."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.words.edits import change, drop, header, in_chunks, insert, put
from reference_server.faults.words.responses import (
    ADDED,
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

response_stream_labelled_as_json = fault(
    RESPONSE,
    "The stream says that it is application/json.",
    header("content-type", "application/json"),
    when=streamed,
    breaks={"responses.stream.answers"},
)
response_stream_without_last_blank_line = fault(
    RESPONSE,
    "No blank line closes the last event of a stream that ends well.",
    open_last_event,
    when=ends,
    breaks={"responses.stream.framing"},
)
response_keep_alive_as_data = fault(
    RESPONSE,
    "A keep-alive comment is sent on as data.",
    insert(1, "PROCESSING"),
    breaks={"responses.stream.typed"},
)
response_events_without_names = fault(RESPONSE, "No event has a name.", unname, breaks={"responses.stream.event-names"})
streamed_response_created_as_text = fault(
    RESPONSE,
    "`created_at` of the beginning is a date in words.",
    in_events(put("response.created_at", "2026-01-01T00:00:00Z"), CREATED),
    breaks={"responses.stream.schema"},
)
response_in_progress_without_output = fault(
    RESPONSE,
    "The response that is in progress has no `output`.",
    in_events(drop("response.output"), IN_PROGRESS),
    breaks={"responses.stream.schema"},
)
events_not_numbered = fault(
    RESPONSE,
    "No event has a `sequence_number`.",
    in_chunks(drop("sequence_number")),
    breaks={"responses.stream.sequence"},
)
every_event_number_zero = fault(
    RESPONSE,
    "Every event has the number 0.",
    in_chunks(put("sequence_number", 0)),
    breaks={"responses.stream.sequence"},
)
response_never_created = fault(
    RESPONSE, "The stream begins with an item.", skip(CREATED, IN_PROGRESS), breaks={"responses.stream.created"}
)
response_created_complete = fault(
    RESPONSE,
    "The response of the first event has the status completed.",
    in_events(put("response.status", "completed"), CREATED),
    breaks={"responses.stream.created"},
)
response_stream_without_end = fault(
    RESPONSE, "A stream that succeeds ends after the last item.", skip(COMPLETED), breaks={"responses.stream.end"}
)
response_ends_in_progress = fault(
    RESPONSE,
    "The response of the last event is still in progress.",
    in_events(put("response.status", "in_progress"), *ENDS),
    breaks={"responses.stream.end"},
)


@fault(RESPONSE, breaks={"responses.stream.end"})
def response_ends_twice(reply: Reply) -> None:
    """The last event is sent twice."""
    if reply.events and (last := of(reply, *ENDS)[-1:]):
        reply.events.append({**last[0], "sequence_number": last[0]["sequence_number"] + 1})


response_id_changes = fault(
    RESPONSE,
    "The response has another id at its end.",
    in_events(put("response.id", "resp_other"), *ENDS),
    breaks={"responses.stream.id"},
)
message_begins_without_content = fault(
    RESPONSE,
    "A message begins without a list of parts.",
    in_events(typed("item", "message", drop("content")), ADDED),
    breaks={"responses.stream.items"},
)


@fault(RESPONSE, breaks={"responses.stream.items"})
def item_added_twice(reply: Reply, call: Call) -> None:
    """The first item is added twice."""
    if reply.events and (added := of(reply, ADDED)):
        reply.events.insert(reply.events.index(added[0]), dict(added[0]))
    number(reply, call)


items_never_done = fault(
    RESPONSE, "No item is said to be whole.", skip(ITEM_DONE), breaks={"responses.stream.items.done"}
)
item_done_under_another_id = fault(
    RESPONSE,
    "A whole item has another id than it began with.",
    in_events(put("item.id", "item_1"), ITEM_DONE),
    breaks={"responses.stream.items.done"},
)
parts_never_begin = fault(
    RESPONSE, "Text comes for a part that was not begun.", skip(PART), breaks={"responses.stream.parts"}
)
text_of_another_item = fault(
    RESPONSE,
    "The deltas of text are for an item that was not begun.",
    in_events(change("output_index", lambda place: place + 1), TEXT),
    breaks={"responses.stream.parts"},
)
done_text_cut = fault(
    RESPONSE,
    "The text of the done event lacks its last character.",
    in_events(change("text", lambda text: text[:-1]), TEXT_DONE),
    breaks={"responses.stream.text"},
)


@fault(RESPONSE, breaks={"responses.stream.text", "responses.stream.final"})
def last_delta_of_text_lost(reply: Reply, call: Call) -> None:
    """The last delta of a text is lost."""
    if reply.events and plain(reply, call) and (deltas := of(reply, TEXT)):
        reply.events.remove(deltas[-1])


last_response_without_items = fault(
    RESPONSE,
    "The response of the last event has no items.",
    in_events(put("response.output", []), *ENDS),
    breaks={"responses.stream.final"},
)
last_response_without_usage = fault(
    RESPONSE,
    "The response of the last event has no usage.",
    in_events(put("response.usage", None), *ENDS),
    breaks={"responses.stream.usage"},
)
streamed_input_not_counted = fault(
    RESPONSE,
    "The input of a stream costs nothing.",
    in_events(put("response.usage.input_tokens", 0), *ENDS),
    breaks={"responses.stream.usage"},
)
cut_stream_completed = fault(
    RESPONSE,
    "A stream that the limit cut off ends as completed.",
    in_events(put("type", COMPLETED) | put("response.status", "completed"), INCOMPLETE),
    breaks={"responses.stream.incomplete"},
)
