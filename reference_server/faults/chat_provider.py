"""Ways to break the routing and the fallback that a request asks for."""

from __future__ import annotations

from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, insert, refuse
from reference_server.faults.words.openai import CHAT, streams
from reference_server.faults.words.situations import asked, sent
from reference_server.wire.call import Call

_OF = "ofox"
chat = rows(CHAT, gateway=_OF)
request = rows(CHAT, request_fault, gateway=_OF)
_FALLBACKS = "provider.fallback"
_refuse = refuse(400, "This is not known.", code="invalid_value")


def _provider(call: Call) -> dict[str, Any]:
    provider = sent(call).get("provider")
    return provider if isinstance(provider, dict) else {}


def _to_fallback(call: Call) -> None:
    """The first fallback takes the place of the model."""
    if _provider(call).get("fallback"):
        call.body["model"] = _provider(call)["fallback"][0]


routing_by_latency_refused = chat(
    "provider.routing",
    "The routing `latency` is refused as unknown.",
    _refuse,
    when=asked(lambda call: _provider(call).get("routing") == "latency"),
)
unknown_routing_ignored = request_fault(
    CHAT,
    "An unknown routing is ignored.",
    drop("provider.routing"),
    breaks={"provider.routing.invalid"},
    gateway=_OF,
    when=lambda call: _provider(call).get("routing") == "no-such-routing",
    before="validation",
)
routing_with_fallback_refused = chat(
    "provider.fallback",
    "A routing and fallbacks cannot be given together.",
    _refuse,
    when=asked(lambda call: {"routing", "fallback"} <= set(_provider(call))),
)
fallback_always_used = request(
    "provider.fallback.unused",
    "The fallback answers even though the model works.",
    _to_fallback,
    when=lambda call: bool(sent(call).get("model") == "gpt-4o-mini"),
)
provider_ignored = request("provider.fallback.serves", "The `provider` of a request is ignored.", drop("provider"))
requested_model_named = chat(
    "provider.fallback.model",
    "`model` names the requested model, although a fallback answered.",
    lambda reply, call: reply.edit(lambda body: body.update(model=call.body["model"])),
    model="upstream-error",
)
fallbacks_tried_backwards = request(
    "provider.fallback.order", "Fallbacks are tried backwards.", change(_FALLBACKS, lambda models: models[::-1], list)
)
one_fallback_only = request(
    "provider.fallback.passes-over", "Only one fallback is tried.", change(_FALLBACKS, lambda models: models[:1], list)
)
no_fallback_for_streams = request(
    "provider.fallback.stream", "A stream has no fallback.", drop("provider"), when=streams
)
failure_told_before_the_fallback = chat(
    "provider.fallback.stream",
    "The stream of a fallback begins with the error of the model that failed.",
    insert(0, {"error": {"message": "The model failed.", "type": "server_error", "code": None}}),
    model="upstream-error",
)
fallback_on_client_error = request(
    "provider.fallback.client-error",
    "A request that the model refuses as the caller's mistake is sent to the fallback as well.",
    _to_fallback,
    model="text-only",
)
