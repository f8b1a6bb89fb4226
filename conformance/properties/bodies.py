"""The operations of a contract that take JSON, each with the requests that the contract itself gives as examples."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Inconclusive, Unsupported
from conformance.properties import forms, native
from conformance.properties.fields import Schema, properties_of
from conformance.register.select import EXPENSIVE
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.ask import MAX_COMPLETION_TOKENS, MAX_TOKENS, Ask, encoded
from conformance.words.openai.responses import Responses
from gateway_contract import FORM, JSON, Contract, Operation

CAP = 16
"""The most tokens of an answer to a generated request, or to a wrong one: no check reads its text."""
CAPS = {MAX_TOKENS, MAX_COMPLETION_TOKENS, "max_output_tokens"}
"""The fields that limit the tokens of an answer."""
DEFAULTED = {"model missing", "max_tokens missing"}
"""What a gateway may make up for with a default of its own."""


@dataclass(frozen=True)
class Subject:
    """An operation to ask, and bodies that it has to take; none when it takes no JSON.

    `cap` limits the tokens of an answer, where that is optional. `headers` are those of its protocol. `second` is an
    operation of a native protocol after its first, a `twin` one whose fields are all those of an operation before it.
    """

    operation: Operation
    bodies: tuple[dict[str, Any], ...]
    cap: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    second: bool = False
    twin: bool = False
    media_type: str = JSON

    @property
    def name(self) -> str:
        """`createImageEdit`, or `createImageEdit as a form`."""
        return self.operation.id + (" as a form" if self.media_type == FORM else "")

    @property
    def schema(self) -> Schema:
        """The schema of its bodies."""
        return self.operation.request_schema(self.media_type)

    def accepts(self, body: object) -> bool:
        """Whether the schema allows a body."""
        return self.operation.accepts(body, self.media_type)

    def can_say(self, body: Any) -> bool:
        """Whether a body can be sent: a form cannot say everything that JSON can."""
        return self.media_type == JSON or (isinstance(body, dict) and forms.sendable(body, self.schema))

    def encoded(self, body: Any) -> bytes:
        """The body as it is sent."""
        return encoded(body) if self.media_type == JSON else forms.encoded(body, self.schema)

    def capped(self, body: Any) -> Any:
        """The body with a small limit, unless it has one: a lax server bills what it generates."""
        return body if not isinstance(body, dict) or CAPS & body.keys() else _merged(body, self.cap)

    @property
    def path(self) -> str:
        """The path to ask, with a placeholder for each parameter of which no value is known."""
        return self.place or discovery.blank_path(self.operation)

    def send(
        self, ask: Ask, body: bytes | None, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Exchange:
        """The answer to a body; inconclusive when a limit of the account came first."""
        sent = {**self.headers, **(forms.HEADERS if self.media_type == FORM else {}), **(headers or {})}
        method, protocol = self.operation.method, self.operation.protocol
        answer = ask.send(method, self.path, body, protocol=protocol, headers=sent, **options)
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


def native_subjects(contract: Contract, ask: Ask) -> list[Subject]:
    """The operations of the other protocols that take JSON, and that the target has."""
    subjects = list[Subject]()
    for operation in native_operations(contract):
        try:
            discovery.demand(ask, [operation], contract)
            place, headers, plain = native.request(ask, contract, operation)
        except (Unsupported, Inconclusive):
            continue
        bodies = (plain, *(native.fitted(example, plain, CAP) for example in examples_of(operation)))
        earlier = [properties_of(one.operation) for one in subjects if one.operation.protocol == operation.protocol]
        twin = any(properties_of(operation).keys() <= fields.keys() for fields in earlier)
        cap = native.cap(operation, CAP)
        subjects.append(Subject(operation, bodies, cap, place, headers, bool(earlier), twin))
    return subjects


def json_subjects(contract: Contract, ask: Ask) -> list[Subject]:
    """The operations that take JSON, in every protocol; of those that take the same, the first."""
    some = [*subjects(contract, ask), *native_subjects(contract, ask)]
    return [one for one in some if one.bodies and not one.twin]


def form_subjects(contract: Contract, ask: Ask) -> list[Subject]:
    """The operations that take a form, and that the target has and that may be asked."""
    taking = [one.operation for one in subjects(contract, ask) if FORM in one.operation.request_types]
    return [_form(one, [_with_model(one, body, ask) for body in examples_of(one, FORM)]) for one in taking]


def _form(operation: Operation, bodies: list[dict[str, Any]]) -> Subject:
    return Subject(operation, tuple(bodies), media_type=FORM)


def documented(contract: Contract) -> list[Subject]:
    """Every operation that takes a body, with those that the contract itself gives, to be looked at and not sent."""
    dialect = [one for one in contract.operations.values() if one.protocol == "openai" and JSON in one.request_types]
    taking = [*dialect, *native_operations(contract)]
    some = [Subject(one, tuple(examples_of(one)), native.cap(one, CAP)) for one in taking]
    forms = (one for one in contract.operations.values() if FORM in one.request_types)
    return [*some, *(_form(one, examples_of(one, FORM)) for one in forms)]


def native_operations(contract: Contract) -> list[Operation]:
    """The operations of the other protocols that take JSON, each under the first of its paths."""
    taking = (one for one in contract.operations.values() if JSON in one.request_types)
    return native.first_of_versions(one for one in taking if one.protocol != "openai")


def examples_of(operation: Operation, media_type: str = JSON) -> list[dict[str, Any]]:
    """The bodies that the contract gives as examples."""
    content = operation.resolve(operation.document["requestBody"])["content"][media_type]
    return [operation.resolve(example)["value"] for example in content.get("examples", {}).values()]


def _bodies(operation: Operation, ask: Ask) -> tuple[dict[str, Any], ...]:
    if JSON not in operation.request_types:
        return ()
    return (*_plain(operation, ask), *(_with_model(operation, one, ask) for one in examples_of(operation)))


def _plain(operation: Operation, ask: Ask) -> list[dict[str, Any]]:
    """The request that other checks send as well, so that what is wrong with it is asked once."""
    plain = {"createChatCompletion": ask.body, "createResponse": Responses(ask).body}
    return [plain[operation.id]()] if operation.id in plain else []


def _cap(operation: Operation, ask: Ask) -> dict[str, int]:
    caps = {"createChatCompletion": ask.limit, "createResponse": "max_output_tokens"}
    return {caps[operation.id]: CAP} if operation.id in caps else {}


def _merged(body: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The body with further members, in its objects as well; what it has stays."""
    merged = {**body}
    for name, value in more.items():
        if name not in body:
            merged[name] = value
        elif isinstance(value, Mapping) and isinstance(body[name], Mapping):
            merged[name] = _merged(body[name], value)
    return merged


def _with_model(operation: Operation, example: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """The example, asked of a model that the target has."""
    body = copy.deepcopy(example)
    kind = operation.document.get("x-model")
    if kind and "model" in body:
        body["model"] = ask.body()["model"] if kind == "chat" else ask.model_for(kind)
    return body
