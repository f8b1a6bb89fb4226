"""Ways to spoil the headers of every answer."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.words.edits import header
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import no, served

_ID, _CREDITS = "x-request-id", "x-credits-used"
_none = header(_ID, None)

no_request_id = fault(
    "*", "No answer has the documented x-request-id.", _none, breaks={"headers.request-id"}, gateway="infery"
)
errors_without_request_id = fault(
    "*", "Answers have x-request-id, errors have none.", _none, when=no(served), breaks={"headers.request-id"}
)
streams_without_request_id = fault(
    "*",
    "Whole answers have x-request-id, streams have none.",
    _none,
    when=lambda reply, _: reply.events is not None,
    breaks={"headers.request-id"},
)
request_id_constant = fault(
    "*",
    "Every answer has the same x-request-id.",
    header(_ID, "7b9d0f6e-3c55-4a8e-9f0a-2f1f4b1d8c11"),
    breaks={"headers.request-id.unique"},
)
request_id_is_no_uuid = fault(
    "*",
    "x-request-id has a form of its own.",
    header(_ID, lambda name: f"req_{name.replace('-', '').upper()}"),
    breaks={"headers.request-id.uuid"},
    gateway="infery",
)
no_credits = fault(
    CHAT, "An answer does not say what it cost.", header(_CREDITS, None), breaks={"headers.credits"}, gateway="infery"
)
credits_with_unit = fault(
    CHAT,
    "Costs have a unit.",
    header(_CREDITS, "0.42 credits"),
    when=served,
    breaks={"headers.credits"},
    gateway="infery",
)
