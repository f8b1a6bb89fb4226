"""How checks configure answers in the Gemini protocol, and what JSON they demand."""

from __future__ import annotations

from typing import Any

import jsonschema

from conformance.wire.exchange import decoded
from conformance.words.check import inconclusive
from conformance.words.gemini.contents import Generated, GeneratedStream
from conformance.words.samples.formats import KINDS

LIMIT = 24
LIST = "Count from 1 to 200, in digits, separated by commas. Write the numbers and nothing else."
UP_TO_NINE = "Count from 1 to 9, in digits, separated by commas. Write the numbers and nothing else."
BOOK = "Describe the book Moby-Dick as JSON with title, pages and lent."
FIELDS = ("title", "pages", "lent", "kind")
SCHEMA = {
    "type": "OBJECT",
    "properties": {
        "title": {"type": "STRING"},
        "pages": {"type": "INTEGER"},
        "lent": {"type": "BOOLEAN"},
        "kind": {"type": "STRING", "enum": KINDS},
    },
    "required": list(FIELDS),
}
JSON_SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "pages": {"type": "integer"},
        "lent": {"type": "boolean"},
        "kind": {"type": "string", "enum": KINDS},
    },
    "required": list(FIELDS),
}
JSON = {"responseMimeType": "application/json"}


def value_of(answer: Generated | GeneratedStream) -> Any:
    """The JSON that an answer holds, which has to be some unless it was cut off."""
    ended = answer.candidate.get("finishReason") if isinstance(answer, Generated) else answer.finish_reasons[-1:]
    if ended in ("MAX_TOKENS", ["MAX_TOKENS"]):
        inconclusive("the answer was cut off")
    value = decoded(answer.text)
    assert value is not None, f"the text is no JSON: {answer.text:.160}"
    return value


def demand_book(answer: Generated | GeneratedStream) -> None:
    """Demands that the JSON of an answer satisfies the schema."""
    value = value_of(answer)
    problem = next(jsonschema.Draft202012Validator(JSON_SCHEMA).iter_errors(value), None)
    assert problem is None, f"the text breaks the schema: {problem.message:.160}"
