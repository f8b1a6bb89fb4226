"""Ways to break what headers say about a fallback."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import header
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import both, served

_OF, _CHAIN = "infery", "chain"
chain = rows(CHAT, gateway=_OF, model=_CHAIN)
chat = rows(CHAT, gateway=_OF)
_USED, _FROM, _DEPTH = "x-model-used", "x-fallback-from", "x-fallback-depth"
_DEPTH_BROKEN = {"fallback.headers.depth"}
_not_replaced = both(served, lambda reply, _: _FROM not in reply.headers)


chain_ignored = request_fault(
    CHAT,
    "The fallbacks that are set for a model are not used.",
    lambda call: call.headers.update({"x-disable-fallback": "true"}),
    breaks={"fallback.serves"},
    gateway=_OF,
    model=_CHAIN,
)
model_used_untold = chain(
    "fallback.headers.model-used", "After a fallback no header names the model that served.", header(_USED, None)
)
model_used_is_the_requested = chain(
    "fallback.headers.model-used", "After a fallback the header names the requested model.", header(_USED, _CHAIN)
)
model_replaced_in_silence = chat(
    "fallback.headers.consistent",
    "A request is served by another model, and no header says so.",
    header(_USED, "claude-sonnet-4-5"),
    when=_not_replaced,
)
fallback_from_untold = chat(
    "fallback.headers.consistent fallback.headers.from", "No header names the replaced model.", header(_FROM, None)
)
fallback_from_is_the_used = chain(
    "fallback.headers.from",
    "`x-fallback-from` names the model that served.",
    lambda reply, _: reply.headers.update({_FROM: reply.headers[_USED]}),
    when=served,
)
fallback_from_always = chat(
    "fallback.headers.from-absent",
    "`x-fallback-from` is sent with every answer.",
    lambda reply, call: reply.headers.update({_FROM: call.body["model"]}),
    when=served,
)
depth_untold = chat("fallback.headers.depth", "No header says how many fallbacks were tried.", header(_DEPTH, None))
depth_counted_from_0 = chain(
    "fallback.headers.depth", "An answer of the first fallback has the depth 0.", header(_DEPTH, "0"), when=served
)
depth_of_every_answer = chat(
    "fallback.headers.depth", "An answer without a fallback has the depth 1.", header(_DEPTH, "1"), when=_not_replaced
)
