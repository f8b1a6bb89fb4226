"""Legal differences in embeddings: they break nothing."""

from __future__ import annotations

import random
import textwrap
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import differences
from reference_server.faults.words.edits import Edit, change
from reference_server.faults.words.embeddings import each_vector, entries
from reference_server.faults.words.openai import EMBED
from reference_server.faults.words.situations import asked, both, has, sent, served
from reference_server.protocols.openai.envelope import Envelope
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

vectors = differences(EMBED)


def _refuse(param: str) -> Edit:
    """Answer with the documented refusal of a field."""
    refusal = Refusal("invalid_value", f"The model does not take this {param}.", param)
    return lambda _, call: Envelope(call.contract.gateway["errors"]).reply(refusal)


def _no_text(call: Call) -> bool:
    value = sent(call).get("input")
    return isinstance(value, list) and bool(value) and not isinstance(value[0], str)


embeddings_of_versioned_model = vectors(
    "`model` names the version that served the request.", change("model", "{}-2026-01-01".format)
)
embeddings_dimensions_refused = vectors(
    "The model refuses `dimensions`, and says so.", _refuse("dimensions"), when=both(served, has("dimensions"))
)
embeddings_of_tokens_refused = vectors(
    "The model refuses tokens as its input, and says so.", _refuse("input"), when=both(served, asked(_no_text))
)
embeddings_of_many_texts_refused_by_model = vectors(
    "The model takes fewer texts at once and says so.", _refuse("input"), when=lambda reply, _: len(entries(reply)) > 96
)


@vectors()
def embeddings_with_further_fields(reply: Reply, call: Call) -> Reply:
    """The list has an id and a time, and the usage has counters that are always 0, as some servers send them."""

    def extend(body: dict[str, Any]) -> None:
        body |= {"id": f"embd-{call.id}", "created": 1767225600}
        body["usage"] |= {"completion_tokens": 0, "prompt_tokens_details": None}

    return reply.edit(extend)


@vectors()
def embeddings_not_quite_repeatable(reply: Reply, call: Call) -> None:
    """The same text has slightly different numbers every time, as on many machines."""
    noise = random.Random(reply.headers["x-request-id"])
    if len(entries(reply)) < 100:
        each_vector(lambda vector: [number + noise.gauss(0, 0.0005) for number in vector])(reply, call)


@vectors()
def embeddings_base64_in_lines(reply: Reply) -> None:
    """The base64 of a vector is broken into lines."""
    for entry in entries(reply)[:100]:
        if isinstance(entry["embedding"], str):
            entry["embedding"] = "\r\n".join(textwrap.wrap(entry["embedding"], 76))
