"""Ways to break what holds for every operation, each in a corner that no requirement of one operation looks into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import (
    change,
    drop,
    error_body,
    in_chunks,
    in_error,
    put,
    status,
)
from reference_server.faults.words.openai import CHAT, FILES, PIECE, TEXT
from reference_server.faults.words.prompts import COUNTING
from reference_server.faults.words.situations import Situation, asked, asks, both, has, sent, whole
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_BOM = b"\xef\xbb\xbf"
_FAR = "\U00020000"
_counting = both(whole, asks(COUNTING))
_stopping, _alone = both(_counting, has("stop")), both(_counting, has("n"))
_UNNAMED = put("error.param", None) | put("error.message", "Bad request.")
_DETAIL = error_body(lambda _: {"detail": "user: input should be a valid string"})
_SHOUT = change(PIECE, str.upper, str)
_NOTHING = put(TEXT, "Nothing")


def _names(param: str) -> Situation:
    """A refusal names this field."""
    return lambda reply, _: not reply.ok and isinstance(reply.body, dict) and reply.body["error"]["param"] == param


_USER = _names("user")


def _only_system(_: Reply, call: Call) -> bool:
    """The conversation begins with a system message that says nothing."""
    messages = sent(call).get("messages")
    return isinstance(messages, list) and messages[:1] == [{"role": "system", "content": ""}]


def _options_of_models(_: Reply, call: Call) -> bool:
    return call.method == "OPTIONS" and call.path == "/models"


def _marked(call: Call) -> bool:
    return (call.raw or b"").startswith(_BOM)


def _limited(reply: Reply, call: Call) -> bool:
    return _counting(reply, call) and (call.body.get("max_tokens") or 64) < 8


def _cheap(usage: dict[str, Any]) -> dict[str, Any]:
    return usage | {"prompt_tokens": 7, "total_tokens": 7 + usage["completion_tokens"]}


def _long(messages: list[Any]) -> bool:
    contents = (message.get("content") for message in messages)
    return any(isinstance(text, str) and len(text) > 1000 for text in contents)


def _refuse(message: str, test: Callable[[list[Any]], bool]) -> Callable[[Call], None]:
    """Refuse messages that pass a test."""

    def refuse(call: Call) -> None:
        if test(call.body["messages"]):
            raise Refusal("invalid_value", message, "messages")

    return refuse


_refuse_far = _refuse("The text holds characters that are not allowed.", lambda said: max(str(said)) >= _FAR)
_refuse_long = _refuse("The message is too long.", _long)
_refuse_end = _refuse("The text holds a marker that is not allowed.", lambda said: "[DONE]" in str(said))

# Wrong requests.
crash_on_an_odd_service_tier = fault(
    CHAT,
    "A `service_tier` of a wrong type is a 500.",
    status(500),
    when=_names("service_tier"),
    breaks={"properties.invalid.never-5xx", "properties.invalid.refused"},
)
any_store_will_do = request_fault(
    CHAT, "`store` may be of any type.", drop("store"), breaks={"properties.invalid.refused"}, before="validation"
)
refused_user_in_other_words = fault(
    CHAT, "A wrong `user` is a `detail`.", _DETAIL, when=_USER, breaks={"properties.invalid.envelope"}
)
refused_user_not_named = fault(
    CHAT, "A wrong `user` is unnamed.", in_error(_UNNAMED), when=_USER, breaks={"properties.invalid.names-field"}
)
crash_on_a_byte_order_mark = fault(
    CHAT, "A byte order mark is a 500.", status(500), when=asked(_marked), breaks={"properties.bytes.never-5xx"}
)
files_need_no_key = request_fault(
    FILES,
    "Whoever asks may see which files there are.",
    lambda call: call.headers.setdefault("authorization", "Bearer sk-ok"),
    breaks={"properties.auth"},
    before="authentication",
)
crash_on_options_of_models = fault(
    "*", "OPTIONS of the models is a 500.", status(500), when=_options_of_models, breaks={"properties.head-options"}
)


@request_fault(CHAT, breaks={"properties.bytes.refused", "errors.not-an-object"}, before="authentication")
def array_of_one_is_taken(call: Call) -> None:
    """An array with one request is served like the request."""
    if call.raw and call.raw[:1] == b"[":
        call.raw = call.raw[1:-1]


@fault("*", breaks={"properties.method"})
def any_method_will_do(reply: Reply, call: Call) -> None:
    """PATCH is answered with nothing, and with a 200."""
    if call.method == "PATCH":
        reply.status, reply.body, reply.cause = 200, {}, None


# Requests that differ in one thing.
stream_in_capitals = fault(
    CHAT, "A stream counts in capitals.", in_chunks(_SHOUT), when=asks(COUNTING), breaks={"properties.relations.stream"}
)
other_words_with_stop = fault(
    CHAT, "With `stop` the answer is another one.", _NOTHING, when=_stopping, breaks={"properties.relations.stop"}
)
last_tokens_within_the_limit = fault(
    CHAT, "A limit keeps the end.", put(TEXT, "and ten."), when=_limited, breaks={"properties.relations.limit"}
)
other_words_alone = fault(
    CHAT, "With `n: 1` the answer is another one.", _NOTHING, when=_alone, breaks={"properties.relations.alone"}
)
counting_is_cheap = fault(
    CHAT, "Counting costs seven tokens.", change("usage", _cheap), when=_counting, breaks={"properties.relations.usage"}
)

# Generated conversations.
crash_on_an_empty_system_message = fault(
    CHAT, "An empty system message is a 500.", status(500), when=_only_system, breaks={"properties.generated.never-5xx"}
)
no_choices_after_an_empty_system_message = fault(
    CHAT,
    "An empty system text has no choices.",
    drop("choices"),
    when=_only_system,
    breaks={"properties.generated.conforms"},
)
far_planes_are_refused = request_fault(
    CHAT, "Text beyond plane 1 is refused.", _refuse_far, breaks={"properties.generated.conversations"}
)
long_texts_are_refused = request_fault(
    CHAT, "A text beyond 1000 letters is refused.", _refuse_long, breaks={"properties.generated.conversations"}
)
end_of_a_stream_in_a_message_is_refused = request_fault(
    CHAT, "A quoted `[DONE]` is refused.", _refuse_end, breaks={"properties.generated.conversations"}
)
