"""Ways to answer a valid request with 500, and legal ways to fail now and then."""

from __future__ import annotations

from reference_server.faults import differences, fault, rows
from reference_server.faults.words import anthropic, gemini
from reference_server.faults.words.edits import Edit, answer, refuse
from reference_server.faults.words.openai import CHAT, DONE, RESPONSES, streams
from reference_server.faults.words.situations import asked, both, has, no, sent, served, streamed
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


def _fail_within(**error: object) -> Edit:
    """Report a failure after the first chunk of a stream, and end it as if all were well."""

    def edit(reply: Reply, _: Call) -> None:
        if reply.events:
            reply.events[1:] = [{"error": error}, DONE]

    return edit


_of_the_model = both(streamed, no(asked(lambda call: sent(call).get("model") == "midstream-error")))
_provider_fails = _fail_within(message="The provider broke off.", type="server_error", code=None)
every_stream_reports_a_failure = fault(
    CHAT,
    "Every stream breaks off with an error, and `[DONE]`.",
    _provider_fails,
    when=_of_the_model,
    breaks={"valid.openai"},
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
limits_told_in_streams = may(
    "A stream with `response_format` reports the limit of the provider.",
    _fail_within(message="Rate limit reached.", type="rate_limit_error", code=429),
    when=both(streamed, has("response_format")),
)


@may(when=_of_the_model)
def every_third_stream_fails(reply: Reply, call: Call) -> None:
    """Every third stream breaks off with an error."""
    call.memory["streams"] = call.memory.get("streams", 0) + 1
    if call.memory["streams"] % 3 == 0:
        _provider_fails(reply, call)
