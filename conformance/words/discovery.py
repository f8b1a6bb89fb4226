"""Finds out which of the undocumented operations a target has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.errors import Unsupported
from conformance.wire.exchange import Exchange
from conformance.words.ask import CREDENTIALS, MODELS, Ask
from conformance.words.gemini.embeddings import EMBEDDINGS, METHODS
from gateway_contract import Operation

DEFAULT = "openai"


def demand(ask: Ask, operations: Iterable[Operation], protocols: Mapping[str, Any]) -> None:
    """Raises `Unsupported` when the target lacks one of the operations. `protocols` are those of the gateway.

    Each is asked once, with a body that is empty and therefore free. A path that holds a model's name is asked with the
    model for its protocol, or for vectors in it. Any other operation on one object cannot be told from an unknown
    object; it counts as there when the others are.
    """
    for operation in operations:
        path = _path(ask, operation)
        if "{" not in path:
            body = b"{}" if operation.method == "POST" else None
            headers = CREDENTIALS[protocols[operation.protocol]["credentials"][0]]
            answer = ask.send(operation.method, path, body, headers=headers, protocol=operation.protocol)
            problem = ask.routes[_place(operation)] = _problem(answer, operation, path != operation.path)
            if problem:
                raise Unsupported(problem)


def _path(ask: Ask, operation: Operation) -> str:
    if "{model}" not in operation.path or operation.protocol not in MODELS:
        return operation.path
    return operation.path.replace("{model}", ask.model_for(_kind(operation)))


def _kind(operation: Operation) -> str:
    """What the model of a path has to be for."""
    return EMBEDDINGS if operation.path.endswith(METHODS) else operation.protocol


def _problem(answer: Exchange, operation: Operation, named: bool) -> str:
    """Why a route counts as absent; nothing when it is there.

    A route that is not there says so; one of another protocol may also be closed, or lead to a provider that fails. The
    refusal of an empty body tells that the route is there. Where the path names a model, an error that names it too
    tells that the route is there and the model is not.
    """
    place = _place(operation)
    if named and answer.status == 404 and isinstance(answer.json, dict) and _names_model(answer):
        return f"{place} does not know the model: name another under [models] {_kind(operation)}"
    if answer.status in {404, 405, 501}:
        return f"the target has no {place}: it answers {answer.status}"
    foreign = operation.protocol != DEFAULT
    if foreign and (answer.status in {401, 403} or not 200 <= answer.status < 500):
        return f"{place} is not open to the key: an empty request is answered {answer.status}"
    return ""


def _place(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _names_model(answer: Exchange) -> bool:
    """The error is about the model of the path, and does not just repeat the whole path."""
    path = answer.request.path
    name = path.rpartition("/")[2].partition(":")[0]
    return name in answer.text and path not in answer.text
