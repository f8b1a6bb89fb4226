"""Every operation has all that it needs: what is missing is listed at once, each with the file to write it in."""

from __future__ import annotations

import gateway_contract
from gateway_contract import Contract
from gateway_contract._build import build

from .checklist import missing

BARE = {
    "post": {
        "operationId": "createNothing",
        "requestBody": {
            "content": {"application/json": {"schema": {"type": "object", "properties": {"model": {"type": "string"}}}}}
        },
        "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
    }
}
LACKS = (
    *("handler", "tag", "example of its request as application/json", "example of its answer 200 as application/json"),
    *("answer 401, 429, 5XX", "model name", "requirement", "feature"),
)


def test_every_operation_is_complete() -> None:
    """A handler, examples, a model, requirements with checks and faults, a feature and a profile."""
    lists: dict[str, dict[str, None]] = {}
    for name in (None, *gateway_contract.names()):
        for operation, lacks in missing(gateway_contract.load(name)).items():
            lists.setdefault(operation, {}).update(dict.fromkeys(lacks))

    assert not lists, "".join(f"\n\n{operation} has\n  " + "\n  ".join(lacks) for operation, lacks in lists.items())


def test_bare_operation_is_told_all_at_once() -> None:
    """An operation that stands in the document and nowhere else lacks everything, each with a file."""
    document = build("openai")
    document["paths"]["/nothing"] = BARE

    lists = missing(Contract("openai", document))

    assert list(lists) == ["createNothing"]
    assert [lack.removeprefix("no ").partition(":")[0] for lack in lists["createNothing"]] == list(LACKS)
    assert all(": " in lack for lack in lists["createNothing"])


def test_features_are_missed() -> None:
    """A gateway that has an operation and claims nothing of it would not be judged there."""
    document = build("openai")
    document["x-gateway"]["features"] = ["chat"]

    lists = missing(Contract("openai", document))

    assert "no feature that openai claims: embeddings, " in lists["createEmbedding"][0]
    assert "createChatCompletion" not in lists
