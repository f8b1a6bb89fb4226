"""Ways to answer a valid request with 500."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words import anthropic, gemini
from reference_server.faults.words.edits import answer, refuse
from reference_server.faults.words.openai import CHAT, OF_THE_MODEL, PROVIDER_FAILS, RESPONSES, streams
from reference_server.faults.words.situations import asked, both, has, served, streamed

_broken = refuse(500, "Internal server error.", type="server_error")
_formatted_stream = both(served, has("response_format"), asked(streams))

chat = rows(CHAT, when=_formatted_stream)
streams_with_a_format_fail = chat("valid.openai", "A stream with `response_format` is answered 500.", _broken)
streams_with_a_format_unsupported = chat(
    "valid.refusal",
    "A stream with `response_format` is not supported, which is told with 500.",
    refuse(500, "response_format is not supported in streams."),
)
calls_fail_in_responses = fault(
    RESPONSES,
    "A streamed response with tools is answered 500.",
    _broken,
    when=both(streamed, has("tools")),
    breaks={"valid.openai"},
)
tool_streams_fail = fault(
    anthropic.MESSAGE,
    "A stream of messages with tools is answered 500.",
    anthropic.fail,
    when=both(streamed, has("tools")),
    breaks={"valid.anthropic"},
)
arrays_fail = fault(
    gemini.STREAM,
    "A stream that is a JSON array is answered 500.",
    answer({"error": {"code": 500, "message": "Internal error.", "status": "INTERNAL"}}, 500),
    when=gemini.as_array,
    breaks={"valid.gemini"},
)


every_stream_reports_a_failure = fault(
    CHAT,
    "Every stream breaks off with an error, and `[DONE]`.",
    PROVIDER_FAILS,
    when=OF_THE_MODEL,
    breaks={"valid.openai"},
)
