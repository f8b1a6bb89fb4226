"""Ways to break credentials, versions and request ids of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import is_plain, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"
_LATER = "2026-10-21"


def _version(call: Call) -> str:
    return call.headers.get("anthropic-version", "")


@fault(_MESSAGE, breaks={"anthropic.credential"}, gateway="ofox")
def documented_header_refused(reply: Reply, call: Call) -> Reply:
    """A plain request for a whole answer with a valid key in x-api-key is a 401."""
    whole = reply.ok and is_plain(call) and "stream" not in sent(call)
    return refused(reply, 401) if whole and "x-api-key" in call.headers else reply


@request_fault(_MESSAGE, breaks={"anthropic.credential.clients"}, before="authentication")
def bearer_not_read(call: Call) -> None:
    """`Authorization` is not read."""
    call.headers.pop("authorization", None)


@request_fault(_MESSAGE, breaks={"anthropic.credential.clients"}, gateway="foxapi", before="authentication")
def x_api_key_not_read(call: Call) -> None:
    """`x-api-key` is not read."""
    call.headers.pop("x-api-key", None)


@request_fault(_MESSAGE, breaks={"anthropic.credential.first"}, before="authentication")
def bearer_wins(call: Call) -> None:
    """Where both credentials are sent, `Authorization` decides."""
    if "authorization" in call.headers:
        call.headers.pop("x-api-key", None)


@fault(_MESSAGE, breaks={"anthropic.version.later"})
def later_version_refused(reply: Reply, call: Call) -> Reply:
    """The version of recent clients is unknown."""
    return refused(reply) if reply.ok and _version(call) == _LATER else reply


@fault(_MESSAGE, breaks={"anthropic.version.missing"})
def missing_version_fails(reply: Reply, call: Call) -> Reply:
    """A request without a version breaks the server."""
    valid = b'"max_tokens"' in (call.raw or b"")
    return refused(reply, 500) if valid and not _version(call) else reply


@fault(_MESSAGE, breaks={"anthropic.version.missing"}, gateway="foxapi")
def version_demanded(reply: Reply, call: Call) -> Reply:
    """A request without a version is refused, although the documented examples send none."""
    return refused(reply) if reply.ok and not _version(call) else reply


@fault(_MESSAGE, breaks={"anthropic.version.unknown"})
def unknown_version_fails(reply: Reply, call: Call) -> Reply:
    """An unknown version breaks the server."""
    return refused(reply, 500) if _version(call).startswith("2099") else reply


@fault(_MESSAGE, breaks={"anthropic.version.removed"})
def removed_parameter_fails(reply: Reply, call: Call) -> Reply:
    """A parameter that the version removed breaks the server."""
    return refused(reply, 500) if _version(call) == _LATER and "temperature" in sent(call) else reply


@fault(_MESSAGE, breaks={"anthropic.request-id"})
def errors_without_native_id(reply: Reply) -> None:
    """Errors have x-request-id and no request-id."""
    if not reply.ok:
        reply.headers.pop("request-id", None)


@fault(_MESSAGE, breaks={"anthropic.request-id"})
def streams_without_native_id(reply: Reply) -> None:
    """Streams have x-request-id and no request-id."""
    if reply.events is not None:
        reply.headers.pop("request-id", None)


@fault(_MESSAGE, breaks={"anthropic.request-id.unique"})
def native_id_constant(reply: Reply) -> None:
    """Every answer has the same request-id."""
    reply.headers["request-id"] = "req_1"
