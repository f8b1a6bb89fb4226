"""Ways to break single members of the answer to a request for embeddings."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, put
from reference_server.faults.words.embeddings import INDEX
from reference_server.faults.words.openai import EMBED

vectors = rows(EMBED)


def _in_ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


embedding_model_blank = vectors("embeddings.model", "The name of the model is empty.", put("model", ""))
embedding_model_is_an_object = vectors(
    "embeddings.model", "The model is an object.", change("model", lambda name: {"id": name})
)
embedding_index_is_a_fraction = vectors(
    "embeddings.index", "The entries are numbered 0.0, 1.0, 2.0.", change(INDEX, float)
)
embedding_total_as_text = vectors(
    "embeddings.usage", "The total of the tokens is a text.", change("usage.total_tokens", str)
)
embedding_usage_as_text = vectors(
    "embeddings.usage", "The tokens of the prompt are a text.", change("usage.prompt_tokens", str)
)
embeddings_of_question_marks = request_fault(
    EMBED,
    "Of letters outside ASCII the model sees question marks.",
    change("input", _in_ascii, str) | change("input[]", _in_ascii, str),
    breaks={"embeddings.unicode"},
)
