"""Ways to break what shapes an answer of the Anthropic protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.anthropic import MESSAGE, refuse, says, unclear, whole_asked, without_blocks
from reference_server.faults.words.edits import change, drop, put, swap
from reference_server.faults.words.situations import asks, has
from reference_server.faults.words.typed import typed
from reference_server.wire.reply import Reply

_THINKING = {"anthropic.thinking"}

top_k_refused = fault(
    MESSAGE,
    "`top_k` is refused, although it is documented.",
    refuse(),
    when=has("top_k"),
    breaks={"anthropic.sampling"},
    gateway="ofox",
)
stop_sequences_ignored = request_fault(
    MESSAGE,
    "Stop sequences of a whole answer are dropped.",
    drop("stop_sequences"),
    when=whole_asked,
    breaks={"anthropic.stop"},
)


@fault(MESSAGE, breaks={"anthropic.stop.named"})
def stop_told_as_end(reply: Reply) -> Reply:
    """An answer that a stop sequence ended pretends to have ended by itself, and names the sequence."""
    return reply.edit(lambda body: body.update(stop_reason="end_turn") if body["stop_sequence"] else None)


stop_sequence_not_told = fault(
    MESSAGE, "No answer says which stop sequence ended it.", put("stop_sequence", None), breaks={"anthropic.stop.named"}
)
metadata_refused = fault(
    MESSAGE,
    "`metadata` is refused, although it is documented.",
    refuse(),
    when=has("metadata"),
    breaks={"anthropic.metadata"},
    gateway="foxapi",
)
cache_control_refused = fault(
    MESSAGE,
    "A mark for the cache is an unknown field.",
    unclear,
    when=asks("cache_control"),
    breaks={"anthropic.cache-control"},
)
image_blocks_fail = fault(
    MESSAGE,
    "An image is refused without an error object.",
    unclear,
    when=asks('"image"'),
    breaks={"anthropic.vision"},
)
image_blocks_dropped = request_fault(
    MESSAGE,
    "Images do not reach the model.",
    without_blocks(lambda block: block["type"] == "image"),
    breaks={"anthropic.vision.counted"},
)
pdf_fails = fault(
    MESSAGE,
    "A PDF is refused without an error object.",
    unclear,
    when=asks("application/pdf"),
    breaks={"anthropic.documents"},
)
documents_dropped = request_fault(
    MESSAGE,
    "Documents do not reach the model.",
    without_blocks(lambda block: block["type"] == "document"),
    breaks={"anthropic.documents.counted"},
)

thinking_ignored = request_fault(
    MESSAGE, "`thinking` of a whole answer is dropped.", drop("thinking"), when=whole_asked, breaks=_THINKING
)
thinking_unsigned = fault(
    MESSAGE, "Thinking has no signature.", typed("content[]", "thinking", put("signature", "")), breaks=_THINKING
)
thinking_called_reasoning = fault(
    MESSAGE, "Thinking has the type `reasoning`.", swap("content[].type", "thinking", "reasoning"), breaks=_THINKING
)
thinking_null = fault(
    MESSAGE,
    "Thinking is signed and has no words.",
    typed("content[]", "thinking", put("thinking", None)),
    breaks=_THINKING,
)
thinking_alone = fault(
    MESSAGE,
    "A model that thinks says nothing, and ends as if it had.",
    change("content", lambda blocks: [block for block in blocks if block["type"] == "thinking"] or blocks),
    breaks=_THINKING,
)
thinking_in_history_fails = fault(
    MESSAGE,
    "A turn with thinking is refused without an error object.",
    unclear,
    when=says("'signature'"),
    breaks={"anthropic.thinking.returned"},
)
