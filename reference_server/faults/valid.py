"""Ways to answer a valid request with 500, and legal ways to fail now and then."""

from __future__ import annotations

from reference_server.faults import differences, fault, rows
from reference_server.faults.words import anthropic, gemini
from reference_server.faults.words.edits import answer, refuse
from reference_server.faults.words.openai import CHAT, RESPONSES, streams
from reference_server.faults.words.situations import asked, both, has, served, streamed
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

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

may = differences(CHAT, when=_formatted_stream)


@may()
def fails_once(reply: Reply, call: Call) -> Reply:
    """Every other stream with `response_format` is answered 500."""
    call.memory["failures"] = call.memory.get("failures", 0) + 1
    return reply if call.memory["failures"] % 2 == 0 else _broken(reply, call)


limits_of_providers_told_with_500 = may(
    "The limit of a provider is told with 500.", refuse(500, "Rate limit reached for this model.", type="server_error")
)
providers_fail = may("The provider is not there for `response_format`.", refuse(503, "No provider is there."))
formats_refused_in_streams = may("A stream with `response_format` is refused.", refuse(501, "Not implemented."))
