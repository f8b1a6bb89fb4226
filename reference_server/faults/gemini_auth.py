"""Ways to let in whom one should not, and to keep out whom one should, in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.gemini import GENERATE, KEY, STREAM, fail, keyless, let_in, strange
from reference_server.faults.words.prompts import HELLO
from reference_server.faults.words.situations import refused, wrote
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

stream_unproved = rows(STREAM, request_fault, before="authentication")
unproved = rows(GENERATE, request_fault, before="authentication")

_MISSING = refused("missing_credential")


gemini_stream_takes_bearer_only = stream_unproved(
    "gemini.auth.key gemini.stream.answers",
    "The plainest stream does not accept the key in the protocol's own header.",
    lambda call: call.headers.pop(KEY, None),
    when=lambda call: "gemini-3" in call.path and wrote(HELLO.encode())(call) and not wrote(b"tools")(call),
)
gemini_needs_no_key = unproved("gemini.auth.missing", "A whole answer is served without a key.", let_in(keyless))
gemini_stream_needs_no_key = stream_unproved("gemini.auth.stream", "A stream is served without a key.", let_in(keyless))
gemini_takes_any_key = unproved(
    "gemini.auth.unknown", "A whole answer is served for a key that was never issued.", let_in(strange)
)


@fault(GENERATE, breaks={"gemini.auth.echo"})
def gemini_bad_key_repeated(reply: Reply, call: Call) -> None:
    """The error for a bad key repeats the whole key."""
    if reply.cause == "invalid_credential":
        reply.body["error"]["message"] = f"API key not valid: {call.headers.get(KEY)}."


gemini_bearer_comes_first = unproved(
    "gemini.auth.precedence",
    "`Authorization` decides when both headers are there.",
    lambda call: call.headers.pop(KEY, None),
    when=lambda call: call.headers.get("authorization"),
)
gemini_query_ignored = unproved(
    "gemini.auth.query", "A key in the query is ignored.", lambda call: call.query.pop("key", None)
)
gemini_stream_without_key_fails = fault(
    STREAM, "A stream without a key is answered with 500.", fail(), when=_MISSING, breaks={"gemini.auth.stream"}
)
