"""Ways to break the streams of responses."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.responses import RESPONSE, is_plain
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

ENDS = ("response.completed", "response.incomplete", "response.failed")
_CREATED = "response.created"
_ADDED = "response.output_item.added"
_ITEM_DONE = "response.output_item.done"
_PART = "response.content_part.added"
_TEXT_DONE = "response.output_text.done"


def of(reply: Reply, *kinds: str) -> list[Chunk]:
    """The events of some types."""
    return [chunk for chunk in reply.chunks if chunk["type"] in kinds]


def is_of(event: Event, *kinds: str) -> bool:
    """The event is of one of those types."""
    return isinstance(event, dict) and event["type"] in kinds


def _begun_messages(reply: Reply) -> list[Chunk]:
    return [chunk["item"] for chunk in of(reply, _ADDED) if chunk["item"]["type"] == "message"]


@fault(RESPONSE, breaks={"responses.stream.answers"})
def response_stream_labelled_as_json(reply: Reply) -> None:
    """The stream says that it is application/json."""
    if reply.events is not None:
        reply.headers["content-type"] = "application/json"


@fault(RESPONSE, breaks={"responses.stream.framing"})
def response_stream_without_last_blank_line(reply: Reply) -> None:
    """No blank line closes the last event of a stream that ends well."""
    if reply.events and of(reply, *ENDS):
        reply.events[-1] = encode_event(reply.events[-1], reply.named).rstrip(b"\n") + b"\n"


@fault(RESPONSE, breaks={"responses.stream.typed"})
def response_keep_alive_as_data(reply: Reply) -> None:
    """A keep-alive comment is sent on as data."""
    if reply.events is not None:
        reply.events.insert(1, "PROCESSING")


@fault(RESPONSE, breaks={"responses.stream.event-names"})
def response_events_without_names(reply: Reply) -> None:
    """No event has a name."""
    reply.named = False


@fault(RESPONSE, breaks={"responses.stream.schema"})
def streamed_response_created_as_text(reply: Reply) -> None:
    """`created_at` of the beginning is a date in words."""
    for chunk in of(reply, _CREATED):
        chunk["response"] = {**chunk["response"], "created_at": "2026-01-01T00:00:00Z"}


@fault(RESPONSE, breaks={"responses.stream.schema"})
def response_in_progress_without_output(reply: Reply) -> None:
    """The response that is in progress has no `output`."""
    for chunk in of(reply, "response.in_progress"):
        chunk["response"] = {name: value for name, value in chunk["response"].items() if name != "output"}


@fault(RESPONSE, breaks={"responses.stream.sequence"})
def events_not_numbered(reply: Reply) -> None:
    """No event has a `sequence_number`."""
    for chunk in reply.chunks:
        chunk.pop("sequence_number", None)


@fault(RESPONSE, breaks={"responses.stream.sequence"})
def every_event_number_zero(reply: Reply) -> None:
    """Every event has the number 0."""
    for chunk in reply.chunks:
        chunk["sequence_number"] = 0


@fault(RESPONSE, breaks={"responses.stream.created"})
def response_never_created(reply: Reply) -> Reply:
    """The stream begins with an item."""
    return reply.without(lambda event: is_of(event, _CREATED, "response.in_progress"))


@fault(RESPONSE, breaks={"responses.stream.created"})
def response_created_complete(reply: Reply) -> None:
    """The response of the first event has the status completed."""
    for chunk in of(reply, _CREATED):
        chunk["response"] = {**chunk["response"], "status": "completed"}


@fault(RESPONSE, breaks={"responses.stream.end"})
def response_stream_without_end(reply: Reply) -> Reply:
    """A stream that succeeds ends after the last item."""
    return reply.without(lambda event: is_of(event, "response.completed"))


@fault(RESPONSE, breaks={"responses.stream.end"})
def response_ends_in_progress(reply: Reply) -> None:
    """The response of the last event is still in progress."""
    for chunk in of(reply, *ENDS):
        chunk["response"] = {**chunk["response"], "status": "in_progress"}


@fault(RESPONSE, breaks={"responses.stream.end"})
def response_ends_twice(reply: Reply) -> None:
    """The last event is sent twice."""
    if reply.events and (ended := of(reply, *ENDS)):
        reply.events.append({**ended[-1], "sequence_number": ended[-1]["sequence_number"] + 1})


@fault(RESPONSE, breaks={"responses.stream.id"})
def response_id_changes(reply: Reply) -> None:
    """The response has another id at its end."""
    for chunk in of(reply, *ENDS):
        chunk["response"] = {**chunk["response"], "id": "resp_other"}


@fault(RESPONSE, breaks={"responses.stream.items"})
def message_begins_without_content(reply: Reply) -> None:
    """A message begins without a list of parts."""
    for item in _begun_messages(reply):
        del item["content"]


@fault(RESPONSE, breaks={"responses.stream.items"})
def item_added_twice(reply: Reply) -> None:
    """The first item is added twice."""
    for place, event in enumerate(reply.events or ()):
        if is_of(event, _ADDED) and isinstance(event, dict) and reply.events:
            reply.events.insert(place, {**event, "sequence_number": place - 0.5})
            break
    for number, chunk in enumerate(reply.chunks):
        chunk["sequence_number"] = number


@fault(RESPONSE, breaks={"responses.stream.items.done"})
def items_never_done(reply: Reply) -> Reply:
    """No item is said to be whole."""
    return reply.without(lambda event: is_of(event, _ITEM_DONE))


@fault(RESPONSE, breaks={"responses.stream.items.done"})
def item_done_under_another_id(reply: Reply) -> None:
    """A whole item has another id than it began with."""
    for chunk in of(reply, _ITEM_DONE):
        chunk["item"] = {**chunk["item"], "id": "item_1"}


@fault(RESPONSE, breaks={"responses.stream.parts"})
def parts_never_begin(reply: Reply) -> Reply:
    """Text comes for a part that was not begun."""
    return reply.without(lambda event: is_of(event, _PART))


@fault(RESPONSE, breaks={"responses.stream.parts"})
def text_of_another_item(reply: Reply) -> None:
    """The deltas of text are for an item that was not begun."""
    for chunk in of(reply, "response.output_text.delta"):
        chunk["output_index"] += 1


@fault(RESPONSE, breaks={"responses.stream.text"})
def done_text_cut(reply: Reply) -> None:
    """The text of the done event lacks its last character."""
    for chunk in of(reply, _TEXT_DONE):
        chunk["text"] = chunk["text"][:-1]


@fault(RESPONSE, breaks={"responses.stream.text", "responses.stream.final"})
def last_delta_of_text_lost(reply: Reply, call: Call) -> None:
    """The last delta of a text is lost."""
    deltas = of(reply, "response.output_text.delta")
    if reply.events and deltas and is_plain(call):
        reply.events.remove(deltas[-1])


@fault(RESPONSE, breaks={"responses.stream.final"})
def last_response_without_items(reply: Reply) -> None:
    """The response of the last event has no items."""
    for chunk in of(reply, *ENDS):
        chunk["response"] = {**chunk["response"], "output": []}


@fault(RESPONSE, breaks={"responses.stream.usage"})
def last_response_without_usage(reply: Reply) -> None:
    """The response of the last event has no usage."""
    for chunk in of(reply, *ENDS):
        chunk["response"] = {**chunk["response"], "usage": None}


@fault(RESPONSE, breaks={"responses.stream.usage"})
def streamed_input_not_counted(reply: Reply) -> None:
    """The input of a stream costs nothing."""
    for chunk in of(reply, *ENDS):
        usage = {**chunk["response"]["usage"], "input_tokens": 0} if chunk["response"]["usage"] else None
        chunk["response"] = {**chunk["response"], "usage": usage}


@fault(RESPONSE, breaks={"responses.stream.incomplete"})
def cut_stream_completed(reply: Reply) -> None:
    """A stream that the limit cut off ends as completed."""
    for chunk in of(reply, "response.incomplete"):
        chunk["type"] = "response.completed"
        chunk["response"] = {**chunk["response"], "status": "completed"}
