"""Ways to answer wrong requests for embeddings wrongly."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_EMBED = "createEmbedding"


@request_fault(_EMBED, breaks={"embeddings.missing-input"}, before="validation")
def embeddings_of_nothing(call: Call) -> None:
    """A request without input is served."""
    call.body.setdefault("input", "nothing")


@fault(_EMBED, breaks={"embeddings.missing-input"})
def embeddings_without_input_fail(reply: Reply, call: Call) -> None:
    """A request without input is the server's failure."""
    if "input" not in call.body and reply.cause == "missing_field":
        reply.status = 500


@request_fault(_EMBED, breaks={"embeddings.missing-model"}, before="validation")
def embeddings_of_default_model(call: Call) -> None:
    """A request without a model is served by some model."""
    call.body.setdefault("model", "embedding")


@request_fault(_EMBED, breaks={"embeddings.input-type"}, before="validation")
def embeddings_of_numbers(call: Call) -> None:
    """A number counts as its digits."""
    if isinstance(call.body.get("input"), int):
        call.body["input"] = str(call.body["input"])


@request_fault(_EMBED, breaks={"embeddings.input-type"}, before="validation")
def embeddings_of_objects(call: Call) -> None:
    """Any value counts as its JSON text."""
    if isinstance(call.body.get("input"), dict):
        call.body["input"] = str(call.body["input"])


@fault(_EMBED, breaks={"embeddings.input-type"})
def embeddings_of_mixed_input_fail(reply: Reply, call: Call) -> None:
    """Texts and numbers in one array are the server's failure."""
    given = call.body.get("input")
    if isinstance(given, list) and {str, int} <= {type(one) for one in given}:
        reply.status = 500


@request_fault(_EMBED, breaks={"embeddings.empty-text"}, before="validation")
def embeddings_of_empty_text(call: Call) -> None:
    """An empty text has a vector."""
    if call.body.get("input") == "":
        call.body["input"] = " "


@request_fault(_EMBED, breaks={"embeddings.empty-text"}, before="validation")
def embeddings_of_empty_text_among_others(call: Call) -> None:
    """An empty text among others has a vector."""
    if isinstance(call.body.get("input"), list):
        call.body["input"] = [text or " " for text in call.body["input"]]


@fault(_EMBED, breaks={"embeddings.empty-list"})
def embeddings_of_empty_list(reply: Reply, call: Call) -> Reply:
    """No texts give no vectors."""
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    empty = Reply.json({"object": "list", "data": [], "model": call.body.get("model"), "usage": usage})
    return empty if call.body.get("input") == [] else reply


@request_fault(_EMBED, breaks={"embeddings.encoding-format"}, before="validation")
def embeddings_in_any_format(call: Call) -> None:
    """A format that does not exist counts as `float`."""
    if call.body.get("encoding_format") not in ("float", "base64"):
        call.body.pop("encoding_format", None)


@request_fault(_EMBED, breaks={"embeddings.unknown-model"}, before="handler")
def embeddings_of_unknown_model(call: Call) -> None:
    """A model that does not exist gives way to another one."""
    if "no-such" in call.body["model"]:
        call.body["model"] = "embedding"


@fault(_EMBED, breaks={"embeddings.unknown-model"})
def embeddings_of_unknown_model_fail(reply: Reply) -> None:
    """A model that does not exist is the provider's failure."""
    if reply.cause == "unknown_model":
        reply.status = 502


@request_fault(_EMBED, breaks={"embeddings.unauthorized"}, before="authentication")
def embeddings_for_strangers(call: Call) -> None:
    """No credential is needed."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@fault(_EMBED, breaks={"embeddings.error-body"})
def embeddings_error_is_text(reply: Reply) -> Reply:
    """A refusal is a sentence."""
    return reply.edit_error(lambda body: body["error"]["message"].encode())


@fault(_EMBED, breaks={"embeddings.error-body"})
def embeddings_error_says_nothing(reply: Reply) -> Reply:
    """The message of a refusal is empty."""
    return reply.edit_error(lambda body: body["error"].update(message=""))


@fault(_EMBED, breaks={"embeddings.error-body"})
def embeddings_error_without_object(reply: Reply) -> Reply:
    """The error is its message."""
    return reply.edit_error(lambda body: {"error": body["error"]["message"]})
