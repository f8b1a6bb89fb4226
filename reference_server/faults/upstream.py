"""Ways to pass on a failure that lies behind the gateway."""

from __future__ import annotations

from msgspec.structs import replace

from reference_server.faults import rows
from reference_server.faults.words.edits import header, refuse, status
from reference_server.faults.words.openai import CHAT, DONE, streams
from reference_server.faults.words.situations import asked, no, served
from reference_server.wire.reply import Reply

chat = rows(CHAT)

_FAILS, _LIMITED = "upstream-error", "rate-limited-upstream"
_for_a_stream = asked(streams)

upstream_failure_is_bad = chat(
    "upstream.status",
    "A provider's failure is reported as a client error.",
    status(400),
    when=no(_for_a_stream),
    model=_FAILS,
)
upstream_failure_streamed = chat(
    "upstream.stream",
    "A provider's failure before a stream begins is answered with 200 and the error as an event.",
    lambda reply, _: Reply.stream([reply.body, DONE]),
    when=asked(streams),
    model=_FAILS,
)
upstream_failure_breaks_off = chat(
    "upstream.stream",
    "A provider's failure before a stream begins is answered with 200, and the connection is dropped.",
    lambda *_: replace(Reply.stream([]), cut=True),
    when=_for_a_stream,
    model=_FAILS,
)
upstream_failure_of_a_stream_is_bad = chat(
    "upstream.stream",
    "A provider's failure before a stream begins is reported as a client error.",
    status(400),
    when=_for_a_stream,
    model=_FAILS,
)


@chat("upstream.error-body", model=_FAILS)
def upstream_failure_as_page(reply: Reply) -> None:
    """A provider's failure is answered with an HTML page of a proxy in between."""
    reply.headers["content-type"] = "text/html"
    reply.body = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


internal_failure_is_bad = chat(
    "upstream.internal", "The gateway's own failure is reported as a client error.", status(400), model="internal-error"
)
maintenance_is_not_found = chat(
    "upstream.maintenance", "During maintenance a model is reported as unknown.", status(404), model="maintenance"
)
retry_refused = chat(
    "upstream.retry",
    "A request that failed is refused when it is sent again.",
    refuse(409, "Duplicate request.", type="conflict", code="duplicate"),
    when=served,
    model="flaky-once",
)
provider_limit_is_a_failure = chat(
    "upstream.rate-limit", "A provider's rate limit is answered with 500.", status(500), model=_LIMITED
)
provider_retry_after_renamed = chat(
    "upstream.retry-after",
    "The provider's Retry-After is sent on under another name.",
    lambda reply, _: reply.headers.update({"llm_provider-retry-after": reply.headers.pop("retry-after")}),
    model=_LIMITED,
)
provider_retry_after_lost = chat(
    "upstream.retry-after", "The provider's Retry-After is not sent on.", header("retry-after", None), model=_LIMITED
)
