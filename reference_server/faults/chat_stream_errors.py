"""Ways to report a failure wrongly where a stream was asked for."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import drop, error_body, header, in_chunks, status
from reference_server.faults.words.openai import CHAT, DONE, insert_chunk, piece, streams
from reference_server.faults.words.situations import sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)


def _wrong_stream(reply: Reply, call: Call) -> bool:
    """A temperature that is no number was refused, and a stream asked for."""
    return streams(call) and sent(call).get("temperature") == "warm" and reply.status in {400, 422}


wrong_stream_refused_in_text = chat(
    "chat.stream.errors",
    "A wrong request for a stream is refused in plain text.",
    header("content-type", "text/plain"),
    when=_wrong_stream,
)
wrong_stream_refused_in_array = chat(
    "chat.stream.errors",
    "A wrong request for a stream is refused with an array that holds the error.",
    error_body(lambda body: [body]),
    when=_wrong_stream,
)
wrong_stream_refused_as_done = chat(
    "chat.stream.errors", "A wrong request for a stream is refused with status 200.", status(200), when=_wrong_stream
)
failure_without_words = chat(
    "chat.stream.error-event",
    "A stream that fails half-way ends with an error without a message.",
    in_chunks(drop("error.message")),
    model="midstream-error",
)
failure_and_stop = chat(
    "chat.stream.error-event",
    "A stream that fails half-way reports the failure, and then ends normally.",
    insert_chunk(1, choices=piece("stop")),
    model="midstream-error",
)


@chat("chat.stream.error-event", model="midstream-error")
def failure_after_done(reply: Reply) -> None:
    """A stream that fails half-way reports the failure after `[DONE]`."""
    for failure in [chunk for chunk in reply.chunks if "error" in chunk][:1]:
        if reply.events:
            reply.events.insert(reply.events.index(failure), DONE)
