"""Ways to break the list of models, and one model by its name."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_LIST = "listModels"
_ONE = "retrieveModel"


def _entries(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["data"] if reply.ok else []


@fault(_LIST, breaks={"models.answers"})
def models_labelled_as_text(reply: Reply) -> None:
    """The list of models is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_LIST, breaks={"models.list"})
def models_without_object(reply: Reply) -> Reply:
    """The list does not say what it is."""
    return reply.edit(lambda body: body.pop("object") and None)


@fault(_LIST, breaks={"models.answers"})
def models_in_bare_array(reply: Reply) -> Reply:
    """The body is the array of models itself."""
    return reply.edit(lambda body: body["data"])


@fault(_LIST, breaks={"models.id"})
def model_name_empty(reply: Reply) -> None:
    """One model has an empty name."""
    for entry in _entries(reply)[-1:]:
        entry["id"] = ""


@fault(_LIST, breaks={"models.unique"})
def model_listed_twice(reply: Reply) -> None:
    """One model is listed twice."""
    _entries(reply).extend(_entries(reply)[-1:])


@fault(_LIST, breaks={"models.fields"}, gateway="ofox")
def model_created_is_text(reply: Reply) -> None:
    """`created` is a date in text."""
    for entry in _entries(reply):
        entry["created"] = "2026-01-01T00:00:00Z"


@fault(_LIST, breaks={"models.fields"}, gateway="ofox")
def model_without_owner(reply: Reply) -> None:
    """The last model has no `owned_by`."""
    for entry in _entries(reply)[-1:]:
        del entry["owned_by"]


@fault(_LIST, breaks={"models.common-fields"}, gateway="foxora")
def model_without_object(reply: Reply) -> None:
    """Models have the documented fields only."""
    for entry in _entries(reply):
        for name in ("object", "created", "owned_by"):
            del entry[name]


@fault(_LIST, breaks={"models.judged-model"})
def model_unlisted(reply: Reply) -> None:
    """A model that answers is not listed."""
    if reply.ok:
        reply.body["data"] = [entry for entry in _entries(reply) if "gpt-4o-mini" not in entry["id"]]


@fault(_LIST, breaks={"models.naming"}, gateway="ofox")
def models_without_provider(reply: Reply) -> None:
    """No listed name has a provider."""
    if reply.ok:
        reply.body["data"] = [entry for entry in _entries(reply) if "/" not in entry["id"]]


@fault(_ONE, breaks={"models.retrieve"})
def retrieved_model_renamed(reply: Reply, call: Call) -> None:
    """A model without a provider in its name has another name alone than in the list."""
    if reply.ok and "/" not in call.path.removeprefix("/models/"):
        reply.body["id"] = f"models/{reply.body['id']}"


@fault(_ONE, breaks={"models.retrieve.same"})
def retrieved_model_has_other_owner(reply: Reply) -> Reply:
    """A model has another owner alone than in the list."""
    return reply.edit(lambda body: body.update(owned_by="someone-else"))


@request_fault(_ONE, breaks={"models.retrieve.encoded-slash", "models.retrieve.raw-slash"}, before="handler")
def slash_ends_the_name(call: Call) -> None:
    """Only what stands before the slash counts as the name."""
    call.path = "/".join(call.path.split("/")[:3])


@fault(_ONE, breaks={"models.unknown"})
def unknown_model_is_empty(reply: Reply) -> Reply:
    """A model that does not exist is an empty success."""
    return Reply.json({}) if reply.cause == "unknown_model" else reply


@fault(_LIST, breaks={"models.list"})
def models_by_name(reply: Reply) -> Reply:
    """The models are an object, each under its name."""
    return reply.edit(lambda body: body.update(data={entry["id"]: entry for entry in body["data"]}))


@fault(_LIST, breaks={"models.fields"}, gateway="ofox")
def model_created_in_milliseconds(reply: Reply) -> None:
    """`created` of the models counts milliseconds."""
    for entry in _entries(reply):
        entry["created"] *= 1000


@fault(_LIST, breaks={"models.id"})
def model_name_is_a_number(reply: Reply) -> None:
    """One model has a number as its name."""
    for entry in _entries(reply)[-1:]:
        entry["id"] = 4


@fault(_ONE, breaks={"models.retrieve.encoded-slash", "models.retrieve.raw-slash"})
def provider_lost_in_the_name(reply: Reply) -> Reply:
    """A model whose name has a slash is told without its provider."""
    return reply.edit(lambda body: body.update(id=body["id"].rpartition("/")[2]))


@fault(_LIST, breaks={"models.answers"})
def models_of_a_proxy(reply: Reply) -> None:
    """The list of models is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203


@fault(_ONE, breaks={"models.retrieve", "models.retrieve.encoded-slash", "models.retrieve.raw-slash"})
def model_of_a_proxy(reply: Reply) -> None:
    """One model is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203


@fault(_LIST, breaks={"models.fields", "models.retrieve.same"}, gateway="ofox")
def model_is_an_engine(reply: Reply) -> None:
    """The listed models call themselves engines."""
    for entry in _entries(reply):
        entry["object"] = "engine"
