"""Ways to answer wrong requests for embeddings wrongly."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, error_body, fill, in_error, put, status, swap
from reference_server.faults.words.embeddings import FORMAT
from reference_server.faults.words.openai import EMBED
from reference_server.faults.words.situations import UNKNOWN_MODEL, asked, both, refused, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_FREE = {"prompt_tokens": 0, "total_tokens": 0}


def _without_input(reply: Reply, call: Call) -> bool:
    return "input" not in call.body and reply.cause == "missing_field"


def _message(error: dict[str, Any]) -> str:
    return error["message"]


def _words(body: dict[str, Any]) -> bytes:
    return body["error"]["message"].encode()


def _mixed(call: Call) -> bool:
    value = sent(call).get("input")
    return isinstance(value, list) and {str, int} <= {type(one) for one in value}


# The input.
embeddings_of_nothing = request_fault(
    EMBED, "No input is needed.", fill("input", "nothing"), breaks={"embeddings.missing-input"}, before="validation"
)
embeddings_without_input_fail = fault(
    EMBED, "No input is a 500.", status(500), when=_without_input, breaks={"embeddings.missing-input"}
)
embeddings_of_numbers = request_fault(
    EMBED, "A number is text.", change("input", str, int), breaks={"embeddings.input-type"}, before="validation"
)
embeddings_of_objects = request_fault(
    EMBED, "An object is text.", change("input", str, dict), breaks={"embeddings.input-type"}, before="validation"
)
embeddings_of_mixed_input_fail = fault(
    EMBED, "Texts among numbers are a 500.", status(500), when=asked(_mixed), breaks={"embeddings.input-type"}
)
embeddings_of_empty_text = request_fault(
    EMBED, "An empty text has a vector.", swap("input", "", " "), breaks={"embeddings.empty-text"}, before="validation"
)
embeddings_of_empty_text_among_others = request_fault(
    EMBED,
    "A list may hold empty text.",
    swap("input[]", "", " "),
    breaks={"embeddings.empty-text"},
    before="validation",
)
embeddings_of_empty_list = fault(
    EMBED,
    "No texts give no vectors.",
    lambda _, call: Reply.json({"object": "list", "data": [], "model": call.body.get("model"), "usage": _FREE}),
    when=asked(lambda call: sent(call).get("input") == []),
    breaks={"embeddings.empty-list"},
)

# Everything else.
embeddings_of_no_model_are_a_conflict = fault(
    EMBED,
    "A request without a model is a 409.",
    status(409),
    when=both(refused("missing_field"), asked(lambda call: "model" not in sent(call))),
    breaks={"embeddings.missing-model"},
)
embeddings_of_unknown_model = request_fault(
    EMBED,
    "A model that does not exist gives way to another one.",
    change("model", lambda name: "embedding" if "no-such" in name else name),
    breaks={"embeddings.unknown-model"},
)
embeddings_of_unknown_model_fail = fault(
    EMBED, "An unknown model is a 502.", status(502), when=UNKNOWN_MODEL, breaks={"embeddings.unknown-model"}
)
embeddings_in_any_format = request_fault(
    EMBED,
    "A format that does not exist counts as `float`.",
    change(FORMAT, lambda form: form if form in ("float", "base64") else "float"),
    breaks={"embeddings.encoding-format"},
    before="validation",
)
embeddings_for_strangers = request_fault(
    EMBED,
    "No credential is needed.",
    lambda call: call.headers.setdefault("authorization", "Bearer sk-ok"),
    breaks={"embeddings.unauthorized"},
    before="authentication",
)
embeddings_error_is_text = fault(EMBED, "A refusal is text.", error_body(_words), breaks={"embeddings.error-body"})
embeddings_error_says_nothing = fault(
    EMBED, "The message of a refusal is empty.", in_error(put("error.message", "")), breaks={"embeddings.error-body"}
)
embeddings_error_without_object = fault(
    EMBED, "The error is its message.", in_error(change("error", _message)), breaks={"embeddings.error-body"}
)
