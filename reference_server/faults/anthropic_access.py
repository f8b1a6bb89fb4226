"""Ways to break credentials, versions and request ids of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import MESSAGE, plain, refuse
from reference_server.faults.words.edits import header
from reference_server.faults.words.prompts import RECENT_VERSION
from reference_server.faults.words.situations import both, has, refused, sent, served, streamed, whole
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

message = rows(MESSAGE)
unproved = rows(MESSAGE, request_fault, before="authentication")

_VERSION = "anthropic-version"
_is_recent = has_header(_VERSION, RECENT_VERSION)


def _without_version(_: Reply, call: Call) -> bool:
    return not call.headers.get(_VERSION)


documented_header_refused = message(
    "anthropic.credential",
    "A plain request for a whole answer with a valid key in x-api-key is answered with 401.",
    refuse(401),
    when=both(whole, plain, has_header("x-api-key"), lambda _, call: "stream" not in sent(call)),
    gateway="ofox",
)
bearer_not_read = unproved(
    "anthropic.credential.clients", "`Authorization` is not read.", lambda call: call.headers.pop("authorization", None)
)
x_api_key_not_read = unproved(
    "anthropic.credential.clients",
    "A key in `x-api-key` is ignored.",
    lambda call: call.headers.pop("x-api-key", None),
    gateway="foxapi",
)
bearer_wins = unproved(
    "anthropic.credential.first",
    "Where both credentials are sent, `Authorization` decides.",
    lambda call: call.headers.pop("x-api-key", None),
    when=lambda call: "authorization" in call.headers,
)
later_version_refused = message(
    "anthropic.version.later", "The version of recent clients is refused.", refuse(), when=both(served, _is_recent)
)
missing_version_fails = message(
    "anthropic.version.missing",
    "A request without a version is answered with 500.",
    refuse(500),
    when=both(_without_version, lambda _, call: b'"max_tokens"' in (call.raw or b"")),
)
version_demanded = message(
    "anthropic.version.missing",
    "A request without a version is refused, although the documented examples send none.",
    refuse(),
    when=both(served, _without_version),
    gateway="foxapi",
)
unknown_version_fails = message(
    "anthropic.version.unknown", "An unknown version gets a 500.", refuse(500), when=has_header(_VERSION, "2099")
)
removed_parameter_fails = message(
    "anthropic.version.removed",
    "A parameter that the requested version has removed is answered with 500.",
    refuse(500),
    when=both(_is_recent, has("temperature")),
)
errors_without_native_id = message(
    "anthropic.request-id", "Errors have x-request-id and no request-id.", header("request-id", None), when=refused()
)
streams_without_native_id = message(
    "anthropic.request-id", "Streams have x-request-id and no request-id.", header("request-id", None), when=streamed
)
native_id_constant = message(
    "anthropic.request-id.unique", "Every answer has the same request-id.", header("request-id", "req_1")
)
