"""Ways to break the list of models, and one model by its name."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Members, answer, change, drop, put, reshape, scale, status
from reference_server.faults.words.media import label
from reference_server.faults.words.openai import MODEL, MODELS
from reference_server.faults.words.situations import asked, refused, served
from reference_server.wire.call import Call

catalogue = partial(fault, MODELS)
retrieval = partial(fault, MODEL)

_SLASHED = {"models.retrieve.encoded-slash", "models.retrieve.raw-slash"}


def _unlist(name: str) -> Members:
    """Leave out the models whose name holds this."""
    return change("data", lambda models: [model for model in models if name not in model["id"]])


# The list.

models_labelled_as_text = catalogue(
    "The list of models is labelled as text.", label("text/plain"), breaks={"models.answers"}
)
models_in_bare_array = catalogue(
    "The body is the array of models itself.", reshape(lambda body: body["data"]), breaks={"models.answers"}
)
models_of_a_proxy = catalogue(
    "The list of models is a 203, as if a proxy had changed it.", status(203), when=served, breaks={"models.answers"}
)
models_without_object = catalogue("The list does not say what it is.", drop("object"), breaks={"models.list"})
models_by_name = catalogue(
    "The models are an object, each under its name.",
    change("data", lambda models: {model["id"]: model for model in models}),
    breaks={"models.list"},
)
model_name_empty = catalogue("One model has an empty name.", put("data[-1].id", ""), breaks={"models.id"})
model_name_is_a_number = catalogue("One model has a number as its name.", put("data[-1].id", 4), breaks={"models.id"})
model_listed_twice = catalogue(
    "One model is listed twice.", change("data", lambda models: models + models[-1:]), breaks={"models.unique"}
)
model_created_is_text = catalogue(
    "`created` is a date in text.",
    put("data[].created", "2026-01-01T00:00:00Z"),
    breaks={"models.fields"},
    gateway="ofox",
)
model_created_in_milliseconds = catalogue(
    "`created` counts milliseconds.", scale("data[].created", 1000), breaks={"models.fields"}, gateway="ofox"
)
model_without_owner = catalogue(
    "The last model has no `owned_by`.", drop("data[-1].owned_by"), breaks={"models.fields"}, gateway="ofox"
)
model_is_an_engine = catalogue(
    "The listed models call themselves engines.",
    put("data[].object", "engine"),
    breaks={"models.fields", "models.retrieve.same"},
    gateway="ofox",
)
model_without_object = catalogue(
    "Models have the documented fields only.",
    drop("data[].object", "data[].created", "data[].owned_by"),
    breaks={"models.common-fields"},
    gateway="foxora",
)
model_unlisted = catalogue(
    "A model that answers is not listed.", _unlist("gpt-4o-mini"), breaks={"models.judged-model"}
)
models_without_provider = catalogue(
    "No listed name has a provider.", _unlist("/"), breaks={"models.naming"}, gateway="ofox"
)

# One model.

retrieved_model_renamed = retrieval(
    "A model without a provider in its name has another name alone than in the list.",
    change("id", "models/{}".format),
    when=asked(lambda call: "/" not in call.path.removeprefix("/models/")),
    breaks={"models.retrieve"},
)
retrieved_model_has_other_owner = retrieval(
    "A model has another owner than in the list.", put("owned_by", "someone-else"), breaks={"models.retrieve.same"}
)
model_of_a_proxy = retrieval(
    "One model is a 203, as if a proxy had changed it.", status(203), when=served, breaks={"models.retrieve", *_SLASHED}
)


@request_fault(MODEL, breaks=_SLASHED)
def slash_ends_the_name(call: Call) -> None:
    """Only what stands before the slash counts as the name."""
    call.path = "/".join(call.path.split("/")[:3])


provider_lost_in_the_name = retrieval(
    "A model whose name has a slash is told without its provider.",
    change("id", lambda name: name.rpartition("/")[2]),
    breaks=_SLASHED,
)
unknown_model_is_empty = retrieval(
    "An unknown model is an empty success.", answer({}), when=refused("unknown_model"), breaks={"models.unknown"}
)

models_empty = catalogue("No model is listed, and one answers.", put("data", []), breaks={"models.not-empty"})
