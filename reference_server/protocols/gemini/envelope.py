"""Errors of the Gemini protocol: `google.rpc.Status`."""

from __future__ import annotations

from typing import Any

from reference_server.errors import Refusal
from reference_server.wire import envelope

NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
"""The `google.rpc.Code` of an HTTP status."""
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


class Envelope(envelope.Envelope):
    """`{"error": {"code", "message", "status", "details"}}`; the details name the field at fault, if there is one."""

    def error(self, refusal: Refusal) -> dict[str, Any]:
        """The body of an error."""
        status = self.status(refusal.cause)
        error: dict[str, Any] = {"code": status, "message": refusal.message, "status": name_of(status)}
        if refusal.param:
            violation = {"field": refusal.param, "description": refusal.message}
            error["details"] = [{"@type": _BAD_REQUEST, "fieldViolations": [violation]}]
        return {"error": error}

    def specify(self, error: dict[str, Any], status: int, kind: str | None) -> None:
        """Put a status, and its name, into the body of an error."""
        error["code"] = status
        error["status"] = kind or name_of(status)


def name_of(status: int) -> str:
    """The `google.rpc.Code` of an HTTP status, by its name."""
    return NAMES.get(status, "UNKNOWN")
