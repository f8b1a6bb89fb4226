"""Requests of the Anthropic protocol that are wrong on purpose, each with the cause that the contract gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.target import Secret
from conformance.wire.exchange import Exchange
from conformance.words.answer import leave_at_limit
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import OMIT, STRANGER, encoded
from conformance.words.openai.bad_requests import NOWHERE, BadRequest

TYPES = {
    "malformed_body": {"invalid_request_error"},
    "missing_field": {"invalid_request_error"},
    "invalid_value": {"invalid_request_error"},
    "unknown_model": {"not_found_error", "invalid_request_error"},
    "missing_credential": {"authentication_error"},
    "invalid_credential": {"authentication_error", "permission_error"},
}
"""The types of errors that the protocol documents, by cause; where several statuses are usual, of each of them."""


@dataclass(frozen=True, slots=True)
class BadMessageRequest(BadRequest):
    """A wrong request: the plainest one with `fields` changed and its bytes damaged, or with another key."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    damage: Callable[[bytes], bytes] = bytes
    key: str | Secret | None = "default"

    def send(self, anthropic: Anthropic, **fields: Any) -> Exchange:
        """The answer; inconclusive when a limit of the account came first."""
        raw = self.damage(encoded(anthropic.body(**{**self.fields, **fields})))
        answer = anthropic.post(raw, key=self.key)
        leave_at_limit(answer)
        return answer

    def types(self, gateway: Mapping[str, Any]) -> set[str]:
        """The types of the error: those of the protocol, and those that the gateway documents for all protocols."""
        own = [name for cause in self.causes for name in gateway["errors"]["types"].get(cause, ())]
        return {*own, *(name for cause in self.causes for name in TYPES[cause])}


MALFORMED = BadMessageRequest("truncated", ("malformed_body",), damage=lambda plain: plain[: len(plain) // 2])
MISSING = [
    BadMessageRequest("model-missing", ("missing_field",), {"model": OMIT}),
    BadMessageRequest("max-tokens-missing", ("missing_field",), {"max_tokens": OMIT}),
    BadMessageRequest("messages-missing", ("missing_field",), {"messages": OMIT}),
]
INVALID = [
    BadMessageRequest("max-tokens-a-word", ("invalid_value",), {"max_tokens": "many"}),
    BadMessageRequest("messages-a-string", ("invalid_value",), {"messages": "Hello."}),
]
WRONG_OPTION = [
    BadMessageRequest("role-unknown", ("invalid_value",), {"messages": [{"role": "stranger", "content": "Hello."}]}),
    BadMessageRequest(
        "block-unknown", ("invalid_value",), {"messages": [{"role": "user", "content": [{"type": "smell"}]}]}
    ),
]
TEMPERATURE = BadMessageRequest("temperature-above-1", ("invalid_value",), {"temperature": 1.5})
UNKNOWN_MODEL = BadMessageRequest("model-unknown", ("unknown_model",), {"model": NOWHERE})
NO_KEY = BadMessageRequest("key-missing", ("missing_credential",), key=None)
WRONG_KEY = BadMessageRequest("key-unknown", ("invalid_credential",), key=STRANGER)
REFUSED_BEFORE_A_STREAM = [*MISSING[2:], *INVALID[:1], TEMPERATURE, UNKNOWN_MODEL]
"""Where a value is out of range or a model unknown, it may be the provider who says so."""
ALL = [MALFORMED, *MISSING, *INVALID, *WRONG_OPTION, TEMPERATURE, UNKNOWN_MODEL, NO_KEY, WRONG_KEY]
