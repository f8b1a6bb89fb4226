"""Ways to break credentials, versions and request ids of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.anthropic import MESSAGE, plain, refuse
from reference_server.faults.words.edits import header
from reference_server.faults.words.prompts import RECENT_VERSION
from reference_server.faults.words.situations import both, has, refused, sent, served, streamed, whole
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_VERSION = "anthropic-version"
_is_recent = has_header(_VERSION, RECENT_VERSION)


def _without_version(_: Reply, call: Call) -> bool:
    return not call.headers.get(_VERSION)


documented_header_refused = fault(
    MESSAGE,
    "A plain request for a whole answer with a valid key in x-api-key is a 401.",
    refuse(401),
    when=both(whole, plain, has_header("x-api-key"), lambda _, call: "stream" not in sent(call)),
    breaks={"anthropic.credential"},
    gateway="ofox",
)
bearer_not_read = request_fault(
    MESSAGE,
    "`Authorization` is not read.",
    lambda call: call.headers.pop("authorization", None),
    breaks={"anthropic.credential.clients"},
    before="authentication",
)
x_api_key_not_read = request_fault(
    MESSAGE,
    "`x-api-key` is not read.",
    lambda call: call.headers.pop("x-api-key", None),
    breaks={"anthropic.credential.clients"},
    gateway="foxapi",
    before="authentication",
)
bearer_wins = request_fault(
    MESSAGE,
    "Where both credentials are sent, `Authorization` decides.",
    lambda call: call.headers.pop("x-api-key", None),
    when=lambda call: "authorization" in call.headers,
    breaks={"anthropic.credential.first"},
    before="authentication",
)

later_version_refused = fault(
    MESSAGE,
    "The version of recent clients is unknown.",
    refuse(),
    when=both(served, _is_recent),
    breaks={"anthropic.version.later"},
)
missing_version_fails = fault(
    MESSAGE,
    "A request without a version breaks the server.",
    refuse(500),
    when=both(_without_version, lambda _, call: b'"max_tokens"' in (call.raw or b"")),
    breaks={"anthropic.version.missing"},
)
version_demanded = fault(
    MESSAGE,
    "A request without a version is refused, although the documented examples send none.",
    refuse(),
    when=both(served, _without_version),
    breaks={"anthropic.version.missing"},
    gateway="foxapi",
)
unknown_version_fails = fault(
    MESSAGE,
    "An unknown version breaks the server.",
    refuse(500),
    when=has_header(_VERSION, "2099"),
    breaks={"anthropic.version.unknown"},
)
removed_parameter_fails = fault(
    MESSAGE,
    "A parameter that the version removed breaks the server.",
    refuse(500),
    when=both(_is_recent, has("temperature")),
    breaks={"anthropic.version.removed"},
)

errors_without_native_id = fault(
    MESSAGE,
    "Errors have x-request-id and no request-id.",
    header("request-id", None),
    when=refused(),
    breaks={"anthropic.request-id"},
)
streams_without_native_id = fault(
    MESSAGE,
    "Streams have x-request-id and no request-id.",
    header("request-id", None),
    when=streamed,
    breaks={"anthropic.request-id"},
)
native_id_constant = fault(
    MESSAGE,
    "Every answer has the same request-id.",
    header("request-id", "req_1"),
    breaks={"anthropic.request-id.unique"},
)
