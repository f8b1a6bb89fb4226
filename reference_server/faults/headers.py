"""Ways to spoil the headers of every answer."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import header
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import no, served, streamed

anywhere = rows("*")
chat = rows(CHAT, gateway="infery")

_ID, _CREDITS = "x-request-id", "x-credits-used"
_none = header(_ID, None)

no_request_id = anywhere(
    "headers.request-id", "Answers have no x-request-id, although the documents promise one.", _none, gateway="infery"
)
errors_without_request_id = anywhere(
    "headers.request-id", "Errors have no x-request-id, although other answers do.", _none, when=no(served)
)
streams_without_request_id = anywhere("headers.request-id", "Streams have no x-request-id.", _none, when=streamed)
request_id_constant = anywhere(
    "headers.request-id.unique", "x-request-id is always the same.", header(_ID, "7b9d0f6e-3c55-4a8e-9f0a-2f1f4b1d8c11")
)
request_id_is_no_uuid = anywhere(
    "headers.request-id.uuid",
    "x-request-id is not a UUID.",
    header(_ID, lambda name: f"req_{name.replace('-', '').upper()}"),
    gateway="infery",
)
no_credits = chat("headers.credits", "The header for the cost is missing.", header(_CREDITS, None))
credits_with_unit = chat(
    "headers.credits", "The cost header has a unit.", header(_CREDITS, "0.42 credits"), when=served
)
