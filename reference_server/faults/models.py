"""Ways to break the list of models, and one model by its name."""

from __future__ import annotations

from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Members, answer, change, drop, label, put, reshape, scale, status
from reference_server.faults.words.openai import MODEL, MODELS
from reference_server.faults.words.situations import asked, refused, served
from reference_server.wire.call import Call

models = rows(MODELS)
model = rows(MODEL)

_SLASHED = "models.retrieve.encoded-slash models.retrieve.raw-slash"


def _unlist(name: str) -> Members:
    """Leave out the models whose name holds this."""
    return change("data", lambda models: [model for model in models if name not in model["id"]])


def _bare_after(place: int) -> Members:
    """Leave the provider out of the names from that place on; a name that would come twice is left out."""

    def bare(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
        named = {one["id"].rpartition("/")[2]: one for one in models[place:]}
        return models[:place] + [{**one, "id": name, "owned_by": "reference"} for name, one in named.items()]

    return change("data", bare)


# The list.
models_labelled_as_text = models("models.answers", "The list of models is labelled as text.", label("text/plain"))
models_in_bare_array = models(
    "models.answers", "The list of models is a bare array.", reshape(lambda body: body["data"])
)
models_of_a_proxy = models(
    "models.answers", "The list of models is answered with 203, as if a proxy had changed it.", status(203), when=served
)
models_without_object = models("models.list", "The list of models has no `object`.", drop("object"))
models_by_name = models(
    "models.list",
    "The list of models is an object, with their names as its keys.",
    change("data", lambda models: {model["id"]: model for model in models}),
)
model_name_empty = models("models.id", "One model has an empty name.", put("data[-1].id", ""))
model_name_is_a_number = models("models.id", "One model has a number as its name.", put("data[-1].id", 4))
model_listed_twice = models(
    "models.unique", "One model is listed twice.", change("data", lambda models: models + models[-1:])
)
model_created_is_text = models(
    "models.fields", "`created` is a date string.", put("data[].created", "2026-01-01T00:00:00Z"), gateway="ofox"
)
model_created_in_milliseconds = models(
    "models.fields", "`created` of the models is in milliseconds.", scale("data[].created", 1000), gateway="ofox"
)
model_without_owner = models(
    "models.fields", "The last model has no `owned_by`.", drop("data[-1].owned_by"), gateway="ofox"
)
model_is_an_engine = models(
    "models.fields models.retrieve.same",
    "The `object` of a listed model is `engine`.",
    put("data[].object", "engine"),
    gateway="ofox",
)
model_without_object = models(
    "models.common-fields",
    "Listed models have only the documented fields, not those that clients expect.",
    drop("data[].object", "data[].created", "data[].owned_by"),
    gateway="foxora",
)
model_unlisted = models("models.judged-model", "A model that answers is missing from the list.", _unlist("gpt-4o-mini"))
models_without_provider = models(
    "models.naming", "No listed name includes its provider.", _bare_after(0), gateway="ofox"
)
models_bare_but_one = models(
    "models.naming", "Only the first listed name includes its provider.", _bare_after(1), gateway="ofox"
)

# One model.
retrieved_model_renamed = model(
    "models.retrieve",
    "A retrieved model without a provider in its name has another name than in the list.",
    change("id", "models/{}".format),
    when=asked(lambda call: "/" not in call.path.removeprefix("/models/")),
)
retrieved_model_has_other_owner = model(
    "models.retrieve.same", "A retrieved model has another owner than in the list.", put("owned_by", "someone-else")
)
model_of_a_proxy = model(
    f"models.retrieve {_SLASHED}",
    "A retrieved model has status 203, as if a proxy had changed it.",
    status(203),
    when=served,
)


@request_fault(MODEL, breaks=_SLASHED.split())
def slash_ends_the_name(call: Call) -> None:
    """A model whose name has a slash is looked up by the part before it."""
    call.path = "/".join(call.path.split("/")[:3])


provider_lost_in_the_name = model(
    _SLASHED, "A model whose name has a slash loses its provider.", change("id", lambda name: name.rpartition("/")[2])
)
unknown_model_is_empty = model(
    "models.unknown", "An unknown model gets an empty success.", answer({}), when=refused("unknown_model")
)
models_empty = models("models.not-empty", "The list of models is empty, although one answers.", put("data", []))
