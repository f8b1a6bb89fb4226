"""Ways to break single members of answers in the Gemini protocol."""

from __future__ import annotations

from reference_server.call import Call
from reference_server.faults import fault
from reference_server.faults.gemini_stream import _as_events
from reference_server.reply import Reply

_WHOLE = "generateContent"
_STREAM = "streamGenerateContent"


@fault(_WHOLE, breaks={"gemini.model-version"})
def model_version_empty(reply: Reply) -> Reply:
    """`modelVersion` is empty."""
    return reply.edit(lambda body: body.update(modelVersion=""))


@fault(_WHOLE, breaks={"gemini.model-version"})
def model_version_is_a_number(reply: Reply) -> Reply:
    """`modelVersion` is a number."""
    return reply.edit(lambda body: body.update(modelVersion=2.5))


@fault(_WHOLE, breaks={"gemini.response-id"})
def response_ids_are_numbers(reply: Reply) -> Reply:
    """Every answer has a number as its id, another one each time."""
    return reply.edit(lambda body: body.update(responseId=hash(body["responseId"]) % 10**9 + 1))


@fault(_WHOLE, breaks={"gemini.usage"})
def gemini_total_as_text(reply: Reply) -> Reply:
    """The total of the tokens is a text."""
    return reply.edit(lambda body: body["usageMetadata"].update(totalTokenCount="27"))


@fault(_STREAM, breaks={"gemini.stream.array"})
def array_labelled_as_events(reply: Reply, call: Call) -> None:
    """A stream as an array is labelled as a stream of events."""
    if reply.events is not None and not _as_events(reply, call):
        reply.headers["content-type"] = "text/event-stream"


@fault(_STREAM, breaks={"gemini.stream.array"})
def array_within_an_object(reply: Reply, call: Call) -> Reply:
    """A stream as an array stands within an object."""
    if reply.events is None or _as_events(reply, call):
        return reply
    return Reply(200, reply.headers, b'{"responses": ' + reply.encoded() + b"}")


@fault(_STREAM, breaks={"gemini.stream.usage"})
def gemini_stream_prompt_is_free(reply: Reply) -> None:
    """The stream counts no token of the prompt."""
    for chunk in reply.chunks:
        if usage := chunk.get("usageMetadata"):
            usage.update(promptTokenCount=0, totalTokenCount=usage.get("candidatesTokenCount", 0))
