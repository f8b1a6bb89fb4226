"""What the links of the contract lead away from: things that are made or listed, and the operations that take them.

Files of the OpenAI dialect and jobs have histories of their own, which know more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from conformance.errors import NotEquipped, Unsupported
from conformance.properties import native
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.ask import Ask
from conformance.words.gemini.files import GeminiFiles
from conformance.words.openai.responses import Responses
from gateway_contract import Contract, Link, Operation

FEW_TOKENS = 16
RESPONSE = "createResponse"
UPLOADS = {"uploadGeminiFile": "v1beta", "uploadGeminiFileV1": "v1"}
PAGE = {"pageSize": 100}
"""How many entries a list is asked for, where its documents have that parameter."""
Make = Callable[[Contract, Ask, int], Exchange]
"""Makes a thing, with a take; the answer names it."""
Linked = tuple[Link, Operation]


@dataclass(frozen=True)
class Kind:
    """A kind of things: the operation whose answers name them, and the operations that take what these name.

    `listing` is the link by which a list names what is made elsewhere.
    """

    operation: Operation
    make: Make
    links: tuple[Linked, ...]
    listing: Linked | None = None

    @property
    def made(self) -> bool:
        """Whether its things are made by a request, and not only listed."""
        return self.operation.method == "POST"

    @property
    def removal(self) -> Linked | None:
        """What deletes such a thing, if something does."""
        return next((one for one in self.links if one[1].method == "DELETE"), None)

    @property
    def reading(self) -> list[Linked]:
        """What takes such a thing and does not delete it."""
        return [one for one in self.links if one[1].method != "DELETE"]

    @property
    def operations(self) -> set[str]:
        """The operations that a history of such things asks."""
        return {self.operation.id, *(one.id for _, one in self.links), *([self.listing[1].id] if self.listing else [])}


def operations(contract: Contract) -> set[str]:
    """The operations that histories along links ask, where a target has all that a contract documents."""
    return set[str]().union(*(kind.operations for kind in documented(contract)))


def kinds(contract: Contract, ask: Ask) -> list[Kind]:
    """The kinds that a gateway documents and a target has, each with the operations that are there."""
    return [one for kind in documented(contract) if (one := _of_target(kind, contract, ask)) is not None]


def documented(contract: Contract) -> Iterator[Kind]:
    """The kinds whose things are made in a way that is known here, or are listed and never deleted."""
    for operation in contract.operations.values():
        links = tuple(one for one in _links(contract, operation) if one[1].method != "POST" or one[1].id == RESPONSE)
        if operation.id in MAKERS:
            yield Kind(operation, MAKERS[operation.id], links, _listing(contract, links))
        elif links and _is_list(operation) and not _deleted(contract, links):
            yield Kind(operation, partial(_list, operation), links)


def _links(contract: Contract, operation: Operation) -> Iterator[Linked]:
    return ((link, contract.operations[link.operation]) for link in operation.links)


def _is_list(operation: Operation) -> bool:
    return operation.method == "GET" and "{" not in operation.path


def _listing(contract: Contract, links: tuple[Linked, ...]) -> Linked | None:
    """The link of a list that leads to the same operation as one of these."""
    targets = {target.id for _, target in links if target.method == "GET"}
    lists = filter(_is_list, contract.operations.values())
    return next(((link, one) for one in lists for link in one.links if link.operation in targets), None)


def _deleted(contract: Contract, links: tuple[Linked, ...]) -> bool:
    """Whether others may delete what the links lead to."""
    return any("DELETE" in contract.allowed(discovery.blank_path(one), one.protocol) for _, one in links)


def _of_target(kind: Kind, contract: Contract, ask: Ask) -> Kind | None:
    there = tuple(one for one in kind.links if _has(ask, contract, one[1]))
    if not there or not _has(ask, contract, kind.operation):
        return None
    if not kind.made:
        answer = kind.make(contract, ask, 0)
        if answer.status != 200 or kind.operation.response_problem(200, answer.json):
            return None  # a list of another form, which other checks judge
    listing = kind.listing if kind.listing and _has(ask, contract, kind.listing[1]) else None
    return replace(kind, links=there, listing=listing)


def _has(ask: Ask, contract: Contract, operation: Operation) -> bool:
    try:
        discovery.demand(ask, [operation], contract)
    except (Unsupported, NotEquipped):
        return False
    return True


def mark(take: int) -> str:
    """A word that is in what is said of the thing of that take, and of no other."""
    return f"otter-{take}"


def follow(ask: Ask, fields: Mapping[str, Any], take: int) -> Exchange:
    """The answer to a response that follows another one."""
    responses = Responses(ask)
    limited = {"store": False, "max_output_tokens": FEW_TOKENS, **fields}
    return responses.post(responses.body("Say hello again, please.", **limited), take=take)


def _make_response(_: Contract, ask: Ask, take: int) -> Exchange:
    responses = Responses(ask)
    body = responses.body(f"Say hello to {mark(take)}, please.", store=True, max_output_tokens=FEW_TOKENS)
    return responses.post(body, take=take)


def _upload(version: str, contract: Contract, ask: Ask, take: int) -> Exchange:
    gemini = native.gemini(contract, ask)
    return GeminiFiles(gemini, version, f"{mark(take)}.txt", take).upload().exchange


def _list(operation: Operation, contract: Contract, ask: Ask, take: int) -> Exchange:
    return page(contract, ask, operation, take)


MAKERS: Mapping[str, Make] = {
    RESPONSE: _make_response,
    **{name: partial(_upload, version) for name, version in UPLOADS.items()},
}
"""How the things are made that an operation names."""


def page(contract: Contract, ask: Ask, operation: Operation, take: int) -> Exchange:
    """The first page of a list, as long as it may be."""
    query = {name: value for name, value in PAGE.items() if name in operation.query}
    return answer(contract, ask, operation, query, take)


def answer(contract: Contract, ask: Ask, operation: Operation, values: Mapping[str, Any], take: int) -> Exchange:
    """The answer to an operation without a body, with these parameters of its path and its query."""
    path, query = operation.path, dict(values)
    for name in [one for one in query if f"{{{one}}}" in path]:
        path = path.replace(f"{{{name}}}", quote(str(query.pop(name)), safe=""))
    place = f"{path}?{urlencode(query)}" if query else path
    headers = native.headers(contract, operation)
    return ask.send(operation.method, place, take=take, headers=headers, protocol=operation.protocol)
