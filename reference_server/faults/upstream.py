"""Ways to pass on a failure that lies behind the gateway."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


def _streams(call: Call) -> bool:
    return isinstance(call.body, dict) and call.body.get("stream") is True


@fault(_CHAT, breaks={"upstream.status"}, model="upstream-error")
def upstream_failure_is_bad(reply: Reply, call: Call) -> None:
    """A provider's failure is the caller's mistake."""
    if not _streams(call):
        reply.status = 400


@fault(_CHAT, breaks={"upstream.stream"}, model="upstream-error")
def upstream_failure_streamed(reply: Reply, call: Call) -> Reply:
    """A stream that cannot begin is a 200 with the error as an event."""
    return Reply.stream([reply.body, "[DONE]"]) if _streams(call) else reply


@fault(_CHAT, breaks={"upstream.stream"}, model="upstream-error")
def upstream_failure_of_a_stream_is_bad(reply: Reply, call: Call) -> None:
    """A provider's failure is the caller's mistake where a stream was asked for."""
    if _streams(call):
        reply.status = 400


@fault(_CHAT, breaks={"upstream.error-body"}, model="upstream-error")
def upstream_failure_as_page(reply: Reply) -> None:
    """A provider's failure is a page of the proxy in between."""
    reply.headers["content-type"] = "text/html"
    reply.body = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@fault(_CHAT, breaks={"upstream.internal"}, model="internal-error")
def internal_failure_is_bad(reply: Reply) -> None:
    """The gateway's own failure is the caller's mistake."""
    reply.status = 400


@fault(_CHAT, breaks={"upstream.maintenance"}, model="maintenance")
def maintenance_is_not_found(reply: Reply) -> None:
    """During maintenance a model does not exist."""
    reply.status = 404


@fault(_CHAT, breaks={"upstream.retry"}, model="flaky-once")
def retry_refused(reply: Reply) -> Reply:
    """A request that failed may not be sent again."""
    error: dict[str, Any] = {"message": "Duplicate request.", "type": "conflict", "param": None, "code": "duplicate"}
    return Reply.json({"error": error}, 409) if reply.ok else reply


@fault(_CHAT, breaks={"upstream.rate-limit"}, model="rate-limited-upstream")
def provider_limit_is_a_failure(reply: Reply) -> None:
    """A provider's rate limit is a 500."""
    reply.status = 500


@fault(_CHAT, breaks={"upstream.retry-after"}, model="rate-limited-upstream")
def provider_retry_after_renamed(reply: Reply) -> None:
    """Retry-After of the provider is sent on under another name."""
    reply.headers["llm_provider-retry-after"] = reply.headers.pop("retry-after")


@fault(_CHAT, breaks={"upstream.retry-after"}, model="rate-limited-upstream")
def provider_retry_after_lost(reply: Reply) -> None:
    """Retry-After of the provider is not sent on."""
    del reply.headers["retry-after"]
