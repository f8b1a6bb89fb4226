"""Ways to break what holds for every operation, each in a corner that no requirement of one operation looks into."""

from __future__ import annotations

from reference_server.errors import Refusal
from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_BOM = b"\xef\xbb\xbf"
_FAR = "\U00020000"


def _param(reply: Reply) -> str | None:
    """The field that a refusal names."""
    param: str | None = None if reply.ok or not isinstance(reply.body, dict) else reply.body["error"]["param"]
    return param


def _only_system(call: Call) -> bool:
    """The conversation begins with a system message that says nothing."""
    messages = call.body.get("messages") or [{}] if isinstance(call.body, dict) else [{}]
    return isinstance(messages, list) and messages[0] == {"role": "system", "content": ""}


@fault(_CHAT, breaks={"properties.invalid.never-5xx", "properties.invalid.refused"})
def crash_on_an_odd_service_tier(reply: Reply) -> None:
    """A `service_tier` of a wrong type is a 500."""
    if _param(reply) == "service_tier":
        reply.status = 500


@request_fault(_CHAT, breaks={"properties.invalid.refused"}, before="validation")
def any_store_will_do(call: Call) -> None:
    """`store` may be of any type."""
    call.body.pop("store", None)


@fault(_CHAT, breaks={"properties.invalid.envelope"})
def refused_user_in_other_words(reply: Reply) -> None:
    """A wrong `user` is refused in the words of a framework."""
    if _param(reply) == "user":
        reply.body = {"detail": "user: input should be a valid string"}


@fault(_CHAT, breaks={"properties.invalid.names-field"})
def refused_user_not_named(reply: Reply) -> None:
    """A wrong `user` is refused without a word of it."""
    if _param(reply) == "user":
        reply.body["error"].update(param=None, message="Bad request.")


@fault(_CHAT, breaks={"properties.bytes.never-5xx"})
def crash_on_a_byte_order_mark(reply: Reply, call: Call) -> None:
    """A byte order mark before the JSON is a 500."""
    if call.raw and call.raw.startswith(_BOM):
        reply.status = 500


@request_fault(_CHAT, breaks={"properties.bytes.refused", "errors.not-an-object"}, before="authentication")
def array_of_one_is_taken(call: Call) -> None:
    """An array with one request is served like the request."""
    if call.raw and call.raw[:1] == b"[":
        call.raw = call.raw[1:-1]


@request_fault("retrieveFile", breaks={"properties.auth"}, before="authentication")
def file_needs_no_key(call: Call) -> None:
    """Whoever asks may see a file."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@fault("*", breaks={"properties.method"})
def any_method_will_do(reply: Reply, call: Call) -> None:
    """PATCH is answered with nothing, and with a 200."""
    if call.method == "PATCH":
        reply.status, reply.body, reply.cause = 200, {}, None


@fault("*", breaks={"properties.head-options"})
def crash_on_options_of_models(reply: Reply, call: Call) -> None:
    """OPTIONS of the models is a 500."""
    if call.method == "OPTIONS" and call.path == "/models":
        reply.status = 500


@fault(_CHAT, breaks={"properties.relations.stream"})
def stream_in_capitals(reply: Reply, call: Call) -> None:
    """A stream shouts what the whole answer says, when asked to count."""
    for chunk in reply.chunks if "Count from one" in str(call.body.get("messages")) else []:
        for choice in chunk["choices"]:
            if choice["delta"].get("content"):
                choice["delta"]["content"] = choice["delta"]["content"].upper()


def _say(reply: Reply, text: str) -> None:
    for choice in reply.body["choices"]:
        choice["message"]["content"] = text


def _counting(reply: Reply, call: Call) -> bool:
    return reply.ok and reply.events is None and "Count from one" in str(call.body.get("messages"))


@fault(_CHAT, breaks={"properties.relations.stop"})
def other_words_with_stop(reply: Reply, call: Call) -> None:
    """With a stop text the answer is another one."""
    if _counting(reply, call) and call.body.get("stop"):
        _say(reply, "Nothing")


@fault(_CHAT, breaks={"properties.relations.limit"})
def last_tokens_within_the_limit(reply: Reply, call: Call) -> None:
    """A limit leaves the end of the answer instead of its beginning."""
    if _counting(reply, call) and (call.body.get("max_tokens") or 64) < 8:
        _say(reply, "and ten.")


@fault(_CHAT, breaks={"properties.relations.alone"})
def other_words_alone(reply: Reply, call: Call) -> None:
    """With `n: 1` the answer is another one."""
    if _counting(reply, call) and call.body.get("n"):
        _say(reply, "Nothing")


@fault(_CHAT, breaks={"properties.relations.usage"})
def counting_is_cheap(reply: Reply, call: Call) -> None:
    """However long the prompt, asking to count costs seven tokens."""
    if _counting(reply, call):
        usage = reply.body["usage"]
        usage.update(prompt_tokens=7, total_tokens=7 + usage["completion_tokens"])


@fault(_CHAT, breaks={"properties.generated.never-5xx"})
def crash_on_an_empty_system_message(reply: Reply, call: Call) -> None:
    """A system message that says nothing is a 500."""
    if _only_system(call):
        reply.status = 500


@fault(_CHAT, breaks={"properties.generated.conforms"})
def no_choices_after_an_empty_system_message(reply: Reply, call: Call) -> None:
    """A system message that says nothing is answered without choices."""
    if _only_system(call):
        reply.edit(lambda body: body.pop("choices", None) and body)


@request_fault(_CHAT, breaks={"properties.generated.conversations"})
def far_planes_are_refused(call: Call) -> None:
    """Text beyond the second plane of Unicode is refused."""
    if any(letter >= _FAR for letter in str(call.body["messages"])):
        raise Refusal("invalid_value", "The text holds characters that are not allowed.", "messages")


@request_fault(_CHAT, breaks={"properties.generated.conversations"})
def long_texts_are_refused(call: Call) -> None:
    """A plain text of more than a thousand letters is refused."""
    said = (message.get("content") for message in call.body["messages"])
    if any(isinstance(text, str) and len(text) > 1000 for text in said):
        raise Refusal("invalid_value", "The message is too long.", "messages")


@request_fault(_CHAT, breaks={"properties.generated.conversations"})
def end_of_a_stream_in_a_message_is_refused(call: Call) -> None:
    """A message that quotes the end of a stream is refused."""
    if "[DONE]" in str(call.body["messages"]):
        raise Refusal("invalid_value", "The text holds a marker that is not allowed.", "messages")
