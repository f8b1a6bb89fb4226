"""Legal differences in embeddings: they break nothing."""

from __future__ import annotations

import random
import textwrap
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import variation
from reference_server.faults.embeddings import change_vectors, entries
from reference_server.protocols.openai.envelope import Envelope
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_EMBED = "createEmbedding"


@variation(_EMBED)
def embeddings_with_further_fields(reply: Reply, call: Call) -> Reply:
    """The list has an id and a time, and the usage has counters that are always 0, as some servers send them."""

    def extend(body: dict[str, Any]) -> None:
        body |= {"id": f"embd-{call.id}", "created": 1767225600}
        body["usage"] |= {"completion_tokens": 0, "prompt_tokens_details": None}

    return reply.edit(extend)


@variation(_EMBED)
def embeddings_of_versioned_model(reply: Reply) -> Reply:
    """`model` names the version that served."""
    return reply.edit(lambda body: body.update(model=f"{body['model']}-2026-01-01"))


@variation(_EMBED)
def embeddings_not_quite_repeatable(reply: Reply) -> None:
    """The same text has slightly different numbers every time, as on many machines."""
    noise = random.Random(reply.headers["x-request-id"])
    if len(entries(reply)) < 100:
        change_vectors(reply, lambda vector: [number + noise.gauss(0, 0.0005) for number in vector])


@variation(_EMBED)
def embeddings_base64_in_lines(reply: Reply) -> None:
    """Base64 is broken into lines."""
    for entry in entries(reply)[:100]:
        if isinstance(entry["embedding"], str):
            entry["embedding"] = "\r\n".join(textwrap.wrap(entry["embedding"], 76))


@variation(_EMBED)
def embeddings_dimensions_refused(reply: Reply, call: Call) -> Reply:
    """The model cannot shorten its vectors and says so."""
    return _refused(reply, call, "dimensions") if "dimensions" in call.body else reply


@variation(_EMBED)
def embeddings_of_tokens_refused(reply: Reply, call: Call) -> Reply:
    """The model does not take tokens and says so."""
    given = call.body.get("input")
    tokens = isinstance(given, list) and given and not isinstance(given[0], str)
    return _refused(reply, call, "input") if tokens else reply


@variation(_EMBED)
def embeddings_of_many_texts_refused_by_model(reply: Reply, call: Call) -> Reply:
    """The model takes fewer texts at once and says so."""
    return _refused(reply, call, "input") if len(entries(reply)) > 96 else reply


def _refused(reply: Reply, call: Call, param: str) -> Reply:
    """The refusal that stands for a success."""
    refusal = Refusal("invalid_value", f"The model does not take this {param}.", param)
    return Envelope(call.contract.gateway["errors"]).reply(refusal) if reply.ok else reply
