"""Errors of the Anthropic protocol. The statuses come from the contract, the types from the protocol."""

from __future__ import annotations

from typing import Any

from reference_server.errors import Refusal
from reference_server.wire import envelope
from reference_server.wire.reply import Reply

_TYPES = {
    "body_too_large": "request_too_large",
    "unknown_model": "not_found_error",
    "unknown_route": "not_found_error",
    "unknown_object": "not_found_error",
    "missing_credential": "authentication_error",
    "invalid_credential": "authentication_error",
    "expired_credential": "authentication_error",
    "forbidden": "permission_error",
    "spend_limit": "billing_error",
    "no_payment_method": "billing_error",
    "rate_limited": "rate_limit_error",
    "upstream": "api_error",
    "internal": "api_error",
    "maintenance": "overloaded_error",
}
"""Every other cause is an `invalid_request_error`."""


class Envelope(envelope.Envelope):
    """`{"type": "error", "error": {"type", "message"}, "request_id"}`."""

    def error(self, refusal: Refusal) -> dict[str, Any]:
        """The body of an error, without the id of the request."""
        kind = _TYPES.get(refusal.cause, "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": refusal.message}}

    def identify(self, reply: Reply, request_id: str) -> None:
        """Put the id into both headers, and into the body of an error."""
        super().identify(reply, request_id)
        reply.headers["request-id"] = request_id
        if reply.cause is not None:
            reply.body["request_id"] = request_id
