"""Ways to break the parameters of sampling."""

from __future__ import annotations

from itertools import count
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_ANSWERS = count(1)


@fault(_CHAT, breaks={"chat.temperature"}, gateway="foxora")
def temperature_0_refused(reply: Reply, call: Call) -> Reply:
    """`temperature: 0` is taken as a missing value and refused."""
    return _refused() if _value(call, "temperature") == 0 else reply


@fault(_CHAT, breaks={"chat.temperature"}, gateway="foxapi")
def temperature_above_1_refused(reply: Reply, call: Call) -> Reply:
    """The range of `temperature` ends at 1."""
    return _refused() if _value(call, "temperature") > 1 else reply


@fault(_CHAT, breaks={"chat.temperature"}, gateway="ofox")
def temperature_must_be_whole(reply: Reply, call: Call) -> Reply:
    """A fractional `temperature` within the range is a server error."""
    return _refused(500) if 0 < _value(call, "temperature") < 1 else reply


@request_fault(_CHAT, breaks={"chat.temperature.outside"}, before="validation")
def temperature_clamped(call: Call) -> None:
    """A `temperature` outside the range is moved to its bound."""
    _clamp(call, "temperature", 0, 2)


@fault(_CHAT, breaks={"chat.top-p"}, gateway="foxapi")
def top_p_0_refused(reply: Reply, call: Call) -> Reply:
    """`top_p: 0` is refused."""
    return _refused() if _value(call, "top_p") == 0 else reply


@request_fault(_CHAT, breaks={"chat.top-p.outside"}, before="validation")
def top_p_clamped(call: Call) -> None:
    """A `top_p` outside the range is moved to its bound."""
    _clamp(call, "top_p", 0, 1)


@fault(_CHAT, breaks={"chat.frequency-penalty"}, gateway="foxapi")
def frequency_penalty_below_0_refused(reply: Reply, call: Call) -> Reply:
    """A negative `frequency_penalty` is refused."""
    return _refused() if _value(call, "frequency_penalty") < 0 else reply


@request_fault(_CHAT, breaks={"chat.frequency-penalty.outside"}, before="validation")
def frequency_penalty_clamped(call: Call) -> None:
    """A `frequency_penalty` outside the range is moved to its bound."""
    _clamp(call, "frequency_penalty", -2, 2)


@fault(_CHAT, breaks={"chat.presence-penalty"})
def presence_penalty_fails(reply: Reply, call: Call) -> Reply:
    """A `presence_penalty` within the range is a server error."""
    return _refused(500) if _value(call, "presence_penalty") and reply.ok else reply


@request_fault(_CHAT, breaks={"chat.presence-penalty.outside"}, before="validation")
def presence_penalty_clamped(call: Call) -> None:
    """A `presence_penalty` outside the range is moved to its bound."""
    _clamp(call, "presence_penalty", -2, 2)


@fault(_CHAT, breaks={"chat.seed"})
def seed_fails(reply: Reply, call: Call) -> Reply:
    """A `seed` is a server error."""
    return _refused(500) if _value(call, "seed") == 7 else reply


@fault(_CHAT, breaks={"chat.seed.repeatable"})
def seed_ignored(reply: Reply, call: Call) -> Reply:
    """Two answers to one seed differ."""

    def vary(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            choice["message"]["content"] += f" ({next(_ANSWERS)})"

    return reply.edit(vary) if _value(call, "seed") else reply


@fault(_CHAT, breaks={"chat.logit-bias"})
def logit_bias_fails(reply: Reply, call: Call) -> Reply:
    """A `logit_bias` is a server error."""
    return _refused(500) if _holds(call, "logit_bias") else reply


@fault(_CHAT, breaks={"chat.user"})
def user_refused(reply: Reply, call: Call) -> Reply:
    """`user` is refused."""
    return _refused() if _holds(call, "user") else reply


@fault(_CHAT, breaks={"chat.metadata"})
def metadata_fails(reply: Reply, call: Call) -> Reply:
    """`metadata` is a server error."""
    return _refused(500) if _holds(call, "metadata") else reply


@fault(_CHAT, breaks={"chat.optional-null"})
def null_refused_in_options(reply: Reply, call: Call) -> Reply:
    """Any optional parameter but `stream` that is null is refused."""
    nulls = isinstance(call.body, dict) and any(call.body[name] is None for name in call.body if name != "stream")
    return _refused() if nulls and reply.ok else reply


@fault(_CHAT, breaks={"chat.optional-null"}, gateway="foxapi")
def n_null_fails(reply: Reply, call: Call) -> Reply:
    """`n: null` is a server error."""
    return _refused(500) if isinstance(call.body, dict) and call.body.get("n", 1) is None else reply


@fault(_CHAT, breaks={"chat.unknown-parameter"})
def unknown_parameter_fails(reply: Reply, call: Call) -> Reply:
    """A parameter that is not known is a server error."""
    return _refused(500) if _holds(call, "x_conformance_probe") else reply


@fault(_CHAT, breaks={"chat.unknown-parameter.ignored"})
def unknown_parameter_refused(reply: Reply, call: Call) -> Reply:
    """A parameter that is not known is refused without being named."""
    return _refused() if _holds(call, "x_conformance_probe") else reply


def _value(call: Call, name: str) -> float:
    """The number that a parameter has, or one that is nothing special."""
    value = call.body.get(name) if isinstance(call.body, dict) else None
    usual = 1 if name in ("temperature", "top_p") else 0
    return value if isinstance(value, int | float) and not isinstance(value, bool) else usual


def _holds(call: Call, name: str) -> bool:
    return isinstance(call.body, dict) and call.body.get(name) is not None


def _clamp(call: Call, name: str, least: float, most: float) -> None:
    if isinstance(call.body, dict) and isinstance(call.body.get(name), int | float):
        call.body[name] = min(max(call.body[name], least), most)


def _refused(status: int = 400) -> Reply:
    error = {"message": "This value cannot be used.", "type": "invalid_request_error", "param": None, "code": None}
    return Reply.json({"error": error}, status)
