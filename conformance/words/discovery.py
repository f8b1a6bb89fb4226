"""Finds out which of the undocumented operations a target has, and where. Every check asks here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from conformance.errors import Unsupported
from conformance.wire.exchange import Exchange
from conformance.words.ask import CREDENTIALS, MODELS, Ask
from conformance.words.check import member
from conformance.words.gemini.embeddings import EMBEDDINGS, METHODS
from gateway_contract import Contract, Operation

DEFAULT = "openai"
FIRST = {"anthropic": ("createMessage",), "gemini": ("generateContent", "listGeminiModels")}
"""The operations that tell where a native protocol is served: the first one that can be asked does."""
PLACEHOLDER = "none"
"""Stands for a path parameter of which no value is known."""
NOWHERE = "/no-such-collection"
CHAT = "POST /chat/completions"
ABSENT, CLOSED = "the target has no ", " is not open to the key: "
NO_ROUTE = {404, 405, 501}
NO_PROVIDER = {502, 503, 504}
NOT_SUPPORTED = re.compile(r"not (yet )?(supported|implemented)|unimplemented", re.IGNORECASE)


def demand(ask: Ask, operations: Iterable[Operation], contract: Contract) -> None:
    """Raises `Unsupported` when the target lacks one of the operations.

    Those that the gateway documents count as there, unless the preflight found otherwise. Any other is asked once, with
    a body that is empty and therefore free. A path that holds a model's name is asked with the model for its protocol,
    or for vectors in it.
    """
    for operation in operations:
        if problem := _problem_of(ask, operation, contract):
            raise Unsupported(problem)


def speaks_natively(ask: Ask, contract: Contract) -> bool:
    """Whether a native protocol is served, where the OpenAI dialect is not: from now on nothing of that is asked."""
    ask.absent[DEFAULT] = ask.routes[CHAT] = f"{ABSENT}{CHAT}, and no model: it does not speak the OpenAI dialect"
    natives = [name for name in FIRST if name in contract.gateway["optional"]]
    firsts = [first for name in natives if (first := _first(ask, name, contract))]
    return any(_is_served(ask, first, contract) for first in firsts)


def _is_served(ask: Ask, first: Operation, contract: Contract) -> bool:
    """Whether an empty body is refused as by somebody who reads it."""
    if _problem_of(ask, first, contract):
        return False
    base = ask.recorder.bases[first.protocol]
    answer = _answer_at(ask, base, first, contract)
    return 400 <= answer.status < 500 and not _is_usual(ask, base, first, answer, contract)


def blank_path(operation: Operation) -> str:
    """The path of an operation, with a placeholder for each parameter."""
    return filled(operation.path)


def filled(path: str) -> str:
    """A path, or a part of one, with a placeholder for each parameter."""
    steps = path.replace("}", "{").split("{")
    return "".join(PLACEHOLDER if place % 2 else text for place, text in enumerate(steps))


def _problem_of(ask: Ask, operation: Operation, contract: Contract) -> str:
    """Why the target lacks an operation; nothing when it has it."""
    if operation.protocol in ask.absent:
        return ask.absent[operation.protocol]
    optional = _area(operation) in contract.gateway["optional"]
    if optional and operation.protocol != DEFAULT:
        _find_protocol(ask, operation.protocol, contract)
        if operation.protocol in ask.absent:
            return ask.absent[operation.protocol]
    place = _place(ask, operation)
    if optional and place not in ask.routes:
        ask.routes[place] = _look_for(ask, operation, contract)
    return ask.routes.get(place, "")


def _area(operation: Operation) -> str:
    """The part of the API that an operation belongs to, as the contract names it under `optional`."""
    return str(operation.document["tags"][0]).lower() if operation.protocol == DEFAULT else operation.protocol


def _place(ask: Ask, operation: Operation) -> str:
    return ask.place(operation.method, operation.path, operation.protocol)


def _look_for(ask: Ask, operation: Operation, contract: Contract) -> str:
    path = _path(ask, operation)
    if operation.protocol != DEFAULT and _is_openai(ask, ask.recorder.bases[operation.protocol], operation, contract):
        return f"{_place(ask, operation)} is an address of the OpenAI dialect as well"
    if "{" in path:
        return _look_for_one(ask, operation, contract)
    return _problem(ask, operation, _send(ask, operation, path, contract))


def _send(ask: Ask, operation: Operation, path: str, contract: Contract) -> Exchange:
    """The answer to the empty request, with the credential of the protocol and the headers that the operation takes."""
    headers = CREDENTIALS[contract.gateway["protocols"][operation.protocol]["credentials"][0]]
    taken = {name: schema["enum"][0] for name, schema in operation.headers.items() if "enum" in schema}
    headers = headers | (taken if operation.id not in FIRST.get(operation.protocol, ()) else {})
    body = b"{}" if operation.method == "POST" else None
    return ask.send(operation.method, path, body, headers=headers, protocol=operation.protocol)


def _look_for_one(ask: Ask, operation: Operation, contract: Contract) -> str:
    """Of an operation on one object. It is absent with its collection, and where no route answers for an unknown id."""
    siblings = [_problem_of(ask, one, contract) for one in _collection(operation, contract)]
    if siblings and all(siblings):
        return siblings[0]
    path = blank_path(operation)
    answer = _send(ask, operation, path, contract)
    if answer.status == 404:
        nowhere = _send(ask, operation, NOWHERE + path[path.index("/", 1) :], contract)
        if nowhere.status != 404 or _said(answer) != _said(nowhere):
            return ""
    return _problem(ask, operation, answer) if answer.status in NO_ROUTE else ""


def _collection(operation: Operation, contract: Contract) -> Iterator[Operation]:
    """The operations on the collection that holds the object."""
    path = operation.path[: operation.path.index("/{")]
    for other in contract.operations.values():
        if other.protocol == operation.protocol and other.path == path:
            yield other


def _said(answer: Exchange) -> str:
    """What an error says, without the path that it may repeat."""
    error = answer.json.get("error") if isinstance(answer.json, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or answer.text).replace(answer.request.path, "")


def _find_protocol(ask: Ask, name: str, contract: Contract) -> None:
    """Finds the base URL of a native protocol: the first place where it is open, else the first where it answers."""
    if name in ask.protocols:
        return
    with ask.recorder.in_place():
        _find_place(ask, name, contract)


def _find_place(ask: Ask, name: str, contract: Contract) -> None:
    if not (first := _first(ask, name, contract)):
        return
    ask.protocols.add(name)
    documented = ask.recorder.bases[name]
    problems, statuses = _tried(ask, first, contract)
    there = [base for base, problem in problems.items() if not problem.startswith(ABSENT)]
    ask.recorder.move(name, min(there, key=lambda base: bool(problems[base]), default=documented))
    place = _place(ask, first)
    ask.routes[place] = problems.get(ask.recorder.bases[name], "")
    if not there:
        asked = ", ".join(f"{status} at {base}{first.path}" for base, status in statuses.items())
        ask.routes[place] = f"{ABSENT}{first.method} {first.path}: it answers {asked}"
    if CLOSED in ask.routes[place]:
        ask.absent[name] = ask.routes[place]
    if not ask.routes[place] and first.id != FIRST[name][0]:
        ask.miss_model(name, f"{place} answers, and no model for {name} is known: add {name} under [models]")


def _tried(ask: Ask, first: Operation, contract: Contract) -> tuple[dict[str, str], dict[str, int]]:
    """What is wrong at each place of a protocol, up to the first that is open, and the statuses there.

    One that answers as an address does that nobody serves is open only if no other is.
    """
    problems, statuses, unsure = dict[str, str](), dict[str, int](), list[str]()
    for base in ask.recorder.target.places(first.protocol, contract.bases):
        if _is_openai(ask, base, first, contract):
            continue
        answer = _answer_at(ask, base, first, contract)
        problems[base], statuses[base] = _problem(ask, first, answer), answer.status
        if not problems[base] and not _is_usual(ask, base, first, answer, contract):
            return problems | dict.fromkeys(unsure, f"{ABSENT}{_place(ask, first)}"), statuses
        unsure += [base] if not problems[base] else []
    return problems, statuses


def _answer_at(ask: Ask, base: str, first: Operation, contract: Contract) -> Exchange:
    ask.recorder.move(first.protocol, base)
    return _send(ask, first, _path(ask, first), contract)


def _is_usual(ask: Ask, base: str, first: Operation, answer: Exchange, contract: Contract) -> bool:
    """Whether a refusal says no more than that of an address that nobody serves. A target file's address is right."""
    if answer.status < 400 or first.protocol in ask.recorder.target.protocols or is_native(answer):
        return False
    nowhere = _answer_at(ask, urljoin(base, NOWHERE), first, contract)
    ask.recorder.move(first.protocol, base)
    return nowhere.status == answer.status and _said(nowhere) == _said(answer)


def is_native(answer: Exchange) -> bool:
    """Whether this is an error as a native protocol has them."""
    return member(answer.json, "type") == "error" or isinstance(member(answer.json, "error", "status"), str)


def _first(ask: Ask, name: str, contract: Contract) -> Operation | None:
    for operation in (contract.operations[one] for one in FIRST[name] if one in contract.operations):
        try:
            _path(ask, operation)
        except Unsupported:
            continue
        return operation
    return None


def _is_openai(ask: Ask, base: str, operation: Operation, contract: Contract) -> bool:
    """Whether an operation has the address of another one, of the OpenAI dialect, when it is served there."""
    if DEFAULT in ask.absent:
        return False
    url, own = base + operation.path, ask.recorder.target.base_url
    return url.startswith(own) and contract.find(operation.method, url.removeprefix(own)) is not None


def _path(ask: Ask, operation: Operation) -> str:
    if "{model}" not in operation.path or operation.protocol not in MODELS:
        return operation.path
    return operation.path.replace("{model}", ask.model_for(_kind(operation), sought=True))


def _kind(operation: Operation) -> str:
    """What the model of a path has to be for."""
    return EMBEDDINGS if operation.path.endswith(METHODS) else operation.protocol


def _problem(ask: Ask, operation: Operation, answer: Exchange) -> str:
    """Why a route counts as absent; nothing when it is there.

    A route that is not there says so; one of another protocol may also be closed, or lead to a provider that fails. The
    refusal of an empty body tells that the route is there. Where the path names a model, an error that names it too
    tells that the route is there and the model is not.
    """
    place = _place(ask, operation)
    if "{model}" in operation.path and answer.status == 404 and isinstance(answer.json, dict) and _names_model(answer):
        return f"{place} does not know the model: name another under [models] {_kind(operation)}"
    if answer.status in NO_ROUTE:
        return f"{ABSENT}{place}: it answers {answer.status}"
    if answer.status >= 500 and NOT_SUPPORTED.search(answer.text):
        return f"{ABSENT}{place}: it answers {answer.status}: {' '.join(answer.text.split()):.100}"
    if 200 <= answer.status < 300 and answer.media_type == "text/html" and answer.json is None:
        return f"{ABSENT}{place}: it answers with a page of HTML"
    if operation.protocol != DEFAULT and _is_closed(ask, operation, answer):
        return f"{place}{CLOSED}an empty request is answered {answer.status}"
    return ""


def _is_closed(ask: Ask, operation: Operation, answer: Exchange) -> bool:
    """Whether the key does not open a protocol. One that the target file names is claimed: that it breaks is judged."""
    if answer.status in {0, 401, 403, *NO_PROVIDER}:
        return True
    return answer.status >= 500 and operation.protocol not in ask.recorder.target.protocols


def _names_model(answer: Exchange) -> bool:
    """The error is about the model of the path, and does not just repeat the whole path."""
    path = answer.request.path
    name = path.rpartition("/")[2].partition(":")[0]
    return name in answer.text and path not in answer.text
