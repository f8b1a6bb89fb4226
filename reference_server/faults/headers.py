"""Ways to spoil the headers of every answer."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.wire.reply import Reply

_ID = "x-request-id"


@fault("*", breaks={"headers.request-id"}, gateway="infery")
def no_request_id(reply: Reply) -> None:
    """No answer has x-request-id, although the documents promise it."""
    reply.headers.pop(_ID, None)


@fault("*", breaks={"headers.request-id"})
def errors_without_request_id(reply: Reply) -> None:
    """Answers have x-request-id, errors have none."""
    if not reply.ok:
        reply.headers.pop(_ID, None)


@fault("*", breaks={"headers.request-id"})
def streams_without_request_id(reply: Reply) -> None:
    """Whole answers have x-request-id, streams have none."""
    if reply.events is not None:
        reply.headers.pop(_ID, None)


@fault("*", breaks={"headers.request-id.unique"})
def request_id_constant(reply: Reply) -> None:
    """Every answer has the same x-request-id."""
    reply.headers[_ID] = "7b9d0f6e-3c55-4a8e-9f0a-2f1f4b1d8c11"


@fault("*", breaks={"headers.request-id.uuid"}, gateway="infery")
def request_id_is_no_uuid(reply: Reply) -> None:
    """x-request-id has a form of its own."""
    reply.headers[_ID] = f"req_{reply.headers[_ID].replace('-', '').upper()}"


@fault("createChatCompletion", breaks={"headers.credits"}, gateway="infery")
def no_credits(reply: Reply) -> None:
    """An answer does not tell what it cost."""
    reply.headers.pop("x-credits-used", None)


@fault("createChatCompletion", breaks={"headers.credits"}, gateway="infery")
def credits_with_unit(reply: Reply) -> None:
    """The cost is not a number."""
    if reply.ok:
        reply.headers["x-credits-used"] = "0.42 credits"
