"""What checks demand of answers and errors in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from conformance.words.answer import demand_count, demand_kind, demand_text
from conformance.words.check import pick

WORD = "heron-7491"
SAY = f"Repeat exactly: {WORD}"
CAPITALS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
FINISH_REASONS = frozenset(
    {
        *("STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
        *("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "IMAGE_RECITATION", "NO_IMAGE"),
        "MALFORMED_RESPONSE",
    }
)
"""The words for the end of an answer. Providers may add to them."""
PARTS = ("candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount")
OWN = {400, 401, 403}
"""The statuses of the provider of the protocol, and of gateways in front of it, for a missing or bad key."""
CODES = {
    400: {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"},
    401: {"UNAUTHENTICATED"},
    403: {"PERMISSION_DENIED"},
    404: {"NOT_FOUND"},
    409: {"ABORTED", "ALREADY_EXISTS"},
    429: {"RESOURCE_EXHAUSTED"},
    499: {"CANCELLED"},
    500: {"INTERNAL", "UNKNOWN", "DATA_LOSS"},
    501: {"UNIMPLEMENTED"},
    503: {"UNAVAILABLE"},
    504: {"DEADLINE_EXCEEDED"},
}
"""The names of google.rpc.Code for each HTTP status that it knows."""


def demand_usage(usage: Any) -> None:
    """Demands that the prompt and the total are counted."""
    counts = demand_kind(usage, "usageMetadata", dict)
    prompt = demand_count(counts.get("promptTokenCount"), "promptTokenCount", 1)
    answered = demand_count(counts.get("candidatesTokenCount") or 0, "candidatesTokenCount")
    total = demand_count(counts.get("totalTokenCount"), "totalTokenCount")

    assert total >= prompt + answered, f"totalTokenCount is {total}, prompt {prompt}, answer {answered}"


def demand_sum(usage: dict[str, Any]) -> None:
    """Demands that the total is the sum of its parts."""
    prompt, total = pick(usage, "promptTokenCount", kind=int), pick(usage, "totalTokenCount", kind=int)
    parts = [pick(usage, name, kind=int) for name in PARTS if usage.get(name)]

    assert total == prompt + sum(parts), f"totalTokenCount is {total}, the prompt {prompt}, the others {parts}"


def demand_error_message(status: int, body: Any) -> None:
    """Demands that the body of an error has an error object with a message."""
    error = demand_kind(body, f"the body of a {status}", dict).get("error")
    demand_text(demand_kind(error, f"error of a {status}", dict).get("message"), f"error.message of a {status}")


def demand_error_name(status: int, error: dict[str, Any]) -> None:
    """Demands that an error object has the name that belongs to the HTTP status; any name where none does."""
    name = demand_text(error.get("status"), f"error.status of a {status}")
    known = CODES.get(status, {name})
    assert name in known, f"error.status of a {status} is {name!r:.60}, not {' or '.join(sorted(known))}"
