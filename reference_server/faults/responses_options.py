"""Ways to break the options of responses: limits, sampling, the form of the text, and earlier responses."""

from __future__ import annotations

from typing import Any

import msgspec

from reference_server.faults import fault, request_fault
from reference_server.faults.responses import RESPONSE, messages, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_NOBODY = "resp_0000000000000000000000000000000000000000000000ff"
_MANY_WORDS = "Remember what you were told before. " * 300


@fault(RESPONSE, breaks={"responses.sampling"}, gateway="foxapi")
def response_temperature_up_to_one(reply: Reply, call: Call) -> Reply:
    """A temperature above 1 is refused."""
    return refused(reply) if (sent(call).get("temperature") or 0) > 1 else reply


@request_fault(RESPONSE, breaks={"responses.max-output-tokens.cap"})
def max_output_tokens_ignored(call: Call) -> None:
    """The limit is ignored."""
    call.body.pop("max_output_tokens", None)


@fault(RESPONSE, breaks={"responses.max-output-tokens.status"})
def cut_response_completed(reply: Reply) -> Reply:
    """A response that the limit cut off has the status completed."""
    return reply.edit(lambda body: body.update(status="completed"))


@fault(RESPONSE, breaks={"responses.max-output-tokens.reason"})
def cut_response_without_reason(reply: Reply) -> Reply:
    """An incomplete response does not say why."""
    return reply.edit(lambda body: body.update(incomplete_details=None))


@fault(RESPONSE, breaks={"responses.max-output-tokens.reason"})
def cut_response_with_reason_of_chat(reply: Reply) -> Reply:
    """An incomplete response has the reason length."""

    def rename(body: dict[str, Any]) -> None:
        if body["incomplete_details"]:
            body["incomplete_details"]["reason"] = "length"

    return reply.edit(rename)


@request_fault(RESPONSE, breaks={"responses.json-schema.valid"})
def text_format_ignored(call: Call) -> None:
    """The form of the text is ignored, unless the answer is streamed."""
    if not call.body.get("stream"):
        call.body.pop("text", None)


@fault(RESPONSE, breaks={"responses.json-schema.valid"})
def schema_text_fenced(reply: Reply, call: Call) -> Reply:
    """The JSON stands in a code fence."""

    def fence(body: dict[str, Any]) -> None:
        for message in messages(body):
            for part in message["content"]:
                part["text"] = f"```json\n{part['text']}\n```"

    return reply.edit(fence) if sent(call).get("text") else reply


@request_fault(RESPONSE, breaks={"responses.json-schema.stream"})
def text_format_ignored_in_streams(call: Call) -> None:
    """The form of a streamed text is ignored."""
    if call.body.get("stream"):
        call.body.pop("text", None)


@request_fault(RESPONSE, breaks={"responses.previous.context"})
def previous_response_forgotten(call: Call) -> None:
    """What was said before is dropped; results of calls still find their calls."""
    if isinstance(call.body["input"], str) and call.body.get("previous_response_id") != _NOBODY:
        call.body.pop("previous_response_id", None)


@request_fault(RESPONSE, breaks={"responses.previous.instructions"})
def instructions_carried_over(call: Call) -> None:
    """Instructions are kept for all later responses."""
    if call.body.get("previous_response_id"):
        call.body.setdefault("instructions", _MANY_WORDS)


@request_fault(RESPONSE, breaks={"responses.previous.unknown"})
def unknown_previous_ignored(call: Call) -> None:
    """A previous response that does not exist is ignored."""
    if call.body.get("previous_response_id") == _NOBODY:
        del call.body["previous_response_id"]


@fault(RESPONSE, breaks={"responses.previous.unknown"})
def unknown_previous_breaks(reply: Reply, call: Call) -> None:
    """A previous response that does not exist breaks the server."""
    if sent(call).get("previous_response_id") == _NOBODY:
        reply.status = 500


@request_fault(RESPONSE, breaks={"responses.previous.isolation"})
def strangers_go_on(call: Call) -> None:
    """Any account can go on from a response."""
    if call.body.get("previous_response_id") and call.key:
        call.key = msgspec.structs.replace(call.key, account="first")
