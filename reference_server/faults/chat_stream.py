"""Ways to break the stream of a chat completion."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import (
    Edit,
    Members,
    append,
    change,
    drop,
    each,
    hold_back,
    in_chunks,
    insert,
    label,
    leave_out,
    put,
    raw,
    refuse,
    status,
    swap,
    without,
)
from reference_server.faults.words.openai import (
    CHAT,
    DELTA,
    DONE,
    FINISH,
    PIECE,
    add_chunk,
    choices,
    insert_chunk,
    piece,
    plain,
    streams,
    turns,
)
from reference_server.faults.words.prompts import COUNT, COUNTED_LIST, HELLO_AGAIN
from reference_server.faults.words.situations import asked, asks, both, sent, served, streamed
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

chat = rows(CHAT)


def _has_content(event: Event) -> bool:
    choices = event.get("choices") if isinstance(event, dict) else None
    return any(choice["delta"].get("content") for choice in choices or ())


def _ends_normally(reply: Reply, _: Call) -> bool:
    return any(choice["finish_reason"] == "stop" for choice in choices(reply))


def _in_the_middle(edit: Callable[[int, Chunk], Any]) -> Edit:
    """Change each chunk that carries text; the first of them has the place 0."""
    return lambda reply, _: [edit(place, chunk) for place, chunk in enumerate(reply.chunks[1:-2])] and None


def _spell(letters: str, instead: str) -> Edit:
    """Replace letters in each piece of the text."""
    return in_chunks(change(PIECE, lambda text: re.sub(letters, instead, text), str))


stream_labelled_as_json = chat(
    "chat.stream.answers", "The stream is labelled as JSON.", label("application/json"), when=streamed
)
stream_created = chat(
    "chat.stream.answers", "The plainest stream is answered with 201.", status(201), when=both(streamed, plain)
)


@chat("chat.stream.framing")
def stream_ends_without_blank_line(reply: Reply) -> None:
    """No blank line follows the last event."""
    if reply.events:
        reply.events[-1] = encode_event(reply.events[-1]).rstrip(b"\n") + b"\n"


stream_not_in_utf_8 = chat(
    "chat.stream.framing chat.stream.unicode chat.json-schema.stream tools.stream.unicode",
    "Characters outside ASCII are sent in Latin-1 or as question marks.",
    raw(lambda data: data.decode().encode("cp1252", "replace")),
    when=streamed,
)
comment_sent_as_data = chat(
    "chat.stream.json-events", "A keep-alive comment of the provider is sent on as data.", insert(1, "PROCESSING")
)
chunk_fingerprint_is_a_number = chat(
    "chat.stream.schema", "`system_fingerprint` of the chunks is a number.", in_chunks(put("system_fingerprint", 44709))
)
stream_without_done = chat(
    "chat.stream.done", "The stream ends after the last chunk, without `[DONE]`.", without(lambda event: event == DONE)
)
done_sent_twice = chat("chat.stream.nothing-after-done", "`[DONE]` is sent twice.", append(DONE))
event_after_done = chat(
    "chat.stream.nothing-after-done", "A summary of costs follows `[DONE]`.", append({"cost": 0.0001})
)


@chat("chat.stream.complete chat.stream.done chat.stream.finish-reason")
def connection_dies_in_mid_chunk(reply: Reply, call: Call) -> None:
    """The plainest stream breaks off in the middle of a chunk, and the connection with it."""
    if reply.events and plain(reply, call):
        middle = len(reply.events) // 2
        last = encode_event(reply.events[middle])
        reply.events = [*reply.events[:middle], last[: len(last) // 2]]
        reply.cut = True


chunk_object_of_whole_answer = chat(
    "chat.stream.object",
    "`object` of the chunks is the one of a whole answer.",
    in_chunks(Members(lambda chunk: chunk.get("choices") and chunk.update(object="chat.completion"))),
)
chunk_ids_differ = chat(
    "chat.stream.id",
    "Each chunk that carries text has an id of its own.",
    _in_the_middle(lambda place, chunk: chunk.update(id=f"{chunk['id']}-{place}")),
)
chunk_ids_blank = chat("chat.stream.id", "The id of every chunk is empty.", in_chunks(put("id", "")))
stream_ids_constant = chat("chat.stream.id-unique", "Every stream has the same id.", in_chunks(put("id", "chatcmpl-1")))
created_changes = chat(
    "chat.stream.created",
    "`created` is the time of each chunk.",
    _in_the_middle(lambda place, chunk: chunk.update(created=chunk["created"] + place + 1)),
)
model_blank_in_chunks = chat(
    "chat.stream.model",
    "Only the first and the last chunk name the model.",
    _in_the_middle(lambda _, chunk: chunk.update(model="")),
)
delta_is_null = chat(
    "chat.stream.choices",
    "The delta of the last chunk of a choice is null.",
    in_chunks(each("choices[]", lambda choice: choice.get("finish_reason") and choice.update(delta=None))),
)


@chat("chat.stream.choices chat.stream.usage.choices")
def choices_null_at_the_end(reply: Reply, call: Call) -> None:
    """The stream ends with a chunk whose choices are null, whether usage was asked for or not."""
    if reply.chunks and reply.chunks[-1].get("usage"):
        reply.chunks[-1]["choices"] = None
    else:
        add_chunk(choices=None)(reply, call)


usage_chunk_unasked = chat(
    "chat.stream.choices-empty",
    "A chunk with usage and no choices is sent without being asked for.",
    add_chunk(choices=[], usage={"prompt_tokens": 13, "completion_tokens": 13, "total_tokens": 26}),
    when=asked(lambda call: not sent(call).get("stream_options")),
)
heartbeat_chunks = chat(
    "chat.stream.choices-empty", "Keep-alive chunks without choices are sent.", insert_chunk(1, choices=[])
)
choices_without_index = chat(
    "chat.stream.choice-index",
    "The choices of a single-choice stream are not numbered.",
    in_chunks(drop("choices[].index")),
    when=lambda reply, _: all(choice["index"] == 0 for choice in choices(reply)),
)
stream_without_role = chat("chat.stream.role-first", "No delta carries the role.", in_chunks(drop(f"{DELTA}.role")))
role_in_every_delta = chat(
    "chat.stream.role-once", "Every delta repeats the role.", in_chunks(put(f"{DELTA}.role", "assistant"))
)
content_fragment_as_part = chat(
    "chat.stream.content-type", "An empty content fragment is an array.", in_chunks(swap(PIECE, "", []))
)
stream_without_finish_reason = chat(
    "chat.stream.finish-reason chat.stream.equals-whole",
    "No chunk of a stream that ends normally says why it ended.",
    in_chunks(swap(FINISH, "stop", None)),
)
finish_reason_blank = chat(
    "chat.stream.finish-value chat.stream.finish-reason chat.stream.equals-whole",
    "`finish_reason` is an empty string until a stream ends normally.",
    in_chunks(swap(FINISH, None, "")),
    when=_ends_normally,
)
finish_reason_absent_until_the_end = chat(
    "chat.stream.finish-null",
    "A choice has no finish_reason until it ends.",
    in_chunks(each("choices[]", lambda choice: choice["finish_reason"] or choice.pop("finish_reason"))),
)


@chat("chat.stream.nothing-after-finish")
def text_after_finish(reply: Reply, call: Call) -> None:
    """A delta with a space follows the end of the plainest text."""
    for chunk in reply.chunks if plain(reply, call) else ():
        if reply.events and any(choice["finish_reason"] == "stop" for choice in chunk["choices"]):
            reply.events.insert(reply.events.index(chunk) + 1, chunk | {"choices": piece(content=" ")})


empty_success = chat(
    "chat.stream.text", "The plainest stream has no text, but ends normally.", without(_has_content), when=plain
)


@chat("chat.stream.equals-whole")
def fragment_lost(reply: Reply, call: Call) -> None:
    """The second fragment of a text is missing, unless a format was asked for."""
    texts = [event for event in reply.chunks if _has_content(event)]
    if len(texts) > 2 and reply.events and "response_format" not in call.body:
        reply.events.remove(texts[1])


multibyte_split = chat(
    "chat.stream.unicode chat.json-schema.stream",
    "A character of several bytes that falls between two reads becomes U+FFFD.",
    _spell(r"[^\x00-\x7f]", "\ufffd\ufffd"),
)
stream_in_question_marks = chat(
    "chat.stream.unicode chat.json-schema.stream",
    "Letters outside ASCII become question marks in a stream.",
    _spell(r"[^\x00-\x7f]", "?"),
)
stream_held_back = chat(
    "chat.stream.incremental", "The whole answer is generated before its first byte is sent.", hold_back
)


@chat("chat.stream.incremental")
def text_held_back(reply: Reply) -> None:
    """The role is sent at once, and then nothing until all the text is there."""
    if reply.pause and reply.events:
        texts = [chunk for chunk in reply.chunks if _has_content(chunk)]
        joined = "".join(one["delta"]["content"] for chunk in texts for one in chunk["choices"])
        reply.delay += reply.pause * len(texts)
        reply.without(lambda event: any(event is chunk for chunk in texts[1:]))
        texts[0]["choices"][0]["delta"]["content"] = joined
        reply.pause = 0.0


@chat("chat.stream.errors")
def error_inside_a_stream(reply: Reply, call: Call) -> Reply:
    """A wrong request for a stream is answered with 200 and the error as an event."""
    wrong = streams(call) and reply.status in {400, 422} and "temperature" in str(reply.body)
    return Reply.stream([reply.body, DONE]) if wrong else reply


failure_hidden = chat(
    "chat.stream.error-event",
    "A stream that fails half-way ends without an error.",
    without(lambda event: isinstance(event, dict) and "error" in event),
    model="midstream-error",
)


@chat("chat.stream.error-event", model="midstream-error")
def failure_as_success(reply: Reply) -> Reply:
    """A stream that fails half-way ends as if it were complete."""
    return reply.map(lambda chunk: reply.chunks[0] | {"choices": piece("stop")} if "error" in chunk else chunk)


disconnect_disturbs = chat(
    "chat.stream.disconnect",
    "After a client has disconnected, the next request fails.",
    refuse(500, "Broken pipe.", type="x"),
    when=both(served, asks(HELLO_AGAIN)),
)


def _tenth(reply: Reply, call: Call) -> bool:
    """One in ten of the requests to repeat a counted list."""
    if not reply.events or not str(turns(call)[-1].get("content")).startswith(COUNTED_LIST):
        return False
    call.memory["counted"] = call.memory.get("counted", -1) + 1
    return bool(call.memory["counted"] % 10 == 5)


tenth_stream_loses_its_middle = chat(
    "chat.stream.lossless", "Now and then the middle of a stream is missing.", leave_out(10, 20), when=_tenth
)
tenth_stream_ends_early = chat(
    "chat.stream.lossless",
    "Now and then a stream ends in the middle of the text, as if that were its end.",
    leave_out(10, -2),
    when=_tenth,
)
cut_stream_ends_with_stop = chat(
    "chat.stream.max-tokens", "A stream cut by the limit ends with `stop`.", in_chunks(swap(FINISH, "length", "stop"))
)
limit_ignored_in_streams = request_fault(
    CHAT,
    "A low token limit is ignored in streams.",
    drop("max_tokens"),
    when=lambda call: streams(call) and COUNT not in str(turns(call)),
    breaks={"chat.stream.max-tokens.cap"},
)
null_refused = chat(
    "chat.stream.null",
    "`stream: null` is refused.",
    refuse(400, "stream must be a boolean", param="stream"),
    when=asked(lambda call: sent(call).get("stream", False) is None),
)
options_without_stream_accepted = request_fault(
    CHAT,
    "`stream_options` in a request without `stream` are accepted.",
    drop("stream_options"),
    when=lambda call: not streams(call),
    breaks={"chat.stream.options-need-stream"},
    before="validation",
)
