"""The requests of the Anthropic and the Gemini protocol that others are made from: where they go, and the plainest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from conformance.words.anthropic.messages import VERSION, Anthropic
from conformance.words.ask import CREDENTIALS, MAX_TOKENS, OMIT, Ask
from conformance.words.gemini import embeddings
from conformance.words.gemini.contents import Gemini
from conformance.words.openai.embeddings import TEXTS
from gateway_contract import Contract, Operation

VERSIONED = re.compile(r"^/v\d\w*/")
CONFIG, LIMIT = "generationConfig", "maxOutputTokens"
Parts = tuple[str, dict[str, str], dict[str, Any]]
"""The path of a request, its headers, and the plainest body."""


def request(ask: Ask, contract: Contract, operation: Operation) -> Parts:
    """Where an operation is asked, and the plainest that it has to take.

    Raises `Unsupported` or `Inconclusive` when no model is known for it.
    """
    credential = _credential(contract, operation)
    if operation.protocol == "anthropic":
        asking = Anthropic(ask, credential)
        asking.demand_model()
        rest = {} if operation.id == "createMessage" else {MAX_TOKENS: OMIT}
        return operation.path, CREDENTIALS[credential] | {"anthropic-version": VERSION}, asking.body(**rest)
    gemini = Gemini(ask, credential)
    name = embeddings.model_of(gemini) if _embeds(operation) else gemini.model
    path = operation.path.replace("{model}", quote(name, safe="/"))
    return path + ("?alt=sse" if "alt" in operation.query else ""), CREDENTIALS[credential], _plain(operation, gemini)


def credentials(contract: Contract, operation: Operation) -> dict[str, str]:
    """The headers that carry the key, in the first way that the gateway documents for the protocol."""
    return CREDENTIALS[_credential(contract, operation)]


def headers(contract: Contract, operation: Operation) -> dict[str, str]:
    """The headers that carry the key, and the first documented value of those that have to be there."""
    required = {name: operation.headers[name] for name in operation.required_headers}
    return credentials(contract, operation) | {name: one["enum"][0] for name, one in required.items() if "enum" in one}


def gemini(contract: Contract, ask: Ask) -> Gemini:
    """Asks the target in the Gemini protocol."""
    return Gemini(ask, str(contract.gateway["protocols"]["gemini"]["credentials"][0]))


def _credential(contract: Contract, operation: Operation) -> str:
    return str(contract.gateway["protocols"][operation.protocol]["credentials"][0])


def first_of_versions(operations: Iterable[Operation]) -> list[Operation]:
    """The operations, each under the first of the versions that its path may begin with."""
    first: dict[tuple[str, str, str], Operation] = {}
    for one in operations:
        first.setdefault((one.protocol, one.method, VERSIONED.sub("/", one.path)), one)
    return list(first.values())


def cap(operation: Operation, tokens: int) -> dict[str, Any]:
    """What limits the tokens of an answer, where a request may lack a limit."""
    return {CONFIG: {LIMIT: tokens}} if CONFIG in operation.request_schema().get("properties", {}) else {}


def fitted(example: dict[str, Any], plain: dict[str, Any], tokens: int) -> dict[str, Any]:
    """An example of the contract, asked of the model that the plainest request names, with few tokens to answer."""
    body = {**example}
    if "model" in body and "model" in plain:
        body["model"] = plain["model"]
    if MAX_TOKENS in body:
        body[MAX_TOKENS] = tokens
    if LIMIT in body.get(CONFIG, {}):
        body[CONFIG] = {**body[CONFIG], LIMIT: tokens}
    return body


def _embeds(operation: Operation) -> bool:
    return operation.path.endswith(embeddings.METHODS)


def _plain(operation: Operation, gemini: Gemini) -> dict[str, Any]:
    content = embeddings.content(TEXTS[0])
    required = operation.request_schema().get("required", ())
    if "content" in required:
        return {"content": content}
    if "requests" in required:
        return {"requests": [{"model": f"models/{embeddings.model_of(gemini)}", "content": content}]}
    body = gemini.body()
    return body if cap(operation, 1) else {"contents": body["contents"]}
