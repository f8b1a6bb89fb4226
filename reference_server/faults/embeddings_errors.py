"""Ways to answer wrong requests for embeddings wrongly."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import change, error_body, fill, in_error, put, status, swap
from reference_server.faults.words.embeddings import FORMAT
from reference_server.faults.words.openai import EMBED
from reference_server.faults.words.situations import UNKNOWN_MODEL, asked, both, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

unjudged = rows(EMBED, request_fault, before="validation")
vectors = rows(EMBED)

_FREE = {"prompt_tokens": 0, "total_tokens": 0}


def _without_input(reply: Reply, call: Call) -> bool:
    return "input" not in call.body and reply.cause == "missing_field"


def _mixed(call: Call) -> bool:
    value = sent(call).get("input")
    return isinstance(value, list) and {str, int} <= {type(one) for one in value}


# The input.
embeddings_of_nothing = unjudged(
    "embeddings.missing-input", "A request without input is served.", fill("input", "nothing")
)
embeddings_without_input_fail = vectors(
    "embeddings.missing-input", "A request without input is answered with 500.", status(500), when=_without_input
)
embeddings_of_numbers = unjudged(
    "embeddings.input-type", "A number as the input is taken as the text of its digits.", change("input", str, int)
)
embeddings_of_objects = unjudged(
    "embeddings.input-type", "An object as the input is taken as its JSON text.", change("input", str, dict)
)
embeddings_of_mixed_input_fail = vectors(
    "embeddings.input-type", "Texts mixed with numbers get a 500.", status(500), when=asked(_mixed)
)
embeddings_of_empty_text = unjudged("embeddings.empty-text", "An empty text has a vector.", swap("input", "", " "))
embeddings_of_empty_text_among_others = unjudged(
    "embeddings.empty-text", "An empty text among others has a vector.", swap("input[]", "", " ")
)
embeddings_of_empty_list = vectors(
    "embeddings.empty-list",
    "An empty list of texts is served, with no vectors.",
    lambda _, call: Reply.json({"object": "list", "data": [], "model": call.body.get("model"), "usage": _FREE}),
    when=asked(lambda call: sent(call).get("input") == []),
)

# Everything else.
embeddings_of_no_model_are_a_conflict = fault(
    EMBED,
    "A request without a model is answered with 409.",
    status(409),
    when=both(refused("missing_field"), asked(lambda call: "model" not in sent(call))),
    breaks={"embeddings.missing-model"},
)
embeddings_of_unknown_model = request_fault(
    EMBED,
    "A request for an unknown model is answered by another one.",
    change("model", lambda name: "embedding" if "no-such" in name else name),
    breaks={"embeddings.unknown-model"},
)
embeddings_of_unknown_model_fail = vectors(
    "embeddings.unknown-model", "A request for an unknown model is answered with 502.", status(502), when=UNKNOWN_MODEL
)
embeddings_in_any_format = unjudged(
    "embeddings.encoding-format",
    "An unknown encoding format is taken as `float`.",
    change(FORMAT, lambda form: form if form in ("float", "base64") else "float"),
)
embeddings_for_strangers = request_fault(
    EMBED,
    "Vectors are served without a credential.",
    lambda call: call.headers.setdefault("authorization", "Bearer sk-ok"),
    breaks={"embeddings.unauthorized"},
    before="authentication",
)
embeddings_error_is_text = vectors(
    "embeddings.error-body",
    "A refusal is a sentence in plain text.",
    error_body(lambda body: body["error"]["message"].encode()),
)
embeddings_error_says_nothing = vectors(
    "embeddings.error-body", "The message of a refusal is empty.", in_error(put("error.message", ""))
)
embeddings_error_without_object = vectors(
    "embeddings.error-body", "`error` is the message itself.", in_error(change("error", lambda error: error["message"]))
)
