"""Refusals that have the right status, but are labelled as the stream that was asked for, in every protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.words.edits import header
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import asked, both, refused

_GEMINI = "streamGenerateContent"
_as_stream = header("content-type", "text/event-stream")
_for_a_stream = asked(lambda call: b'"stream":true' in (call.raw or b""))

missing_key_told_in_a_stream = fault(
    CHAT,
    "A stream without a key is refused by a stream.",
    _as_stream,
    when=both(_for_a_stream, refused("missing_credential")),
    breaks={"auth.stream"},
)
upstream_failure_told_in_a_stream = fault(
    CHAT,
    "A stream that the provider fails before it begins is answered by a stream.",
    _as_stream,
    when=both(_for_a_stream, refused("upstream")),
    breaks={"upstream.stream"},
)
wrong_message_told_in_a_stream = fault(
    "createMessage",
    "A wrong request for a streamed message is refused by a stream.",
    _as_stream,
    when=both(_for_a_stream, refused("missing_field", "invalid_value", "unknown_model")),
    breaks={"anthropic.errors.before-stream"},
)
missing_gemini_key_told_in_a_stream = fault(
    _GEMINI,
    "A stream without a key is refused by a stream.",
    _as_stream,
    when=refused("missing_credential"),
    breaks={"gemini.auth.stream"},
)
unknown_gemini_model_told_in_a_stream = fault(
    _GEMINI,
    "A stream of an unknown model is refused by a stream.",
    _as_stream,
    when=refused("unknown_model"),
    breaks={"gemini.errors.unknown-model.stream"},
)
gemini_failure_told_in_a_stream = fault(
    _GEMINI,
    "A stream that the provider fails before it begins is answered by a stream.",
    _as_stream,
    when=refused("upstream"),
    breaks={"gemini.errors.upstream.stream"},
)
