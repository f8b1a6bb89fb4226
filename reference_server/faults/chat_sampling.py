"""Ways to break the parameters of sampling."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Edit, Members, change, refuse
from reference_server.faults.words.openai import CHAT, reword
from reference_server.faults.words.situations import Situation, asked, both, has, sent, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)
unjudged = rows(CHAT, request_fault, before="validation")


def _refuse(status: int = 400) -> Edit:
    return refuse(status, "This value cannot be used.")


def _number(name: str, test: Callable[[float], bool]) -> Situation:
    """The parameter is a number that passes a test."""

    def passes(call: Call) -> bool:
        value = sent(call).get(name)
        return isinstance(value, int | float) and not isinstance(value, bool) and test(value)

    return asked(passes)


def _is_0(value: float) -> bool:
    return value == 0


def _clamp(name: str, least: float, most: float) -> Members:
    """Move a number outside the range to the bound."""
    inside = lambda value: min(max(value, least), most) if isinstance(value, int | float) else value  # noqa: E731
    return change(name, inside)


_temperature = partial(_number, "temperature")
_unknown = has("x_conformance_probe")
temperature_0_refused = chat(
    "chat.temperature", "`temperature: 0` is refused as missing.", _refuse(), when=_temperature(_is_0), gateway="foxora"
)
temperature_above_1_refused = chat(
    "chat.temperature",
    "A `temperature` above 1 is refused.",
    _refuse(),
    when=_temperature(lambda value: value > 1),
    gateway="foxapi",
)
temperature_must_be_whole = chat(
    "chat.temperature",
    "A fractional `temperature` within the range is answered with a server error.",
    _refuse(500),
    when=_temperature(lambda value: 0 < value < 1),
    gateway="ofox",
)
temperature_clamped = unjudged(
    "chat.temperature.outside", "A `temperature` out of range is clamped.", _clamp("temperature", 0, 2)
)
top_p_0_refused = chat(
    "chat.top-p", "`top_p: 0` is refused.", _refuse(), when=_number("top_p", _is_0), gateway="foxapi"
)
top_p_clamped = unjudged("chat.top-p.outside", "A `top_p` out of range is clamped.", _clamp("top_p", 0, 1))
frequency_penalty_below_0_refused = chat(
    "chat.frequency-penalty",
    "A negative `frequency_penalty` is refused.",
    _refuse(),
    when=_number("frequency_penalty", lambda value: value < 0),
    gateway="foxapi",
)
frequency_penalty_clamped = unjudged(
    "chat.frequency-penalty.outside",
    "A `frequency_penalty` out of range is clamped.",
    _clamp("frequency_penalty", -2, 2),
)
presence_penalty_fails = chat(
    "chat.presence-penalty",
    "A `presence_penalty` within the range is answered with a server error.",
    _refuse(500),
    when=both(served, _number("presence_penalty", bool)),
)
presence_penalty_clamped = unjudged(
    "chat.presence-penalty.outside", "A `presence_penalty` out of range is clamped.", _clamp("presence_penalty", -2, 2)
)
seed_fails = chat(
    "chat.seed", "A `seed` gets a server error.", _refuse(500), when=_number("seed", lambda value: value == 7)
)


@chat("chat.seed.repeatable")
def seed_ignored(reply: Reply, call: Call) -> None:
    """Two answers to the same `seed` differ."""
    if sent(call).get("seed"):
        number = call.memory["seeds"] = call.memory.get("seeds", 0) + 1
        reword(lambda text: f"{text} ({number})")(reply, call)


logit_bias_fails = chat("chat.logit-bias", "A `logit_bias` gets a 500.", _refuse(500), when=has("logit_bias"))
user_refused = chat("chat.user", "A request with a `user` is refused.", _refuse(), when=has("user"))
metadata_fails = chat("chat.metadata", "`metadata` gets a server error.", _refuse(500), when=has("metadata"))
null_refused_in_options = chat(
    "chat.optional-null",
    "An optional parameter that is null is refused, unless it is `stream`.",
    _refuse(),
    when=both(served, asked(lambda call: None in (sent(call) | {"stream": True}).values())),
)
n_null_fails = chat(
    "chat.optional-null",
    "`n: null` is answered with a server error.",
    _refuse(500),
    when=asked(lambda call: sent(call).get("n", 1) is None),
    gateway="foxapi",
)
unknown_parameter_fails = chat(
    "chat.unknown-parameter", "An unknown parameter is answered with a server error.", _refuse(500), when=_unknown
)
unknown_parameter_refused = chat(
    "chat.unknown-parameter.ignored", "An unknown parameter is refused without being named.", _refuse(), when=_unknown
)
