"""The operations of a contract that take JSON, each with the requests that the contract itself gives as examples."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Inconclusive, Unsupported
from conformance.register.select import EXPENSIVE
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.ask import MAX_COMPLETION_TOKENS, MAX_TOKENS, Ask
from conformance.words.openai.responses import Responses
from gateway_contract import JSON, Contract, Operation

CAP = 16
"""The most tokens of an answer to a generated request, or to a wrong one: no check reads its text."""
CAPS = {MAX_TOKENS, MAX_COMPLETION_TOKENS, "max_output_tokens"}
"""The fields that limit the tokens of an answer."""


@dataclass(frozen=True)
class Subject:
    """An operation to ask, and bodies that it has to take; none when it takes no JSON."""

    operation: Operation
    bodies: tuple[dict[str, Any], ...]
    cap: Mapping[str, int] = field(default_factory=dict)
    """The field that limits the tokens of an answer, where there is one."""

    def capped(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with a small limit, unless it has one: a lax server bills what it generates."""
        return body if CAPS & body.keys() else {**body, **self.cap}

    @property
    def path(self) -> str:
        """The path, with a placeholder for each parameter."""
        return discovery.blank_path(self.operation)

    def send(self, ask: Ask, body: bytes | None, **options: Any) -> Exchange:
        """The answer to a body; inconclusive when a limit of the account came first."""
        answer = ask.send(self.operation.method, self.path, body, protocol=self.operation.protocol, **options)
        if answer.status in {402, 429}:
            raise Inconclusive(f"{self.operation.id} was answered {answer.status}: {answer.text:.120}")
        return answer


def subjects(contract: Contract, ask: Ask) -> list[Subject]:
    """The operations of the OpenAI dialect that the target has, and that may be asked."""
    included = ask.recorder.target.include
    subjects = []
    for operation in contract.operations.values():
        area = operation.document["tags"][0].lower()
        if operation.protocol != "openai" or area in EXPENSIVE - included:
            continue
        try:
            discovery.demand(ask, [operation], contract)
            subjects.append(Subject(operation, _bodies(operation, ask), _cap(operation, ask)))
        except Unsupported:
            continue
    return subjects


def _bodies(operation: Operation, ask: Ask) -> tuple[dict[str, Any], ...]:
    if JSON not in operation.request_types:
        return ()
    content = operation.resolve(operation.document["requestBody"])["content"][JSON]
    examples = [operation.resolve(example)["value"] for example in content.get("examples", {}).values()]
    return (*_plain(operation, ask), *(_with_model(operation, example, ask) for example in examples))


def _plain(operation: Operation, ask: Ask) -> list[dict[str, Any]]:
    """The request that other checks send as well, so that what is wrong with it is asked once."""
    plain = {"createChatCompletion": ask.body, "createResponse": Responses(ask).body}
    return [plain[operation.id]()] if operation.id in plain else []


def _cap(operation: Operation, ask: Ask) -> dict[str, int]:
    caps = {"createChatCompletion": ask.limit, "createResponse": "max_output_tokens"}
    return {caps[operation.id]: CAP} if operation.id in caps else {}


def _with_model(operation: Operation, example: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """The example, asked of a model that the target has."""
    body = copy.deepcopy(example)
    kind = operation.document.get("x-model")
    if kind and "model" in body:
        body["model"] = ask.body()["model"] if kind == "chat" else ask.model_for(kind)
    return body
