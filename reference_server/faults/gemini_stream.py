"""Ways to break streams in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import (
    add,
    append,
    change,
    drop,
    header,
    hold_back,
    in_chunk,
    in_chunks,
    insert,
    label,
    leave_out,
    put,
    raw,
    swap,
)
from reference_server.faults.words.gemini import (
    BARE_TEXT,
    NOT_FOUND,
    STREAM,
    TOTAL,
    as_array,
    as_events,
    in_pieces,
    is_text,
)
from reference_server.faults.words.prompts import COUNTED_LIST, HELLO
from reference_server.faults.words.situations import asks, both, streamed
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply, encode_event

stream = rows(STREAM)

_OTHER = put("modelVersion", "gemini-internal-001")
_AS_JSON = header("content-type", "application/json")


def _to_array(reply: Reply, _: Call) -> None:
    reply.array = True


def _to_events(reply: Reply, _: Call) -> None:
    reply.array = False


# The stream as such.
gemini_stream_labelled_as_json = stream(
    "gemini.stream.answers", "A stream of events is labelled as JSON.", _AS_JSON, when=streamed
)
gemini_stream_always_array = stream(
    "gemini.stream.answers", "`alt=sse` is ignored: the stream is a JSON array.", _to_array, _AS_JSON, when=streamed
)
gemini_stream_keeps_alive_in_data = stream(
    "gemini.stream.json-events", "Keep-alive data that is not JSON is sent.", insert(1, "PROCESSING"), when=as_events
)
gemini_stream_with_done = stream(
    "gemini.stream.no-done", "A stream ends with `[DONE]`, as in the OpenAI dialect.", append("[DONE]"), when=as_events
)
gemini_stream_with_comments = stream(
    "gemini.stream.data-lines", "A stream begins with a comment.", insert(0, b": keep-alive\n\n"), when=as_events
)
gemini_stream_with_names = stream(
    "gemini.stream.data-lines",
    "Events of a stream have names.",
    raw(lambda data: b"event: message\n" + data),
    when=as_events,
)
gemini_stream_in_question_marks = stream(
    "gemini.stream.unicode gemini.stream.json gemini.tools.unicode",
    "Characters outside ASCII become question marks in a stream.",
    raw(lambda data: data.decode().encode("ascii", "replace")),
    when=as_events,
)
gemini_stream_buffered = stream(
    "gemini.stream.increments", "The events are held back until the answer is complete.", hold_back, when=as_events
)
gemini_stream_v1_unknown = fault(
    "streamGenerateContentV1",
    "The route for streams below v1 is answered as unknown.",
    NOT_FOUND,
    breaks={"gemini.stream.v1"},
    gateway="ofox",
)
gemini_stream_always_events = stream(
    "gemini.stream.array",
    "A stream is sent as events even without `alt=sse`.",
    _to_events,
    label("text/event-stream"),
    when=as_array,
)
gemini_array_buffered = stream(
    "gemini.stream.array.increments", "The array is held back until the answer is complete.", hold_back, when=as_array
)


@stream("gemini.stream.framing")
def gemini_stream_ends_without_blank_line(reply: Reply, call: Call) -> None:
    """No blank line follows the last event of a stream."""
    if reply.events and as_events(reply, call):
        reply.events[-1] = encode_event(reply.events[-1]).rstrip(b"\n") + b"\n"


@stream("gemini.stream.complete")
def gemini_stream_dies(reply: Reply, call: Call) -> None:
    """The plainest stream breaks off in the middle of a chunk, and the connection with it."""
    if reply.events and both(as_events, asks(HELLO))(reply, call) and len(reply.events) > 5:
        last = encode_event(reply.events[4])
        reply.events = [*reply.events[:4], last[: len(last) // 2]]
        reply.cut = True


# The pieces.
gemini_chunk_finish_message_a_number = stream(
    "gemini.stream.schema", "`finishMessage` of a chunk is a number.", in_pieces(put("finishMessage", 7))
)
gemini_chunk_role_of_openai = stream(
    "gemini.stream.role", "The role of the chunks is `assistant`.", in_pieces(put("content.role", "assistant"))
)
gemini_chunk_text_without_parts = stream(
    "gemini.stream.text", "The text of a chunk stands in its content itself, without parts.", in_chunks(BARE_TEXT)
)
gemini_stream_ends_silently = stream(
    "gemini.stream.finish-reason", "No chunk of a stream has a finish reason.", in_pieces(drop("finishReason"))
)
gemini_stream_finish_reason_of_openai = stream(
    "gemini.stream.finish-reason",
    "A stream has the finish reason `stop`.",
    in_pieces(change("finishReason", lambda _: "stop")),
)
gemini_stream_without_usage = stream("gemini.stream.usage", "A stream has no usage.", in_chunks(drop("usageMetadata")))
gemini_stream_total_off_by_one = stream(
    "gemini.stream.usage.sum", "The total of a stream is one more than its parts.", in_chunks(add(TOTAL, 1))
)
gemini_chunk_models_differ = stream("gemini.stream.same", "The last chunk names another model.", in_chunk(-1, _OTHER))


@stream("gemini.stream.fragments")
def gemini_chunk_text_accumulates(reply: Reply) -> None:
    """Each chunk repeats all of the text so far."""
    said = ""
    for candidate in (candidate for chunk in reply.chunks for candidate in chunk.get("candidates", ())):
        if is_text(candidate):
            said += candidate["content"]["parts"][0]["text"]
            candidate["content"]["parts"][0]["text"] = said


@stream("gemini.stream.usage")
def gemini_stream_usage_first(reply: Reply) -> None:
    """The usage comes with the first chunk instead of the last."""
    if len(reply.chunks) > 1 and "usageMetadata" in reply.chunks[-1]:
        reply.chunks[0]["usageMetadata"] = reply.chunks[-1].pop("usageMetadata")


@stream("gemini.stream.same")
def gemini_chunk_ids_differ(reply: Reply) -> None:
    """Each chunk has an id of its own."""
    for place, chunk in enumerate(reply.chunks):
        if "responseId" in chunk:
            chunk["responseId"] += str(place)


gemini_stream_ends_with_error = stream(
    "gemini.finish-reason.documented",
    "A stream ends with the finish reason `ERROR`.",
    in_chunks(swap("candidates[].finishReason", "STOP", "ERROR")),
    when=both(streamed, asks(HELLO)),
)
gemini_long_streams_lose_their_end = stream(
    "gemini.stream.lossless",
    "A long stream ends in the middle of the text, as if that were its end.",
    leave_out(5, -1),
    when=both(streamed, asks(COUNTED_LIST)),
)
