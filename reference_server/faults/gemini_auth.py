"""Ways to let in whom one should not, and to keep out whom one should, in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.gemini import failed
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WHOLE = "generateContent"
_STREAM = "streamGenerateContent"
_OWN = "x-goog-api-key"
_STRANGER = "sk-this-key-was-never-issued"


def _anonymous(call: Call) -> bool:
    return not (call.headers.get(_OWN) or call.headers.get("authorization") or call.query.get("key"))


@request_fault(_STREAM, breaks={"gemini.auth.key", "gemini.stream.answers"}, before="authentication")
def gemini_stream_takes_bearer_only(call: Call) -> None:
    """The plainest stream does not take the header of the protocol."""
    if b"Say hello" in (call.raw or b"") and b"tools" not in (call.raw or b"") and "gemini-3" in call.path:
        call.headers.pop(_OWN, None)


@request_fault(_WHOLE, breaks={"gemini.auth.missing"}, before="authentication")
def gemini_needs_no_key(call: Call) -> None:
    """A whole answer needs no key."""
    if _anonymous(call):
        call.headers[_OWN] = "sk-ok"


@request_fault(_STREAM, breaks={"gemini.auth.stream"}, before="authentication")
def gemini_stream_needs_no_key(call: Call) -> None:
    """A stream needs no key."""
    if _anonymous(call):
        call.headers[_OWN] = "sk-ok"


@request_fault(_WHOLE, breaks={"gemini.auth.unknown"}, before="authentication")
def gemini_takes_any_key(call: Call) -> None:
    """A key that was never issued opens a whole answer."""
    if call.headers.get(_OWN) == _STRANGER:
        call.headers[_OWN] = "sk-ok"


@fault(_WHOLE, breaks={"gemini.auth.echo"})
def gemini_bad_key_repeated(reply: Reply, call: Call) -> None:
    """The error repeats the whole key."""
    if reply.cause == "invalid_credential":
        reply.body["error"]["message"] = f"API key not valid: {call.headers.get(_OWN)}."


@request_fault(_WHOLE, breaks={"gemini.auth.precedence"}, before="authentication")
def gemini_bearer_comes_first(call: Call) -> None:
    """`Authorization` decides when both headers are there."""
    if call.headers.get("authorization"):
        call.headers.pop(_OWN, None)


@request_fault(_WHOLE, breaks={"gemini.auth.query"}, before="authentication")
def gemini_query_ignored(call: Call) -> None:
    """A key in the query is not read."""
    call.query.pop("key", None)


@fault(_STREAM, breaks={"gemini.auth.stream"})
def gemini_stream_without_key_fails(reply: Reply) -> None:
    """A stream without a key breaks the server."""
    if reply.cause == "missing_credential":
        failed(reply, 500, "INTERNAL")
