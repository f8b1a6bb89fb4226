"""Legal differences that come from what stands behind a gateway, or before it."""

from __future__ import annotations

from reference_server.faults import request_variation, variation
from reference_server.faults.words.anthropic import MESSAGE
from reference_server.faults.words.edits import answer, drop, fill, insert
from reference_server.faults.words.openai import CHAT, EMBED, VIDEO
from reference_server.faults.words.situations import both, has, served, streamed

_FINDINGS = {"hate": {"filtered": False, "severity": "safe"}}
_REMARK = {
    "id": "",
    "object": "",
    "created": 0,
    "model": "",
    "choices": [],
    "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _FINDINGS}],
}
"""The first event of a stream of Azure OpenAI."""

remark_before_a_stream = variation(
    CHAT, "A stream begins with a chunk that says what a filter found in the prompt.", insert(0, _REMARK), when=streamed
)
nulls_for_what_is_not_there = variation(
    CHAT,
    "A message without tool calls has `tool_calls` null.",
    fill("choices[].message.tool_calls", None) | fill("choices[].message.annotations", None),
)
refused_in_few_words = variation(
    CHAT,
    "What the model cannot do is refused with nothing but a message.",
    answer({"message": "logprobs is not supported by this model"}, 400),
    when=both(served, has("logprobs")),
)

no_model_embeds_with_a_default = request_variation(
    EMBED, "Texts without a model are embedded by a default one.", fill("model", "embedding"), before="validation"
)
no_model_films_with_a_default = request_variation(
    VIDEO,
    "A request for a video without a model is served by a default one.",
    fill("model", "film"),
    gateway="foxapi",
    before="validation",
)
nobody_thinks_aloud = request_variation(MESSAGE, "The model never shows what it is thinking.", drop("thinking"))
