"""Ways to break the routing and the fallback that a request asks for."""

from __future__ import annotations

from functools import partial
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, insert, refuse
from reference_server.faults.words.openai import CHAT, streams
from reference_server.faults.words.situations import asked, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_OF = "ofox"
_fault = partial(fault, CHAT, gateway=_OF)
_request_fault = partial(request_fault, CHAT, gateway=_OF)
_FALLBACKS = "provider.fallback"
_refuse = refuse(400, "This is not known.", code="invalid_value")


def _provider(call: Call) -> dict[str, Any]:
    provider = sent(call).get("provider")
    return provider if isinstance(provider, dict) else {}


def _to_fallback(call: Call) -> None:
    """The first fallback takes the place of the model."""
    if _provider(call).get("fallback"):
        call.body["model"] = _provider(call)["fallback"][0]


routing_by_latency_refused = _fault(
    "The routing `latency` is refused as unknown.",
    _refuse,
    when=asked(lambda call: _provider(call).get("routing") == "latency"),
    breaks={"provider.routing"},
)
unknown_routing_ignored = _request_fault(
    "An unknown routing is ignored.",
    drop("provider.routing"),
    when=lambda call: _provider(call).get("routing") == "no-such-routing",
    breaks={"provider.routing.invalid"},
    before="validation",
)
routing_with_fallback_refused = fault(
    CHAT,
    "A routing and fallbacks cannot be given together.",
    _refuse,
    when=asked(lambda call: {"routing", "fallback"} <= set(_provider(call))),
    breaks={"provider.fallback"},
    gateway=_OF,
)
fallback_always_used = _request_fault(
    "The fallback answers even though the model works.",
    _to_fallback,
    when=lambda call: bool(sent(call).get("model") == "gpt-4o-mini"),
    breaks={"provider.fallback.unused"},
)
provider_ignored = _request_fault("`provider` is dropped.", drop("provider"), breaks={"provider.fallback.serves"})


@fault(CHAT, breaks={"provider.fallback.model"}, gateway=_OF, model="upstream-error")
def requested_model_named(reply: Reply, call: Call) -> Reply:
    """`model` names the requested model, although a fallback answered."""
    return reply.edit(lambda body: body.update(model=call.body["model"]))


fallbacks_tried_backwards = _request_fault(
    "Fallbacks are tried from the last to the first.",
    change(_FALLBACKS, lambda models: models[::-1], list),
    breaks={"provider.fallback.order"},
)
one_fallback_only = _request_fault(
    "Only the first fallback is tried.",
    change(_FALLBACKS, lambda models: models[:1], list),
    breaks={"provider.fallback.passes-over"},
)
no_fallback_for_streams = _request_fault(
    "A stream has no fallback.", drop("provider"), when=streams, breaks={"provider.fallback.stream"}
)
failure_told_before_the_fallback = _fault(
    "The stream of a fallback begins with the error of the model that failed.",
    insert(0, {"error": {"message": "The model failed.", "type": "server_error", "code": None}}),
    breaks={"provider.fallback.stream"},
    model="upstream-error",
)
fallback_on_client_error = _request_fault(
    "What the model refuses as the caller's mistake is sent on to the fallback.",
    _to_fallback,
    breaks={"provider.fallback.client-error"},
    model="text-only",
)
