"""Ways to break streams in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.faults.gemini import refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply, encode_event

_STREAM = "streamGenerateContent"


def _as_events(reply: Reply, call: Call) -> bool:
    """The reply is a stream of events, not an array."""
    return reply.events is not None and call.query.get("alt") == "sse"


def _pieces(reply: Reply) -> list[dict[str, Any]]:
    """The candidates of all chunks that are text."""
    found = [one for chunk in reply.chunks for one in chunk.get("candidates", ())]
    return [one for one in found if "text" in one["content"]["parts"][0]]


@fault(_STREAM, breaks={"gemini.stream.answers"})
def gemini_stream_labelled_as_json(reply: Reply) -> None:
    """A stream of events is labelled as JSON."""
    if reply.events is not None:
        reply.headers["content-type"] = "application/json"


@fault(_STREAM, breaks={"gemini.stream.answers"})
def gemini_stream_always_array(reply: Reply) -> None:
    """`alt=sse` is ignored: a stream is an array."""
    if reply.events is not None:
        reply.array = True
        reply.headers["content-type"] = "application/json"


@fault(_STREAM, breaks={"gemini.stream.framing"})
def gemini_stream_ends_without_blank_line(reply: Reply, call: Call) -> None:
    """No blank line closes the last event."""
    if reply.events and _as_events(reply, call):
        reply.events[-1] = encode_event(reply.events[-1]).rstrip(b"\n") + b"\n"


@fault(_STREAM, breaks={"gemini.stream.json-events"})
def gemini_stream_keeps_alive_in_data(reply: Reply, call: Call) -> None:
    """An event that keeps the connection alive is no JSON."""
    if reply.events and _as_events(reply, call):
        reply.events.insert(1, "PROCESSING")


@fault(_STREAM, breaks={"gemini.stream.no-done"})
def gemini_stream_with_done(reply: Reply, call: Call) -> None:
    """A stream ends with `[DONE]`, as in the OpenAI dialect."""
    if reply.events and _as_events(reply, call):
        reply.events.append("[DONE]")


@fault(_STREAM, breaks={"gemini.stream.data-lines"})
def gemini_stream_with_comments(reply: Reply, call: Call) -> None:
    """A comment comes before the first event."""
    if reply.events and _as_events(reply, call):
        reply.events.insert(0, b": keep-alive\n\n")


@fault(_STREAM, breaks={"gemini.stream.data-lines"})
def gemini_stream_with_names(reply: Reply, call: Call) -> Reply:
    """Every event has a name."""
    return reply.raw(lambda data: b"event: message\n" + data) if _as_events(reply, call) else reply


@fault(_STREAM, breaks={"gemini.stream.complete"})
def gemini_stream_dies(reply: Reply, call: Call) -> None:
    """The plainest stream ends in the middle of a piece, and the connection with it."""
    if reply.events and _as_events(reply, call) and b"Say hello" in (call.raw or b"") and len(reply.events) > 5:
        last = encode_event(reply.events[4])
        reply.events = [*reply.events[:4], last[: len(last) // 2]]
        reply.cut = True


@fault(_STREAM, breaks={"gemini.stream.schema"})
def gemini_chunk_finish_message_a_number(reply: Reply) -> None:
    """`finishMessage` of the pieces is a number."""
    for piece in _pieces(reply):
        piece["finishMessage"] = 7


@fault(_STREAM, breaks={"gemini.stream.role"})
def gemini_chunk_role_of_openai(reply: Reply) -> None:
    """The role of the pieces is assistant."""
    for piece in _pieces(reply):
        piece["content"]["role"] = "assistant"


@fault(_STREAM, breaks={"gemini.stream.text"})
def gemini_chunk_text_without_parts(reply: Reply) -> None:
    """The words stand in the content itself."""
    for piece in _pieces(reply):
        piece["content"]["text"] = piece["content"].pop("parts")[0]["text"]


@fault(_STREAM, breaks={"gemini.stream.fragments"})
def gemini_chunk_text_accumulates(reply: Reply) -> None:
    """Each piece has all words so far."""
    said = ""
    for piece in _pieces(reply):
        said += piece["content"]["parts"][0]["text"]
        piece["content"]["parts"][0]["text"] = said


@fault(_STREAM, breaks={"gemini.stream.unicode"})
def gemini_stream_in_question_marks(reply: Reply, call: Call) -> Reply:
    """Characters outside ASCII become question marks."""
    if not _as_events(reply, call):
        return reply
    return reply.raw(lambda data: data.decode().encode("ascii", "replace"))


@fault(_STREAM, breaks={"gemini.stream.finish-reason"})
def gemini_stream_ends_silently(reply: Reply) -> None:
    """No piece says why the answer ended."""
    for piece in _pieces(reply):
        piece.pop("finishReason", None)


@fault(_STREAM, breaks={"gemini.stream.finish-reason"})
def gemini_stream_finish_reason_of_openai(reply: Reply) -> None:
    """The last piece says stop."""
    for piece in _pieces(reply)[-1:]:
        piece["finishReason"] = "stop"


@fault(_STREAM, breaks={"gemini.stream.usage"})
def gemini_stream_without_usage(reply: Reply) -> None:
    """A stream does not tell its cost."""
    for chunk in reply.chunks:
        chunk.pop("usageMetadata", None)


@fault(_STREAM, breaks={"gemini.stream.usage"})
def gemini_stream_usage_first(reply: Reply) -> None:
    """The cost is told in the first piece, and not in the last."""
    if len(reply.chunks) > 1 and "usageMetadata" in reply.chunks[-1]:
        reply.chunks[0]["usageMetadata"] = reply.chunks[-1].pop("usageMetadata")


@fault(_STREAM, breaks={"gemini.stream.usage.sum"})
def gemini_stream_total_off_by_one(reply: Reply) -> None:
    """The total of a stream is one more than its parts."""
    for chunk in reply.chunks:
        if "usageMetadata" in chunk:
            chunk["usageMetadata"]["totalTokenCount"] += 1


@fault(_STREAM, breaks={"gemini.stream.same"})
def gemini_chunk_ids_differ(reply: Reply) -> None:
    """Each piece has an id of its own."""
    for place, chunk in enumerate(reply.chunks):
        if "responseId" in chunk:
            chunk["responseId"] += str(place)


@fault(_STREAM, breaks={"gemini.stream.same"})
def gemini_chunk_models_differ(reply: Reply) -> None:
    """The last piece names the provider's model."""
    for chunk in reply.chunks[-1:]:
        chunk["modelVersion"] = "gemini-internal-001"


@fault(_STREAM, breaks={"gemini.stream.increments"})
def gemini_stream_buffered(reply: Reply, call: Call) -> None:
    """Events are held back until the answer is whole."""
    if _as_events(reply, call):
        _hold_back(reply)


@fault("streamGenerateContentV1", breaks={"gemini.stream.v1"}, gateway="ofox")
def gemini_stream_v1_unknown(_reply: Reply) -> Reply:
    """There is no stream below v1."""
    return refused(404, "NOT_FOUND")


@fault(_STREAM, breaks={"gemini.stream.array"})
def gemini_stream_always_events(reply: Reply) -> None:
    """Without `alt=sse` events come as well."""
    if reply.array:
        reply.array = False
        reply.headers["content-type"] = "text/event-stream"


@fault(_STREAM, breaks={"gemini.stream.array.increments"})
def gemini_array_buffered(reply: Reply) -> None:
    """The array is held back until the answer is whole."""
    if reply.array:
        _hold_back(reply)


def _hold_back(reply: Reply) -> None:
    reply.delay, reply.pause = reply.delay + reply.pause * len(reply.events or ()), 0.0
