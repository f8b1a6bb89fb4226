"""How the models of the Anthropic protocol may legally differ."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences
from reference_server.faults.words.edits import answer, each
from reference_server.faults.words.situations import served

listing = differences("listAnthropicModels", when=served)

_OF_OPENAI = {"object": "list", "data": [{"id": "gpt-4o", "object": "model", "created": 1, "owned_by": "openai"}]}


def _more(entry: dict[str, Any]) -> None:
    entry.update(max_input_tokens=200_000, created_at="1970-01-01T00:00:00+00:00")


claude_with_further_members = listing("A model has further members.", each("data[]", _more))
models_of_openai_below_anthropic = listing(
    "The models are listed in the OpenAI dialect, as below the other base URL.", answer(_OF_OPENAI)
)
