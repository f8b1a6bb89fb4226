"""Ways to break what headers say about a fallback."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import header
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import both, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_OF, _CHAIN = "infery", "chain"
chain = rows(CHAT, gateway=_OF, model=_CHAIN)
chat = rows(CHAT, gateway=_OF)
_USED, _FROM, _DEPTH = "x-model-used", "x-fallback-from", "x-fallback-depth"
_DEPTH_BROKEN = {"fallback.headers.depth"}
_not_replaced = both(served, lambda reply, _: _FROM not in reply.headers)


@request_fault(CHAT, breaks={"fallback.serves"}, gateway=_OF, model=_CHAIN)
def chain_ignored(call: Call) -> None:
    """A chain that is set for a model is not used."""
    call.headers["x-disable-fallback"] = "true"


model_used_untold = chain(
    "fallback.headers.model-used", "After a fallback no header names the model that served.", header(_USED, None)
)
model_used_is_the_requested = chain(
    "fallback.headers.model-used", "After a fallback the header names the requested model.", header(_USED, _CHAIN)
)
model_replaced_in_silence = chat(
    "fallback.headers.consistent",
    "Another model serves unannounced.",
    header(_USED, "claude-sonnet-4-5"),
    when=_not_replaced,
)
fallback_from_untold = chat(
    "fallback.headers.consistent fallback.headers.from", "No header names the replaced model.", header(_FROM, None)
)


@chain("fallback.headers.from")
def fallback_from_is_the_used(reply: Reply) -> None:
    """`x-fallback-from` names the model that served."""
    if reply.ok:
        reply.headers[_FROM] = reply.headers[_USED]


@chat("fallback.headers.from-absent")
def fallback_from_always(reply: Reply, call: Call) -> None:
    """`x-fallback-from` is on every answer."""
    if reply.ok:
        reply.headers[_FROM] = call.body["model"]


depth_untold = chat("fallback.headers.depth", "No header says how many fallbacks were tried.", header(_DEPTH, None))
depth_counted_from_0 = chain(
    "fallback.headers.depth", "The first fallback has the depth 0.", header(_DEPTH, "0"), when=served
)
depth_of_every_answer = chat(
    "fallback.headers.depth", "An answer without a fallback has the depth 1.", header(_DEPTH, "1"), when=_not_replaced
)
