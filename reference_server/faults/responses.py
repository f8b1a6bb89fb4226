"""Ways to break whole responses: the body, the items, the usage, and what goes in."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

RESPONSE = "createResponse"
_PROMPT = "Say hello in one short sentence."
_HELLO = [{"role": "user", "content": "Say hello."}]
_PLAIN = {"model", "input", "max_output_tokens", "stream"}


def sent(call: Call) -> dict[str, Any]:
    """The body of the request, whatever came."""
    return call.body if isinstance(call.body, dict) else {}


def is_plain(call: Call) -> bool:
    """The request is the plainest there is, whole or streamed."""
    body = sent(call)
    return body.get("input") == _PROMPT and body.keys() <= _PLAIN and body.get("max_output_tokens") == 512


def items(call: Call, kind: str = "message") -> list[dict[str, Any]]:
    """The items of one type in the input of a request."""
    given = sent(call).get("input")
    found = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    return [item for item in found if item.get("type", "message") == kind]


def refused(reply: Reply, status: int = 400) -> Reply:
    """A refusal with the headers of the reply."""
    error = {"message": "This is not supported here.", "type": "invalid_request_error", "param": None, "code": None}
    return Reply(status, {**reply.headers, "content-type": "application/json"}, {"error": error})


def messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of a whole response."""
    return [item for item in body["output"] if item["type"] == "message"]


@fault(RESPONSE, breaks={"responses.answers"})
def response_labelled_as_text(reply: Reply) -> None:
    """A whole response is labelled as text."""
    if reply.ok and reply.events is None:
        reply.headers["content-type"] = "text/plain"


@fault(RESPONSE, breaks={"responses.schema"})
def response_created_as_text(reply: Reply) -> Reply:
    """`created_at` is a date in words."""
    return reply.edit(lambda body: body.update(created_at="2026-01-01T00:00:00Z"))


@fault(RESPONSE, breaks={"responses.schema"})
def response_without_model(reply: Reply) -> Reply:
    """The response does not say which model answered."""
    return reply.edit(lambda body: body.pop("model") and None)


@fault(RESPONSE, breaks={"responses.id"})
def response_id_blank(reply: Reply) -> Reply:
    """The id of a response is empty."""
    return reply.edit(lambda body: body.update(id=""))


@fault(RESPONSE, breaks={"responses.id"})
def response_id_constant(reply: Reply) -> Reply:
    """Every response has the same id."""
    return reply.edit(lambda body: body.update(id="resp_1"))


@fault(RESPONSE, breaks={"responses.object"})
def response_called_completion(reply: Reply) -> Reply:
    """`object` is that of a chat completion."""
    return reply.edit(lambda body: body.update(object="chat.completion"))


@fault(RESPONSE, breaks={"responses.status"})
def response_status_of_chat(reply: Reply) -> Reply:
    """A complete response has the status stop."""
    return reply.edit(lambda body: body.update(status="stop") if body["status"] == "completed" else None)


@fault(RESPONSE, breaks={"responses.status"})
def response_never_completed(reply: Reply) -> Reply:
    """A whole response says that it is in progress."""
    return reply.edit(lambda body: body.update(status="in_progress") if body["status"] == "completed" else None)


@fault(RESPONSE, breaks={"responses.output"})
def response_content_is_text(reply: Reply) -> Reply:
    """The content of a message is a text instead of a list of parts."""

    def flatten(body: dict[str, Any]) -> None:
        for message in messages(body):
            message["content"] = message["content"][0]["text"]

    return reply.edit(flatten)


@fault(RESPONSE, breaks={"responses.output"})
def response_message_of_the_model(reply: Reply) -> Reply:
    """The role of a message is model."""

    def rename(body: dict[str, Any]) -> None:
        for message in messages(body):
            message["role"] = "model"

    return reply.edit(rename)


@fault(RESPONSE, breaks={"responses.text"})
def response_parts_of_chat(reply: Reply, call: Call) -> Reply:
    """The parts of the message have the type that chat completions know."""

    def rename(body: dict[str, Any]) -> None:
        for message in messages(body):
            for part in message["content"]:
                part["type"] = "text"

    return reply.edit(rename) if is_plain(call) else reply


@fault(RESPONSE, breaks={"responses.text"})
def response_without_items(reply: Reply, call: Call) -> Reply:
    """A response has no items, although tokens are counted."""
    return reply.edit(lambda body: body.update(output=[])) if is_plain(call) else reply


@fault(RESPONSE, breaks={"responses.usage"})
def response_without_usage(reply: Reply) -> Reply:
    """`usage` is null."""
    return reply.edit(lambda body: body.update(usage=None))


@fault(RESPONSE, breaks={"responses.usage"})
def response_usage_of_chat(reply: Reply) -> Reply:
    """The counters have the names that chat completions have."""

    def rename(body: dict[str, Any]) -> None:
        usage = body["usage"]
        body["usage"] = {
            "prompt_tokens": usage["input_tokens"],
            "completion_tokens": usage["output_tokens"],
            "total_tokens": usage["total_tokens"],
        }

    return reply.edit(rename)


@fault(RESPONSE, breaks={"responses.usage"})
def response_total_of_input(reply: Reply) -> Reply:
    """The total counts the input only."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["input_tokens"]))


@request_fault(RESPONSE, breaks={"responses.instructions"})
def instructions_dropped(call: Call) -> None:
    """Instructions are ignored."""
    call.body.pop("instructions", None)


@fault(RESPONSE, breaks={"responses.input.forms"})
def response_parts_refused(reply: Reply, call: Call) -> Reply:
    """A message whose content is a list of parts is refused."""
    return refused(reply) if "input_text" in str(sent(call).get("input")) else reply


@fault(RESPONSE, breaks={"responses.input.forms"})
def response_messages_need_a_type(reply: Reply, call: Call) -> Reply:
    """A message has to say that it is one."""
    return refused(reply) if sent(call).get("input") == _HELLO else reply


@request_fault(RESPONSE, breaks={"responses.input.history"})
def last_message_only(call: Call) -> None:
    """Of a conversation only the last message is read."""
    if items(call) and len(items(call)) == len(call.body["input"]):
        call.body["input"] = call.body["input"][-1:]


@fault(RESPONSE, breaks={"responses.input.own-output"})
def own_message_refused(reply: Reply, call: Call) -> Reply:
    """A message is refused for its id, which the target itself had given it."""
    return refused(reply) if any("id" in item for item in items(call)) else reply


@fault(RESPONSE, breaks={"responses.unicode"})
def response_without_astral_planes(reply: Reply) -> Reply:
    """Characters beyond the first plane are replaced in a whole response."""

    def narrow(data: bytes) -> bytes:
        return "".join(letter if letter <= "\uffff" else "�" for letter in data.decode()).encode()

    return reply.raw(narrow) if reply.events is None else reply
