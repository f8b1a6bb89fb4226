"""Turns refusals into the error replies that the contract documents.

Each cause of a refusal has a status, a type and a code. Of several statuses that the contract allows the first is
taken; of types and codes the usual one if it is among them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from reference_server.errors import Refusal
from reference_server.wire.reply import Reply

Value = TypeVar("Value")


class Usual(NamedTuple):
    """Status, type and code of a cause where the contract leaves them open."""

    status: int
    type: str
    code: str


CAUSES = {
    "malformed_body": Usual(400, "invalid_request_error", "invalid_json"),
    "missing_field": Usual(400, "invalid_request_error", "missing_required_parameter"),
    "invalid_value": Usual(400, "invalid_request_error", "invalid_value"),
    "wrong_media_type": Usual(415, "invalid_request_error", "unsupported_media_type"),
    "body_too_large": Usual(413, "invalid_request_error", "request_too_large"),
    "unknown_model": Usual(404, "invalid_request_error", "model_not_found"),
    "unknown_route": Usual(404, "invalid_request_error", "unknown_url"),
    "unknown_object": Usual(404, "invalid_request_error", "not_found"),
    "wrong_method": Usual(405, "invalid_request_error", "method_not_allowed"),
    "missing_credential": Usual(401, "invalid_request_error", "missing_api_key"),
    "invalid_credential": Usual(401, "invalid_request_error", "invalid_api_key"),
    "expired_credential": Usual(401, "invalid_request_error", "expired_api_key"),
    "forbidden": Usual(403, "permission_error", "permission_denied"),
    "spend_limit": Usual(402, "insufficient_quota", "spend_limit_reached"),
    "no_payment_method": Usual(402, "insufficient_quota", "no_payment_method"),
    "rate_limited": Usual(429, "rate_limit_error", "rate_limit_exceeded"),
    "upstream": Usual(502, "upstream_error", "upstream_error"),
    "internal": Usual(500, "server_error", "internal_error"),
    "maintenance": Usual(503, "service_unavailable", "maintenance"),
}


class Envelope(ABC):
    """Writes errors by the rules of one contract: `x-gateway`'s `errors`. A protocol gives them their shape."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._statuses: Mapping[str, list[int]] = rules.get("status", {})
        self._types: Mapping[str, list[str]] = rules.get("types", {})
        self._codes: Mapping[str, list[str]] = rules.get("codes", {})
        self._messages: Mapping[str, str] = rules.get("messages", {})

    def statuses(self, cause: str) -> list[int]:
        """Every status that the contract allows for a cause."""
        return self._statuses.get(cause) or [CAUSES[cause].status]

    def status(self, cause: str) -> int:
        """The status that this server gives a cause: a wrong media type is a 415 where that is allowed."""
        allowed = self.statuses(cause)
        return 415 if cause == "wrong_media_type" and 415 in allowed else allowed[0]

    @abstractmethod
    def error(self, refusal: Refusal) -> dict[str, Any]:
        """The body of an error."""

    def type(self, cause: str) -> str:
        """The type that the contract gives a cause."""
        return _usual(CAUSES[cause].type, self._types.get(cause))

    def code(self, cause: str) -> str:
        """The code that the contract gives a cause."""
        return _usual(CAUSES[cause].code, self._codes.get(cause))

    def reply(self, refusal: Refusal) -> Reply:
        """The reply to a refused request."""
        refusal.message = self._message(refusal)
        reply = Reply.json(self.error(refusal), self.status(refusal.cause))
        reply.cause = refusal.cause
        reply.headers.update(refusal.headers)
        if reply.status == 401:
            reply.headers["www-authenticate"] = "Bearer"
        return reply

    def scripted(self, refusal: Refusal, status: int, kind: str | None) -> Reply:
        """The reply to a refusal that a scenario gives: its own text, status and type."""
        message = refusal.message
        reply = self.reply(refusal)
        reply.status = status
        self.specify(reply.body["error"], status, kind)
        reply.body["error"]["message"] = message
        return reply

    def specify(self, error: dict[str, Any], status: int, kind: str | None) -> None:  # noqa: ARG002
        """Put a status and a type into the body of an error."""
        if kind:
            error["type"] = kind

    def _message(self, refusal: Refusal) -> str:
        """The text that the contract documents, where it has one for what is refused."""
        documented = self._messages.get(refusal.cause, "")
        if not documented or ("{param}" in documented and not refusal.param):
            return refusal.message
        return documented.replace("{param}", refusal.param or "")

    def identify(self, reply: Reply, request_id: str) -> None:
        """Put the id of the request into the reply."""
        reply.headers["x-request-id"] = request_id


def _usual(usual: Value, allowed: list[Value] | None) -> Value:
    return usual if not allowed or usual in allowed else allowed[0]
