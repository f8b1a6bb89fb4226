"""Ways to break the routing and the fallback that a request asks for."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_OF = "ofox"


@fault(_CHAT, breaks={"provider.routing"}, gateway=_OF)
def routing_by_latency_refused(reply: Reply, call: Call) -> Reply:
    """`latency` is not known as a routing."""
    return _failed(400) if _provider(call).get("routing") == "latency" else reply


@request_fault(_CHAT, breaks={"provider.routing.invalid"}, gateway=_OF, before="validation")
def unknown_routing_ignored(call: Call) -> None:
    """An unknown routing is ignored."""
    if _provider(call).get("routing") == "no-such-routing":
        _provider(call).pop("routing")


@fault(_CHAT, breaks={"provider.fallback"}, gateway=_OF)
def routing_with_fallback_refused(reply: Reply, call: Call) -> Reply:
    """A routing and fallbacks cannot be given together."""
    return _failed(400) if {"routing", "fallback"} <= set(_provider(call)) else reply


@request_fault(_CHAT, breaks={"provider.fallback.unused"}, gateway=_OF)
def fallback_always_used(call: Call) -> None:
    """The fallback answers even though the model works."""
    if _fallbacks(call) and call.body["model"] == "gpt-4o-mini":
        call.body["model"] = _fallbacks(call)[0]


@request_fault(_CHAT, breaks={"provider.fallback.serves"}, gateway=_OF)
def provider_ignored(call: Call) -> None:
    """`provider` is dropped."""
    call.body.pop("provider", None)


@fault(_CHAT, breaks={"provider.fallback.model"}, gateway=_OF, model="upstream-error")
def requested_model_named(reply: Reply, call: Call) -> Reply:
    """`model` names the requested model, although a fallback answered."""
    return reply.edit(lambda body: body.update(model=call.body["model"]))


@request_fault(_CHAT, breaks={"provider.fallback.order"}, gateway=_OF)
def fallbacks_tried_backwards(call: Call) -> None:
    """Fallbacks are tried from the last to the first."""
    if _fallbacks(call):
        _provider(call)["fallback"].reverse()


@request_fault(_CHAT, breaks={"provider.fallback.passes-over"}, gateway=_OF)
def one_fallback_only(call: Call) -> None:
    """Only the first fallback is tried."""
    if _fallbacks(call):
        _provider(call)["fallback"] = _fallbacks(call)[:1]


@request_fault(_CHAT, breaks={"provider.fallback.stream"}, gateway=_OF)
def no_fallback_for_streams(call: Call) -> None:
    """A stream has no fallback."""
    if call.body.get("stream"):
        call.body.pop("provider", None)


@fault(_CHAT, breaks={"provider.fallback.stream"}, gateway=_OF, model="upstream-error")
def failure_told_before_the_fallback(reply: Reply) -> None:
    """The stream of a fallback begins with the error of the model that failed."""
    if reply.events:
        reply.events.insert(0, {"error": {"message": "The model failed.", "type": "server_error", "code": None}})


@request_fault(_CHAT, breaks={"provider.fallback.client-error"}, gateway=_OF, model="text-only")
def fallback_on_client_error(call: Call) -> None:
    """What the model refuses as the caller's mistake is sent on to the fallback."""
    if _fallbacks(call):
        call.body["model"] = _fallbacks(call)[0]


def _provider(call: Call) -> dict[str, Any]:
    found = call.body.get("provider") if isinstance(call.body, dict) else None
    return found if isinstance(found, dict) else {}


def _fallbacks(call: Call) -> list[str]:
    return _provider(call).get("fallback") or []


def _failed(status: int) -> Reply:
    error = {"message": "This is not known.", "type": "invalid_request_error", "param": None, "code": "invalid_value"}
    return Reply.json({"error": error}, status)
