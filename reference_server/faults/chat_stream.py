"""Ways to break the stream of a chat completion."""

from __future__ import annotations

from itertools import count
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event, encode_json

_CHAT = "createChatCompletion"
_DONE = "[DONE]"


@fault(_CHAT, breaks={"chat.stream.answers"})
def stream_labelled_as_json(reply: Reply) -> None:
    """The stream says that it is application/json."""
    if reply.events is not None:
        reply.headers["content-type"] = "application/json"


@fault(_CHAT, breaks={"chat.stream.answers"})
def stream_created(reply: Reply, call: Call) -> None:
    """The plainest stream is answered 201."""
    if reply.events and len(call.body) == 4 and "hello in one short" in str(call.body["messages"]):
        reply.status = 201


@fault(_CHAT, breaks={"chat.stream.framing"})
def stream_ends_without_blank_line(reply: Reply) -> None:
    """No blank line closes the last event."""
    if reply.events:
        reply.events[-1] = encode_event(reply.events[-1]).rstrip(b"\n") + b"\n"


@fault(_CHAT, breaks={"chat.stream.framing", "chat.stream.unicode"})
def stream_not_in_utf_8(reply: Reply) -> Reply:
    """Characters outside ASCII are sent in Latin-1 or as question marks."""
    return reply.raw(lambda data: data.decode().encode("cp1252", "replace")) if reply.events else reply


@fault(_CHAT, breaks={"chat.stream.json-events"})
def comment_sent_as_data(reply: Reply) -> None:
    """A keep-alive comment of the provider is sent on as data."""
    if reply.events is not None:
        reply.events.insert(1, "PROCESSING")


@fault(_CHAT, breaks={"chat.stream.schema"})
def chunk_fingerprint_is_a_number(reply: Reply) -> None:
    """`system_fingerprint` of the chunks is a number."""
    for chunk in reply.chunks:
        chunk["system_fingerprint"] = 44709


@fault(_CHAT, breaks={"chat.stream.done"})
def stream_without_done(reply: Reply) -> Reply:
    """The connection closes after the last chunk, without `[DONE]`."""
    return reply.without(lambda event: event == _DONE)


@fault(_CHAT, breaks={"chat.stream.nothing-after-done"})
def done_sent_twice(reply: Reply) -> None:
    """`[DONE]` is sent twice."""
    if reply.events is not None:
        reply.events.append(_DONE)


@fault(_CHAT, breaks={"chat.stream.nothing-after-done"})
def event_after_done(reply: Reply) -> None:
    """A summary of the costs follows `[DONE]`."""
    if reply.events is not None:
        reply.events.append({"cost": 0.0001})


@fault(_CHAT, breaks={"chat.stream.complete", "chat.stream.done", "chat.stream.finish-reason"})
def connection_dies_in_mid_chunk(reply: Reply, call: Call) -> Reply:
    """The provider dies: the plainest stream ends in the middle of a chunk, and the connection with it."""
    if not (reply.events and _is_plain(call)):
        return reply
    middle = len(reply.events) // 2
    last = encode_event(reply.events[middle])
    reply.events = [*reply.events[:middle], last[: len(last) // 2]]
    reply.cut = True
    return reply


@fault(_CHAT, breaks={"chat.stream.object"})
def chunk_object_of_whole_answer(reply: Reply) -> None:
    """`object` of the chunks is the one of a whole answer."""
    for chunk in reply.chunks:
        if chunk.get("choices"):
            chunk["object"] = "chat.completion"


@fault(_CHAT, breaks={"chat.stream.id"})
def chunk_ids_differ(reply: Reply) -> None:
    """Each chunk that carries text has an id of its own."""
    for place, chunk in enumerate(reply.chunks[1:-2]):
        chunk["id"] = f"{chunk['id']}-{place}"


@fault(_CHAT, breaks={"chat.stream.id"})
def chunk_ids_blank(reply: Reply) -> None:
    """The id of every chunk is empty."""
    for chunk in reply.chunks:
        chunk["id"] = ""


@fault(_CHAT, breaks={"chat.stream.id-unique"})
def stream_ids_constant(reply: Reply) -> None:
    """Every stream has the same id."""
    for chunk in reply.chunks:
        chunk["id"] = "chatcmpl-1"


@fault(_CHAT, breaks={"chat.stream.created"})
def created_changes(reply: Reply) -> None:
    """`created` is the time of each chunk."""
    for place, chunk in enumerate(reply.chunks[1:-2]):
        chunk["created"] += place + 1


@fault(_CHAT, breaks={"chat.stream.model"})
def model_blank_in_chunks(reply: Reply) -> None:
    """Only the first and the last chunks name the model."""
    for chunk in reply.chunks[1:-2]:
        chunk["model"] = ""


@fault(_CHAT, breaks={"chat.stream.choices"})
def delta_is_null(reply: Reply) -> None:
    """The delta of the last chunk of a choice is null."""
    for choice in _choices(reply):
        if choice.get("finish_reason"):
            choice["delta"] = None


@fault(_CHAT, breaks={"chat.stream.choices", "chat.stream.usage.choices"})
def choices_null_at_the_end(reply: Reply) -> None:
    """The stream ends with a chunk whose choices are null, whether usage was asked for or not."""
    if not reply.chunks:
        return
    last = reply.chunks[-1]
    if last.get("usage"):
        last["choices"] = None
    else:
        _append(reply, {**last, "choices": None})


@fault(_CHAT, breaks={"chat.stream.choices-empty"})
def usage_chunk_unasked(reply: Reply, call: Call) -> None:
    """A chunk with usage and no choices is sent to those who did not ask for it."""
    if reply.chunks and not call.body.get("stream_options"):
        usage = {"prompt_tokens": 13, "completion_tokens": 13, "total_tokens": 26}
        _append(reply, {**reply.chunks[-1], "choices": [], "usage": usage})


@fault(_CHAT, breaks={"chat.stream.choices-empty"})
def heartbeat_chunks(reply: Reply) -> None:
    """Chunks without choices are sent to keep the connection alive."""
    if reply.events and reply.chunks:
        reply.events.insert(1, {**reply.chunks[0], "choices": []})


@fault(_CHAT, breaks={"chat.stream.choice-index"})
def choices_without_index(reply: Reply) -> None:
    """The choices of a single-choice stream are not numbered."""
    for choice in _choices(reply):
        if all(other["index"] == 0 for other in _choices(reply) if "index" in other):
            choice.pop("index")


@fault(_CHAT, breaks={"chat.stream.role-first"})
def stream_without_role(reply: Reply) -> None:
    """No delta carries the role."""
    for delta in _deltas(reply):
        delta.pop("role", None)


@fault(_CHAT, breaks={"chat.stream.role-once"})
def role_in_every_delta(reply: Reply) -> None:
    """Every delta repeats the role."""
    for delta in _deltas(reply):
        delta["role"] = "assistant"


@fault(_CHAT, breaks={"chat.stream.content-type"})
def content_fragment_as_part(reply: Reply) -> None:
    """An empty content fragment is an array."""
    for delta in _deltas(reply):
        if delta.get("content") == "":
            delta["content"] = []


@fault(_CHAT, breaks={"chat.stream.finish-reason", "chat.stream.equals-whole"})
def stream_without_finish_reason(reply: Reply) -> None:
    """No chunk of a stream that ends normally says why it ended."""
    for choice in _choices(reply):
        if choice["finish_reason"] == "stop":
            choice["finish_reason"] = None


@fault(_CHAT, breaks={"chat.stream.finish-value", "chat.stream.finish-reason", "chat.stream.equals-whole"})
def finish_reason_blank(reply: Reply) -> None:
    """`finish_reason` is an empty string until a stream ends normally."""
    if any(choice["finish_reason"] == "stop" for choice in _choices(reply)):
        for choice in _choices(reply):
            choice["finish_reason"] = choice["finish_reason"] or ""


@fault(_CHAT, breaks={"chat.stream.finish-null"})
def finish_reason_absent_until_the_end(reply: Reply) -> None:
    """A choice has no finish_reason until it ends."""
    for choice in _choices(reply):
        if choice["finish_reason"] is None:
            del choice["finish_reason"]


@fault(_CHAT, breaks={"chat.stream.nothing-after-finish"})
def text_after_finish(reply: Reply, call: Call) -> None:
    """A delta with a blank follows the end of the plainest text."""
    ends = [one for one in reply.chunks if any(choice["finish_reason"] == "stop" for choice in one.get("choices", ()))]
    if ends and reply.events and _is_plain(call):
        late = {"index": 0, "delta": {"content": " "}, "finish_reason": None}
        reply.events.insert(reply.events.index(ends[0]) + 1, {**ends[0], "choices": [late]})


@fault(_CHAT, breaks={"chat.stream.text"})
def empty_success(reply: Reply, call: Call) -> Reply:
    """The plainest stream carries no text, and pretends to have ended normally."""
    return reply.without(_has_content) if _is_plain(call) else reply


@fault(_CHAT, breaks={"chat.stream.equals-whole"})
def fragment_lost(reply: Reply, call: Call) -> None:
    """The second fragment of a text is lost, unless a format was asked for."""
    texts = [event for event in reply.chunks if _has_content(event)]
    if len(texts) > 2 and reply.events and "response_format" not in call.body:
        reply.events.remove(texts[1])


@fault(_CHAT, breaks={"chat.stream.unicode"})
def multibyte_split(reply: Reply) -> None:
    """A character of several bytes that falls between two reads becomes U+FFFD."""
    for delta in _deltas(reply):
        if delta.get("content"):
            delta["content"] = "".join(letter if letter.isascii() else "\ufffd\ufffd" for letter in delta["content"])


@fault(_CHAT, breaks={"chat.stream.unicode"})
def stream_in_question_marks(reply: Reply) -> None:
    """Every letter outside ASCII becomes a question mark."""
    for delta in _deltas(reply):
        if delta.get("content"):
            delta["content"] = "".join(letter if letter.isascii() else "?" for letter in delta["content"])


@fault(_CHAT, breaks={"chat.stream.incremental"})
def stream_held_back(reply: Reply) -> None:
    """The whole answer is generated before its first byte is sent."""
    reply.delay += reply.pause * len(reply.events or ())
    reply.pause = 0.0


@fault(_CHAT, breaks={"chat.stream.incremental"})
def text_held_back(reply: Reply) -> None:
    """The role is sent at once, and then nothing until all the text is there."""
    if reply.pause and reply.events:
        texts = [chunk for chunk in reply.chunks if _has_content(chunk)]
        joined = "".join(one["delta"]["content"] for chunk in texts for one in chunk["choices"])
        reply.delay += reply.pause * len(texts)
        reply.without(lambda event: any(event is chunk for chunk in texts[1:]))
        texts[0]["choices"][0]["delta"]["content"] = joined
        reply.pause = 0.0


@fault(_CHAT, breaks={"chat.stream.errors"})
def error_inside_a_stream(reply: Reply, call: Call) -> Reply:
    """A wrong request for a stream is answered 200, with the error as an event."""
    wrong = isinstance(call.body, dict) and call.body.get("stream") is True and reply.status in {400, 422}
    return Reply.stream([reply.body, _DONE]) if wrong and "temperature" in str(reply.body) else reply


@fault(_CHAT, breaks={"chat.stream.error-event"}, model="midstream-error")
def failure_hidden(reply: Reply) -> Reply:
    """A stream that fails half-way just ends."""
    return reply.without(lambda event: isinstance(event, dict) and "error" in event)


@fault(_CHAT, breaks={"chat.stream.error-event"}, model="midstream-error")
def failure_as_success(reply: Reply) -> Reply:
    """A stream that fails half-way ends as if all were said."""
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    return reply.map(lambda chunk: {**reply.chunks[0], "choices": [end]} if "error" in chunk else chunk)


@fault(_CHAT, breaks={"chat.stream.disconnect"})
def disconnect_disturbs(reply: Reply, call: Call) -> Reply:
    """After a client left, the next request fails."""
    if reply.ok and "hello again" in encode_json(call.body).decode():
        return Reply.json({"error": {"message": "Broken pipe.", "type": "x", "param": None, "code": None}}, 500)
    return reply


_counted = count()


def _tenth(call: Call) -> bool:
    """One in ten of the requests to repeat a counted list."""
    return (
        str(call.body["messages"][-1].get("content")).startswith("Repeat exactly: 11 12") and next(_counted) % 10 == 5
    )


@fault(_CHAT, breaks={"chat.stream.lossless"})
def tenth_stream_loses_its_middle(reply: Reply, call: Call) -> None:
    """A buffer that overflows now and then drops what was in it."""
    if reply.events and _tenth(call):
        del reply.events[10:20]


@fault(_CHAT, breaks={"chat.stream.lossless"})
def tenth_stream_ends_early(reply: Reply, call: Call) -> None:
    """A text ends in the middle now and then, as if that were its end."""
    if reply.events and _tenth(call):
        del reply.events[10:-2]


@fault(_CHAT, breaks={"chat.stream.max-tokens"})
def cut_stream_ends_with_stop(reply: Reply) -> None:
    """A stream that the limit cuts pretends to have ended normally."""
    for choice in _choices(reply):
        if choice["finish_reason"] == "length":
            choice["finish_reason"] = "stop"


@request_fault(_CHAT, breaks={"chat.stream.max-tokens.cap"})
def limit_ignored_in_streams(call: Call) -> None:
    """A stream of a short answer knows no limit of tokens."""
    if call.body.get("stream") and "Count" not in str(call.body["messages"]):
        call.body.pop("max_tokens", None)


@fault(_CHAT, breaks={"chat.stream.null"})
def null_refused(reply: Reply, call: Call) -> Reply:
    """`stream: null` is refused."""
    refused = isinstance(call.body, dict) and "stream" in call.body and call.body["stream"] is None
    error = {"message": "stream must be a boolean", "type": "invalid_request_error", "param": "stream", "code": None}
    return Reply.json({"error": error}, 400) if refused else reply


@request_fault(_CHAT, breaks={"chat.stream.options-need-stream"}, before="validation")
def options_without_stream_accepted(call: Call) -> None:
    """`stream_options` without a stream are ignored."""
    if isinstance(call.body, dict) and not call.body.get("stream"):
        call.body.pop("stream_options", None)


def _is_plain(call: Call) -> bool:
    """The request is the plainest there is, but for the stream."""
    plain = isinstance(call.body, dict) and len(call.body) == 4
    return plain and "hello in one short" in call.body["messages"][-1]["content"]


def _choices(reply: Reply) -> list[dict[str, Any]]:
    return [choice for chunk in reply.chunks for choice in chunk.get("choices") or ()]


def _deltas(reply: Reply) -> list[dict[str, Any]]:
    return [choice["delta"] for choice in _choices(reply)]


def _has_content(event: Event) -> bool:
    choices = event.get("choices") if isinstance(event, dict) else None
    return any(choice["delta"].get("content") for choice in choices or ())


def _append(reply: Reply, chunk: Chunk) -> None:
    """Add a chunk at the end, before `[DONE]`."""
    if reply.events is not None:
        place = reply.events.index(_DONE) if _DONE in reply.events else len(reply.events)
        reply.events.insert(place, chunk)
