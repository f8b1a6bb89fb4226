"""Ways to break what headers tell of a fallback."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_OF = "infery"
_CHAIN = "chain"


@request_fault(_CHAT, breaks={"fallback.serves"}, gateway=_OF, model=_CHAIN)
def chain_ignored(call: Call) -> None:
    """A chain that is set for a model is not used."""
    call.headers["x-disable-fallback"] = "true"


@fault(_CHAT, breaks={"fallback.headers.model-used"}, gateway=_OF, model=_CHAIN)
def model_used_untold(reply: Reply) -> None:
    """No header names the model that served after a fallback."""
    reply.headers.pop("x-model-used", None)


@fault(_CHAT, breaks={"fallback.headers.model-used"}, gateway=_OF, model=_CHAIN)
def model_used_is_the_requested(reply: Reply) -> None:
    """The header names the requested model after a fallback."""
    reply.headers["x-model-used"] = _CHAIN


@fault(_CHAT, breaks={"fallback.headers.consistent"}, gateway=_OF)
def model_replaced_in_silence(reply: Reply) -> None:
    """Another model serves, and no header says why."""
    if reply.ok and "x-fallback-from" not in reply.headers:
        reply.headers["x-model-used"] = "claude-sonnet-4-5"


@fault(_CHAT, breaks={"fallback.headers.consistent", "fallback.headers.from"}, gateway=_OF)
def fallback_from_untold(reply: Reply) -> None:
    """No header names the model that was replaced."""
    reply.headers.pop("x-fallback-from", None)


@fault(_CHAT, breaks={"fallback.headers.from"}, gateway=_OF, model=_CHAIN)
def fallback_from_is_the_used(reply: Reply) -> None:
    """`x-fallback-from` names the model that served."""
    if reply.ok:
        reply.headers["x-fallback-from"] = reply.headers["x-model-used"]


@fault(_CHAT, breaks={"fallback.headers.from-absent"}, gateway=_OF)
def fallback_from_always(reply: Reply, call: Call) -> None:
    """`x-fallback-from` is on every answer."""
    if reply.ok:
        reply.headers["x-fallback-from"] = call.body["model"]


@fault(_CHAT, breaks={"fallback.headers.depth"}, gateway=_OF)
def depth_untold(reply: Reply) -> None:
    """No header tells how many fallbacks were tried."""
    reply.headers.pop("x-fallback-depth", None)


@fault(_CHAT, breaks={"fallback.headers.depth"}, gateway=_OF, model=_CHAIN)
def depth_counted_from_0(reply: Reply) -> None:
    """The first fallback has the depth 0."""
    if reply.ok:
        reply.headers["x-fallback-depth"] = "0"


@fault(_CHAT, breaks={"fallback.headers.depth"}, gateway=_OF)
def depth_of_every_answer(reply: Reply) -> None:
    """An answer without a fallback has the depth 1."""
    if reply.ok and "x-fallback-from" not in reply.headers:
        reply.headers["x-fallback-depth"] = "1"
