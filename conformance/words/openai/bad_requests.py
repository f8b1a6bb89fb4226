"""Requests that are wrong on purpose, each with the cause that the contract gives it and the field at fault.

Every request is sent once and its answer judged many times. `ODD` are requests that a gateway may take or refuse, as
long as it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from conformance.target import Secret
from conformance.wire.exchange import Exchange
from conformance.words.answer import allowed_for, leave_at_limit
from conformance.words.ask import OMIT, STRANGER, Ask, encoded, user
from conformance.words.check import Check, each

CHAT = "/chat/completions"
NOWHERE = "no-such-model-anywhere"
DEPTH = 5_000


@dataclass(frozen=True, slots=True)
class BadRequest:
    """A wrong request. `causes` are the contract's names for what is wrong, several where it can be seen either way."""

    name: str
    causes: tuple[str, ...] = ()

    def allowed(self, gateway: Mapping[str, Any]) -> list[int]:
        """The statuses that the contract allows."""
        return allowed_for(gateway, *self.causes)


@dataclass(frozen=True, slots=True)
class BadChatRequest(BadRequest):
    """A wrong request: a chat request with `fields` changed and its bytes damaged, or another method or path.

    `at` is the path of the field at fault. A gateway that does not claim `feature` may ignore what is wrong.
    """

    at: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    damage: Callable[[bytes], bytes] = bytes
    method: str = "POST"
    path: str = CHAT
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | Secret | None = "default"
    feature: str = "chat"

    def send(self, ask: Ask) -> Exchange:
        """The answer; inconclusive when a limit of the account came first, unsupported where there is no chat."""
        if self.path == CHAT:
            ask.demand_route("POST", CHAT)
        body = self.damage(encoded(ask.body(**self.fields))) if self.method in {"POST", "PUT"} else None
        answer = ask.send(self.method, self.path, body, key=self.key, headers=dict(self.headers))
        leave_at_limit(answer)
        return answer


def _with(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    """Adds a member whose value is given in raw JSON."""
    return lambda plain: plain[:-1] + b',"' + name + b'":' + value + b"}"


def _saying(raw: bytes) -> Callable[[bytes], bytes]:
    """Puts raw bytes at the end of the prompt."""
    return lambda plain: plain.replace(b'sentence."', b"sentence." + raw + b'"')


def _instead(body: bytes) -> Callable[[bytes], bytes]:
    return lambda _: body


_OBJECT = ("malformed_body", "invalid_value", "missing_field")
_VALUE = ("invalid_value",)

MALFORMED = BadChatRequest("truncated", ("malformed_body",), damage=lambda plain: plain[: len(plain) // 2])
EMPTY = BadChatRequest("empty-body", ("malformed_body", "missing_field"), damage=_instead(b""))
NOT_AN_OBJECT = [
    BadChatRequest("array-body", _OBJECT, damage=lambda plain: b"[" + plain + b"]"),
    BadChatRequest("string-body", _OBJECT, damage=_instead(b'"hello"')),
    BadChatRequest("number-body", _OBJECT, damage=_instead(b"7")),
    BadChatRequest("null-body", _OBJECT, damage=_instead(b"null")),
]
NO_MODEL = BadChatRequest("model-missing", ("missing_field",), "model", {"model": OMIT})
NO_MESSAGES = BadChatRequest("messages-missing", ("missing_field",), "messages", {"messages": OMIT})
NO_ROLE = BadChatRequest(
    "role-missing", ("missing_field", "invalid_value"), "messages[0].role", {"messages": [{"content": "Hello."}]}
)
EMPTY_MESSAGES = BadChatRequest("messages-empty", ("invalid_value", "missing_field"), "messages", {"messages": []})
MODEL_TYPE = BadChatRequest("model-a-number", _VALUE, "model", {"model": 7})
MESSAGES_TYPE = BadChatRequest("messages-a-string", _VALUE, "messages", {"messages": "Hello."})
WRONG_NUMBER = [
    BadChatRequest("temperature-a-word", _VALUE, "temperature", {"temperature": "warm"}, feature="chat.sampling"),
    BadChatRequest("max-tokens-a-word", _VALUE, "max_tokens", {"max_tokens": "many"}, feature="chat.max-tokens"),
]
WRONG_TYPE = [MESSAGES_TYPE, *WRONG_NUMBER]
WRONG_OPTION = [
    BadChatRequest("content-a-number", _VALUE, "messages[0].content", {"messages": [user(7)]}),
    BadChatRequest(
        "content-missing", ("missing_field", "invalid_value"), "messages[0].content", {"messages": [{"role": "user"}]}
    ),
    BadChatRequest(
        "part-unknown",
        ("invalid_value", "missing_field"),
        "messages[0].content[0].type",
        {"messages": [user([{"type": "smell", "smell": "rose"}])]},
        feature="chat.parts",
    ),
    BadChatRequest("stream-a-word", _VALUE, "stream", {"stream": "perhaps"}, feature="chat.stream"),
    BadChatRequest("tools-an-object", _VALUE, "tools", {"tools": {"type": "function"}}, feature="chat.tools"),
    BadChatRequest("tool-choice-unknown", _VALUE, "tool_choice", {"tool_choice": "perhaps"}, feature="chat.tools"),
    BadChatRequest("format-a-word", _VALUE, "response_format", {"response_format": "json"}, feature="chat.json-object"),
    BadChatRequest("n-a-word", _VALUE, "n", {"n": "two"}, feature="chat.n"),
    BadChatRequest("stop-an-object", _VALUE, "stop", {"stop": {"word": "end"}}, feature="chat.stop"),
]
UNKNOWN_MODEL = [
    BadChatRequest("model-unknown", ("unknown_model",), "model", {"model": NOWHERE}),
    BadChatRequest("model-unknown-streamed", ("unknown_model",), "model", {"model": NOWHERE, "stream": True}),
]
RETRIEVED = BadChatRequest(
    "model-unknown-retrieved",
    ("unknown_model",),
    "model",
    method="GET",
    path=f"/models/{NOWHERE}",
    feature="models.retrieve",
)
LONG_MODEL = BadChatRequest("model-very-long", ("unknown_model", "invalid_value"), "model", {"model": "m" * 10_000})
UNKNOWN_ROUTE = [
    BadChatRequest("route-unknown", ("unknown_route",), method="GET", path="/no/such/route"),
    BadChatRequest("route-unknown-post", ("unknown_route",), path="/chat/no-such-route"),
]
WRONG_METHOD = [
    BadChatRequest("delete-chat", ("wrong_method",), method="DELETE"),
    BadChatRequest("put-chat", ("wrong_method",), method="PUT"),
    BadChatRequest("post-models", ("wrong_method",), path="/models", feature="models"),
]
WRONG_MEDIA_TYPE = [
    BadChatRequest("sent-as-text", ("wrong_media_type",), headers={"content-type": "text/plain"}),
    BadChatRequest("sent-as-nothing", ("wrong_media_type",), headers={"content-type": ""}),
]
CREDENTIALS = [
    BadChatRequest("key-missing", ("missing_credential",), key=None),
    BadChatRequest("key-unknown", ("invalid_credential",), key=STRANGER),
]
ODD = [
    BadChatRequest("invalid-utf-8", damage=_saying(b"\xff\xfe")),
    BadChatRequest("lone-surrogate", damage=_saying(b"\\ud800")),
    BadChatRequest("nan", damage=_with(b"top_p", b"NaN")),
    BadChatRequest("beyond-double", damage=_with(b"temperature", b"1e400")),
    BadChatRequest("beyond-integer", damage=_with(b"seed", b"1" + b"0" * 400)),
    BadChatRequest("deeply-nested", damage=_with(b"x_nested", b"[" * DEPTH + b"]" * DEPTH)),
    BadChatRequest("role-unknown", fields={"messages": [{"role": "stranger", "content": "Hello."}]}),
    BadChatRequest("head-models", method="HEAD", path="/models"),
    BadChatRequest("options-chat", method="OPTIONS"),
]

UNREADABLE = [MALFORMED, EMPTY, *NOT_AN_OBJECT]
OF_ONE_FIELD = [NO_MODEL, NO_MESSAGES, MODEL_TYPE, *WRONG_TYPE, NO_ROLE, EMPTY_MESSAGES, *WRONG_OPTION, *UNKNOWN_MODEL]
NEVER_SERVED = [*UNREADABLE, NO_MESSAGES, MESSAGES_TYPE, *UNKNOWN_MODEL, LONG_MODEL, *UNKNOWN_ROUTE]
ANSWERED_AS_ERROR = [*UNREADABLE, *OF_ONE_FIELD, RETRIEVED, LONG_MODEL, *WRONG_MEDIA_TYPE, *CREDENTIALS]
ALL = [*ANSWERED_AS_ERROR, *UNKNOWN_ROUTE, *WRONG_METHOD, *ODD]


def each_bad_request(some: Sequence[BadRequest]) -> Callable[[Check], Check]:
    """One case for each of these requests."""
    return each("bad_request", some, attrgetter("name"))
