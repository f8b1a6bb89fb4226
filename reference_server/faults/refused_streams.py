"""Refusals that have the right status, but are labelled as the stream that was asked for, in every protocol."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import header, status
from reference_server.faults.words.gemini import tell_in_stream
from reference_server.faults.words.openai import CHAT, RESPONSES
from reference_server.faults.words.situations import asked, both, has, refused, wrote
from reference_server.wire.reply import Reply

_GEMINI = "streamGenerateContent"
chat = rows(CHAT)
stream = rows(_GEMINI)
_as_stream = header("content-type", "text/event-stream")
_for_a_stream = asked(lambda call: b'"stream":true' in (call.raw or b""))

missing_key_told_in_a_stream = chat(
    "auth.stream",
    "A stream without a key is answered with 200 and the error in the stream.",
    _as_stream,
    when=both(_for_a_stream, refused("missing_credential")),
)
upstream_failure_told_in_a_stream = chat(
    "upstream.stream",
    "A provider's failure before a stream begins is answered with 200 and the error in the stream.",
    _as_stream,
    when=both(_for_a_stream, refused("upstream")),
)
wrong_message_told_in_a_stream = fault(
    "createMessage",
    "A wrong request for a streamed message is answered with 200 and the error in the stream.",
    _as_stream,
    when=both(_for_a_stream, refused("missing_field", "invalid_value", "unknown_model")),
    breaks={"anthropic.errors.before-stream"},
)
warm_message_told_in_a_stream = fault(
    "createMessage",
    "A temperature out of range is answered 200, with the error as an event, where a stream is asked for.",
    lambda reply, _: Reply.stream([reply.body], named=True),
    when=both(_for_a_stream, refused("invalid_value"), has("temperature")),
    breaks={"anthropic.errors.before-stream"},
)
missing_gemini_key_told_in_a_stream = stream(
    "gemini.auth.stream",
    "A stream without a key is answered with 200 and the error in the stream.",
    _as_stream,
    when=refused("missing_credential"),
)
unknown_gemini_model_told_in_a_stream = stream(
    "gemini.errors.unknown-model.stream",
    "A stream of an unknown model is answered with 200 and the error in the stream.",
    _as_stream,
    when=refused("unknown_model"),
)
warm_gemini_told_in_a_stream = stream(
    "gemini.errors.before-stream",
    "A temperature out of range is answered 200, with the error as an event, where a stream is asked for.",
    tell_in_stream,
    when=both(refused("invalid_value"), asked(wrote(b'"temperature":99'))),
)
warm_gemini_refused_by_200 = stream(
    "gemini.errors.before-stream",
    "A temperature out of range is answered 200, with the error as JSON, where a stream is asked for.",
    status(200),
    when=both(refused("invalid_value"), asked(wrote(b'"temperature":99'))),
)
wrong_response_refused_by_200 = fault(
    RESPONSES,
    "A wrong request for a streamed response is answered 200, with the error as JSON.",
    status(200),
    when=both(_for_a_stream, refused("missing_field", "invalid_value")),
    breaks={"responses.errors.before-stream"},
)
missing_contents_told_in_a_stream = stream(
    "gemini.errors.before-stream",
    "A stream without contents is refused inside a stream.",
    _as_stream,
    when=refused("missing_field", "invalid_value"),
)
gemini_failure_told_in_a_stream = stream(
    "gemini.errors.upstream.stream",
    "A provider's failure before a stream begins is answered with 200 and the error in the stream.",
    _as_stream,
    when=refused("upstream"),
)
