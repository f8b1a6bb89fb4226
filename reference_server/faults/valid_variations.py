"""Legal ways to fail now and then."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.edits import refuse
from reference_server.faults.words.openai import CHAT, OF_THE_MODEL, PROVIDER_FAILS, fail_within, streams
from reference_server.faults.words.situations import asked, both, has, served, streamed
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_broken = refuse(500, "Internal server error.", type="server_error")
may = differences(CHAT, when=both(served, has("response_format"), asked(streams)))


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
    fail_within(message="Rate limit reached.", type="rate_limit_error", code=429),
    when=both(streamed, has("response_format")),
)


@may(when=OF_THE_MODEL)
def every_third_stream_fails(reply: Reply, call: Call) -> None:
    """Every third stream breaks off with an error."""
    call.memory["streams"] = call.memory.get("streams", 0) + 1
    if call.memory["streams"] % 3 == 0:
        PROVIDER_FAILS(reply, call)
