"""Ways to break what holds for every operation, each in a corner that no requirement of one operation looks into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import MESSAGE
from reference_server.faults.words.edits import change, drop, error_body, in_chunks, in_error, put, status
from reference_server.faults.words.gemini import STREAM, in_pieces
from reference_server.faults.words.gemini import TEXT as GEMINI_TEXT
from reference_server.faults.words.openai import CHAT, FILES, PIECE, RESPONSES, TEXT
from reference_server.faults.words.prompts import COUNTING
from reference_server.faults.words.situations import Situation, asked, asks, both, has, sent, whole
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)
anywhere = rows("*")
request = rows(CHAT, request_fault)

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


def _head_or_options_of_models(_: Reply, call: Call) -> bool:
    """Whichever of them a run asks of this path."""
    return call.method in {"HEAD", "OPTIONS"} and call.path == "/models"


def _marked(call: Call) -> bool:
    return (call.raw or b"").startswith(_BOM)


def _model_is_last(call: Call) -> bool:
    return next(reversed(sent(call)), "") == "model"


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
crash_on_an_odd_service_tier = chat(
    "properties.invalid.never-5xx properties.invalid.refused",
    "A wrong `service_tier` is answered with 500.",
    status(500),
    when=_names("service_tier"),
)
any_store_will_do = request_fault(
    CHAT, "`store` may be of any type.", drop("store"), breaks={"properties.invalid.refused"}, before="validation"
)
refused_user_in_other_words = chat(
    "properties.invalid.envelope", "The error for a wrong `user` stands under `detail`.", _DETAIL, when=_USER
)
refused_user_not_named = chat(
    "properties.invalid.names-field", "A wrong `user` is refused without being named.", in_error(_UNNAMED), when=_USER
)
crash_on_a_byte_order_mark = chat(
    "properties.bytes.never-5xx", "A byte order mark before the JSON gets a 500.", status(500), when=asked(_marked)
)
files_need_no_key = request_fault(
    FILES,
    "The files can be listed without a key.",
    lambda call: call.headers.setdefault("authorization", "Bearer sk-ok"),
    breaks={"properties.auth"},
    before="authentication",
)
crash_on_an_empty_order_of_files = anywhere(
    "properties.parameters.never-5xx",
    "A list of files with an empty `order` is answered with 500.",
    status(500),
    when=asked(lambda call: call.path == "/files" and call.query.get("order") == ""),
)
crash_on_an_odd_id = anywhere(
    "properties.parameters.never-5xx",
    "An id that begins with a dash is answered with 500.",
    status(500),
    when=asked(lambda call: "/-" in call.path),
)
crash_on_head_or_options_of_models = anywhere(
    "properties.head-options", "HEAD and OPTIONS of the models get a 500.", status(500), when=_head_or_options_of_models
)


@request_fault(CHAT, breaks={"properties.bytes.refused", "errors.not-an-object"}, before="authentication")
def array_of_one_is_taken(call: Call) -> None:
    """A request inside an array is served like the request alone."""
    if call.raw and call.raw[:1] == b"[":
        call.raw = call.raw[1:-1]


@anywhere("properties.method")
def any_method_will_do(reply: Reply, call: Call) -> None:
    """PATCH is answered with 200 and an empty body."""
    if call.method == "PATCH":
        reply.status, reply.body, reply.cause = 200, {}, None


# Requests that differ in one thing.
stream_in_capitals = chat(
    "properties.relations.stream",
    "A prompt that asks to count is answered in capitals when streamed, but not as a whole answer.",
    in_chunks(_SHOUT),
    when=asks(COUNTING),
)
other_words_with_stop = chat(
    "properties.relations.stop", "With a stop text the answer is a different one.", _NOTHING, when=_stopping
)
last_tokens_within_the_limit = chat(
    "properties.relations.limit", "A limit keeps an answer's last tokens.", put(TEXT, "and ten."), when=_limited
)
other_words_alone = chat(
    "properties.relations.alone", "A request with `n: 1` gets another answer than without it.", _NOTHING, when=_alone
)
counting_is_cheap = chat(
    "properties.relations.usage",
    "A prompt that asks to count is reported as seven tokens, however long it is.",
    change("usage", _cheap),
    when=_counting,
)
native_stream_in_capitals = rows(MESSAGE)(
    "properties.relations.native-stream",
    "A prompt that asks to count is answered in capitals in a stream of the Anthropic protocol.",
    in_chunks(change("delta.text", str.upper, str)),
    when=asks(COUNTING),
)
response_stream_in_capitals = rows(RESPONSES)(
    "properties.relations.native-stream",
    "A prompt that asks to count is answered in capitals in the stream of a response.",
    in_chunks(change("delta", str.upper, str)),
    when=asks(COUNTING),
)
gemini_stream_in_capitals = rows(STREAM)(
    "properties.relations.native-stream",
    "A prompt that asks to count is answered in capitals in a stream of the Gemini protocol.",
    in_pieces(change(GEMINI_TEXT, str.upper, str)),
    when=asks(COUNTING),
)
other_words_at_defaults = chat(
    "properties.relations.defaults",
    "With a penalty of 0, the default, the answer is a different one.",
    _NOTHING,
    when=both(_counting, has("frequency_penalty")),
)
other_words_with_the_model_last = chat(
    "properties.relations.order",
    "A request that names its model last gets a different answer.",
    _NOTHING,
    when=both(_counting, asked(_model_is_last)),
)

# Generated conversations.
crash_on_an_empty_system_message = chat(
    "properties.generated.never-5xx", "An empty system message is answered with 500.", status(500), when=_only_system
)
no_choices_after_an_empty_system_message = chat(
    "properties.generated.conforms", "An empty system message gets no choices.", drop("choices"), when=_only_system
)
far_planes_are_refused = request(
    "properties.generated.conversations", "Text beyond the second plane of Unicode is refused.", _refuse_far
)
long_texts_are_refused = request(
    "properties.generated.conversations", "A plain text of more than 1,000 letters is refused.", _refuse_long
)
end_of_a_stream_in_a_message_is_refused = request(
    "properties.generated.conversations", "A message that quotes `[DONE]` is refused.", _refuse_end
)
