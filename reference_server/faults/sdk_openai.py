"""Ways to break the official Python client: by a defect on the wire, or by what only a client sends or reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply, encode_json

_CHAT = "createChatCompletion"
_BLOCKED = b"<html><body><h1>403 Forbidden</h1>Sorry, you have been blocked.</body></html>"


@fault(_CHAT, breaks={"chat.sdk-headers", "sdk.openai.create", "sdk.openai.environment"})
def python_client_blocked(reply: Reply, call: Call) -> Reply:
    """A firewall in front of the gateway takes the official Python client for a robot."""
    blocked = call.headers.get("user-agent", "").startswith("OpenAI/Python")
    return Reply(403, {"content-type": "text/html", "x-request-id": call.id}, _BLOCKED) if blocked else reply


@fault(_CHAT, breaks={"chat.created", "sdk.openai.types"})
def created_with_fraction(reply: Reply) -> Reply:
    """`created` is a number with a fraction."""
    return reply.edit(lambda body: body.update(created=body["created"] + 0.5))


@fault(_CHAT, breaks={"chat.stream.json-events", "sdk.openai.stream"})
def empty_data_between(reply: Reply) -> None:
    """An event with empty data keeps the connection alive."""
    if reply.events is not None:
        reply.events.insert(1, b"data:\n\n")


@fault(_CHAT, breaks={"chat.stream.choices", "sdk.openai.stream.helper"})
def last_delta_missing(reply: Reply) -> None:
    """The choice that ends a stream has no delta."""
    for choice in _choices(reply):
        if choice["finish_reason"]:
            del choice["delta"]


@fault(_CHAT, breaks={"chat.stream.usage.choices", "sdk.openai.stream.empty-choices"})
def usage_chunk_without_choices(reply: Reply) -> None:
    """The chunk that reports the usage has no `choices`."""
    for chunk in reply.chunks:
        if chunk.get("usage"):
            chunk.pop("choices", None)


@fault(_CHAT, breaks={"chat.stream.role-once", "sdk.openai.stream.helper"})
def role_repeated_at_the_end(reply: Reply) -> None:
    """The delta that ends a stream repeats the role."""
    for choice in _choices(reply):
        if choice["finish_reason"]:
            choice["delta"]["role"] = "assistant"


@fault(_CHAT, breaks={"chat.stream.object", "sdk.openai.stream.helper"})
def first_chunk_without_object(reply: Reply) -> None:
    """The first chunk does not say what it is."""
    for chunk in reply.chunks[:1]:
        chunk.pop("object", None)


@fault(_CHAT, breaks={"sdk.openai.stream.helper"})
def byte_order_mark(reply: Reply) -> None:
    """The stream starts with a byte order mark, which its standard allows: the client loses the first chunk."""
    if reply.events is not None:
        reply.events.insert(0, b"\xef\xbb\xbf")


@fault(_CHAT, breaks={"chat.stream.error-event", "sdk.openai.stream.error"}, model="midstream-error")
def failure_as_comment(reply: Reply) -> Reply:
    """A stream that fails half-way tells it in a comment, which clients skip."""
    return reply.map(lambda chunk: b": upstream error\n\n" if "error" in chunk else chunk)


@fault(
    _CHAT,
    breaks={"tools.call.arguments", "tools.no-parameters", "tools.stream.equals-whole", "sdk.openai.tools"},
)
def arguments_encoded_twice(reply: Reply) -> Reply:
    """The arguments of a call are a JSON string within the string."""

    def encode(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            for call in choice["message"].get("tool_calls") or ():
                call["function"]["arguments"] = json.dumps(call["function"]["arguments"])

    return reply.edit(encode)


@fault(_CHAT, breaks={"sdk.openai.tools.loop"})
def own_fields_refused(reply: Reply, call: Call) -> Reply:
    """A message is refused for `refusal`, a field that the target itself had sent in it."""
    sent = call.body.get("messages") if isinstance(call.body, dict) else None
    own = any(isinstance(message, dict) and "refusal" in message for message in sent or ())
    return _refused("Unknown field 'messages[1].refusal'.") if own else reply


@fault(_CHAT, breaks={"tools.stream.name-once", "sdk.openai.tools.stream"})
def call_named_again_at_the_end(reply: Reply) -> None:
    """The last fragment of a call repeats its name."""
    names: dict[Any, tuple[str, dict[str, Any]]] = {}
    for fragment in _fragments(reply):
        name = fragment["function"].get("name") or names[fragment["index"]][0]
        names[fragment["index"]] = (name, fragment)
    for name, last in names.values():
        last["function"]["name"] = name


@fault(_CHAT, breaks={"sdk.openai.parse", "sdk.openai.parse.stream"})
def titled_schema_fenced(reply: Reply, call: Call) -> None:
    """An answer to a schema with a title, as one that is made of a class has, stands in a code fence."""
    if b'"title":"Book"' not in encode_json(call.body):
        return
    if isinstance(reply.body, dict) and reply.ok:
        message = reply.body["choices"][0]["message"]
        message["content"] = f"```json\n{message['content']}\n```"
    for choice in _choices(reply):
        if "role" in choice["delta"]:
            choice["delta"]["content"] = "```json\n"


@fault("listModels", breaks={"models.list", "sdk.openai.models.list"})
def models_as_names(reply: Reply) -> Reply:
    """The list holds names instead of models."""
    return reply.edit(lambda body: body.update(data=[model["id"] for model in body["data"]]))


@fault("retrieveModel", breaks={"models.retrieve", "sdk.openai.models.retrieve"})
def retrieved_model_under_data(reply: Reply) -> Reply:
    """One model is answered under `data`."""
    return reply.edit(lambda body: {"data": body})


@fault(_CHAT, breaks={"limits.restricted-model", "sdk.openai.errors.class"}, model="forbidden-model")
def forbidden_model_as_success(reply: Reply) -> None:
    """A model outside the account is answered 200 with an error in the body."""
    reply.status = 200


@fault(_CHAT, breaks={"sdk.openai.errors.fields"}, model="forbidden-model")
def forbidden_model_in_problem_details(reply: Reply) -> None:
    """A model outside the account is told as problem details."""
    reply.body = {"title": "Forbidden", "status": 403, "detail": reply.body["error"]["message"]}


@fault(_CHAT, breaks={"sdk.openai.errors.request-id"}, model="forbidden-model")
def forbidden_model_without_request_id(reply: Reply) -> None:
    """A refusal that is decided early has no x-request-id."""
    reply.headers.pop("x-request-id", None)


@fault(_CHAT, breaks={"sdk.openai.retry.limit"})
def limit_forbids_to_try_again(reply: Reply) -> None:
    """A 429 tells the client not to try again, although the limit passes."""
    if reply.cause == "rate_limited":
        reply.headers["x-should-retry"] = "false"


@fault(_CHAT, breaks={"sdk.openai.retry.upstream"}, model="flaky-once")
def failure_forbids_to_try_again(reply: Reply, call: Call) -> Reply:
    """A passing failure tells the client not to try again."""
    if "tries again" not in str(call.body):
        return reply
    failed = Reply.json({"error": {"message": "Bad gateway.", "type": "x", "param": None, "code": None}}, 502)
    failed.headers |= {"x-should-retry": "false", "x-request-id": call.id}
    return failed


def _refused(message: str) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return Reply.json({"error": error}, 400)


def _choices(reply: Reply) -> list[dict[str, Any]]:
    return [choice for chunk in reply.chunks for choice in chunk.get("choices") or ()]


def _fragments(reply: Reply) -> Iterator[dict[str, Any]]:
    for choice in _choices(reply):
        yield from choice["delta"].get("tool_calls") or ()
