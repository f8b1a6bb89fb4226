"""Ways to send a success that cannot be read: cut off, in a broken coding, or not what its label says."""

from __future__ import annotations

import gzip

from reference_server.faults import fault
from reference_server.faults.words.edits import header, label, raw
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.prompts import HELLO
from reference_server.faults.words.situations import asks, both, no, served, streamed, whole
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

COMPLETE, READABLE = "wire.complete", "wire.readable"
_UNREAD = {"chat.media-type"}
_greeted = both(whole, asks(HELLO))
EMBED, MODELS = "createEmbedding", "listModels"


@fault(CHAT, breaks={COMPLETE, *_UNREAD})
def whole_answer_cut_off(reply: Reply, call: Call) -> None:
    """A whole answer ends before the length that it announces."""
    if _greeted(reply, call):
        reply.body = reply.encoded()[:-20]
        reply.cut = True


@fault(EMBED, breaks={COMPLETE})
def vectors_cut_off(reply: Reply, call: Call) -> None:
    """The last byte of a list of vectors is announced and never sent."""
    reply.cut = whole(reply, call)


@fault(CHAT, breaks={COMPLETE, *_UNREAD})
def coding_broken(reply: Reply, call: Call) -> None:
    """An answer is labelled as gzip, and its bytes are no gzip."""
    if _greeted(reply, call):
        reply.headers["content-encoding"] = "gzip"


@fault("createResponse", breaks={READABLE})
def gzip_cut_off(reply: Reply, call: Call) -> None:
    """Half of the compressed bytes of an answer are missing, and its length says so."""
    if whole(reply, call):
        packed = gzip.compress(reply.encoded(), mtime=0)
        reply.headers["content-encoding"] = "gzip"
        reply.body = packed[: len(packed) // 2]


json_in_latin_1 = fault(
    CHAT,
    "A JSON answer is written in Latin-1.",
    raw(lambda body: body.replace(b'"id":"', b'"id":"\xe9', 1)),
    when=_greeted,
    breaks={READABLE, *_UNREAD},
)
json_in_utf_16 = fault(
    "createMessage",
    "A JSON answer is written in UTF-16.",
    raw(lambda body: body.decode().encode("utf-16")),
    when=whole,
    breaks={READABLE},
)
json_followed_by_rubbish = fault(
    MODELS,
    "The list of models is followed by a second JSON object.",
    raw(lambda body: body + b"{}"),
    when=whole,
    breaks={READABLE, "models.answers"},
)
messages_labelled_as_json = fault(
    "createMessage",
    "A stream is labelled as JSON.",
    label("application/json"),
    when=streamed,
    breaks={READABLE, "anthropic.stream.answers"},
)
events_without_an_event = fault(
    "generateContent",
    "A whole answer in JSON is labelled as an event stream.",
    label("text/event-stream"),
    when=both(served, no(streamed)),
    breaks={READABLE, "gemini.answers"},
)
json_without_label = fault(
    "retrieveModel",
    "A model is answered without a Content-Type.",
    header("content-type", None),
    when=whole,
    breaks={READABLE},
)

_latin = label("text/event-stream; charset=iso-8859-1")
stream_in_latin_1 = fault(CHAT, "A stream is labelled as Latin-1.", _latin, when=streamed, breaks={"wire.charset"})
messages_in_latin_1 = fault(
    "createMessage", "A stream is labelled as Latin-1.", _latin, when=streamed, breaks={"wire.charset"}
)
