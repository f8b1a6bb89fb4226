"""Ways to break single members of the answer to a request for embeddings."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.embeddings import entries
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_EMBED = "createEmbedding"


@fault(_EMBED, breaks={"embeddings.model"})
def embedding_model_blank(reply: Reply) -> Reply:
    """The name of the model is empty."""
    return reply.edit(lambda body: body.update(model=""))


@fault(_EMBED, breaks={"embeddings.model"})
def embedding_model_is_an_object(reply: Reply) -> Reply:
    """The model is an object."""
    return reply.edit(lambda body: body.update(model={"id": body["model"]}))


@fault(_EMBED, breaks={"embeddings.index"})
def embedding_index_is_a_fraction(reply: Reply) -> None:
    """The entries are numbered 0.0, 1.0, 2.0."""
    for entry in entries(reply):
        entry["index"] = float(entry["index"])


@fault(_EMBED, breaks={"embeddings.usage"})
def embedding_total_as_text(reply: Reply) -> Reply:
    """The total of the tokens is a text."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=str(body["usage"]["total_tokens"])))


@request_fault(_EMBED, breaks={"embeddings.unicode"})
def embeddings_of_question_marks(call: Call) -> None:
    """Of letters outside ASCII the model sees question marks."""
    given = call.body["input"]
    if isinstance(given, list):
        call.body["input"] = [_plain(one) if isinstance(one, str) else one for one in given]
    elif isinstance(given, str):
        call.body["input"] = _plain(given)


def _plain(text: str) -> str:
    return text.encode("ascii", "replace").decode()


@fault(_EMBED, breaks={"embeddings.usage"})
def embedding_usage_as_text(reply: Reply) -> Reply:
    """The tokens of the prompt are a text."""
    return reply.edit(lambda body: body["usage"].update(prompt_tokens=str(body["usage"]["prompt_tokens"])))
