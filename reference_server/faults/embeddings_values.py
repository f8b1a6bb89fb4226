"""Ways to break single members of the answer to a request for embeddings."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, put
from reference_server.faults.words.embeddings import INDEX
from reference_server.faults.words.openai import EMBED


def _in_ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


embedding_model_blank = fault(EMBED, "The name of the model is empty.", put("model", ""), breaks={"embeddings.model"})
embedding_model_is_an_object = fault(
    EMBED, "The model is an object.", change("model", lambda name: {"id": name}), breaks={"embeddings.model"}
)
embedding_index_is_a_fraction = fault(
    EMBED, "The entries are numbered 0.0, 1.0, 2.0.", change(INDEX, float), breaks={"embeddings.index"}
)
embedding_total_as_text = fault(
    EMBED, "The total of the tokens is a text.", change("usage.total_tokens", str), breaks={"embeddings.usage"}
)
embedding_usage_as_text = fault(
    EMBED, "The tokens of the prompt are a text.", change("usage.prompt_tokens", str), breaks={"embeddings.usage"}
)
embeddings_of_question_marks = request_fault(
    EMBED,
    "Of letters outside ASCII the model sees question marks.",
    change("input", _in_ascii, str) | change("input[]", _in_ascii, str),
    breaks={"embeddings.unicode"},
)
