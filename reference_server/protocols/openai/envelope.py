"""Errors of the OpenAI protocol. All four fields are always present: message, type, param and code."""

from __future__ import annotations

from typing import Any

from reference_server.errors import Refusal
from reference_server.wire import envelope


class Envelope(envelope.Envelope):
    """`{"error": {"message", "type", "param", "code"}}`."""

    def error(self, refusal: Refusal) -> dict[str, Any]:
        """The body of an error."""
        return {
            "error": {
                "message": refusal.message,
                "type": self.type(refusal.cause),
                "param": refusal.param,
                "code": refusal.code or self.code(refusal.cause),
            }
        }
