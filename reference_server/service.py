"""One request, from authentication to its reply.

The order: credential, route, state and limit of the key, media type, JSON, schema, handler. Faults change the call
before the step that they name, and the reply at the end.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from gateway_contract import FORM, JSON, Contract, Operation, Problem, pattern
from reference_server import protocols
from reference_server.errors import Refusal
from reference_server.fixtures import Fixtures, Model
from reference_server.libraries import refuse_lacking
from reference_server.model import generation
from reference_server.routes import handlers
from reference_server.state.access import Access
from reference_server.state.files import Shelf
from reference_server.state.metering import Metering
from reference_server.state.store import Store
from reference_server.unbuilt import note_on, refuse_unbuilt, refuse_unknown
from reference_server.wire import form
from reference_server.wire.call import Call
from reference_server.wire.envelope import Envelope
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.faults import Fault
    from reference_server.scenario.stage import Stage

logger = logging.getLogger("reference_server")
_MOST_OBJECTS, _MOST_COMMAS = 50_000, 1_000_000
"""In a JSON body: what has more takes longer to look at than to answer."""
_decode = msgspec.json.Decoder().decode


class Service:
    """The gateway of one contract: its rules, its fixtures and its state. `speak` is the model behind it.

    A `strict` one refuses parameters that no document describes. `stage` holds the scenario that is played.
    """

    def __init__(self, contract: Contract, fixtures: Fixtures, store: Store, strict: bool = False) -> None:
        rules = contract.gateway
        self.contract = contract
        self.fixtures = fixtures
        self.strict = strict
        self.store = store
        self.memory: dict[str, Any] = {}
        self.speak: generation.Speaker = generation.answers
        self.stage: Stage | None = None
        self._envelopes = {name: protocols.envelope(name, rules["errors"]) for name in rules["protocols"]}
        self.envelope = self._envelopes[protocols.DEFAULT]
        self.access = Access(fixtures, store, rules["limits"], rules["protocols"])
        self.metering = Metering(store, rules["headers"])
        self.fallback_mode: str = rules["fallback"]["mode"]
        self.fallback_signal: str = rules["fallback"]["signal"]
        self.stream_trailer: str = rules["stream"]["trailer"]
        self.file_rules: dict[str, Any] = rules["files"] or {}
        self.model_fields: list[str] = list(contract.schema("Model").get("properties", ()))

    def shelf(self, call: Call) -> Shelf:
        """The files that the caller sees."""
        return self.shelf_of(call.key.account if call.key else "")

    def shelf_of(self, account: str) -> Shelf:
        """The files that an account sees."""
        return Shelf(self.store, self.fixtures.files, account)

    def model(self, name: str) -> Model:
        """The model of a name. Raises Refusal when there is none."""
        model = self.fixtures.model(name)
        if model is None:
            raise Refusal("unknown_model", f"The model {name!r} does not exist.", "model")
        return model

    def working_model(self, name: str) -> Model:
        """The model of a name. Raises Refusal when there is none, or when it always fails."""
        model = self.model(name)
        if model.fails:
            raise self.failure(model.fails, name)
        return model

    def failure(self, cause: str, name: str) -> Refusal:
        """The refusal with which a failing model answers."""
        if cause == "rate_limited":
            return self.access.upstream_limited()
        return Refusal(cause, f"The model {name!r} cannot answer now.")

    def envelope_of(self, protocol: str) -> Envelope:
        """The writer of a protocol's errors."""
        return self._envelopes[protocol]

    def respond(self, call: Call, faults: Sequence[Fault] = ()) -> Reply:
        """The reply to a call, changed by the faults."""
        envelope = self.envelope_of(call.protocol)
        call.memory = self.memory
        try:
            reply = self._handle(call, faults)
        except Refusal as refusal:
            reply = envelope.reply(refusal)
        except sqlite3.Error as error:
            message = f"The state of the server cannot be used: {error}."
            reply = envelope.reply(Refusal("maintenance", message, None, "state_unavailable"))
        except Exception:
            logger.exception("%s %s", call.method, call.path)
            reply = envelope.reply(Refusal("internal", "The server failed."))
        envelope.identify(reply, _as_uuid(call.id))
        call.body = {} if call.body is None else call.body  # a fault may look at a body that was never read
        for fault in faults:
            reply = fault.change_reply(reply, call)
        return reply if call.play is None else call.play.finish(reply, call)

    def _handle(self, call: Call, faults: Sequence[Fault]) -> Reply:
        operation = call.operation = self.contract.find(call.method, call.path, call.protocol)
        for fault in faults:
            fault.change_call(call, "authentication")
        call.key = self.access.authenticate(call, operation is None or operation.auth_required)
        if operation is None:
            if self.stage is not None and (reply := self._scripted(call, self.stage)):
                return reply
            raise self._no_operation(call)
        self.access.admit(call.key, operation.id)
        _read(call, operation, faults, self.strict)
        if self.stage is not None and (reply := self._scripted(call, self.stage)):
            return reply
        refuse_lacking(operation.id)
        for fault in faults:
            fault.change_call(call, "handler")
        call.parameters = _parameters(operation.path, call.path)
        return handlers()[operation.id](self, call)

    def _scripted(self, call: Call, stage: Stage) -> Reply | None:
        """Choose what the scenario says of a request. Returns its reply when neither a model nor a handler is asked."""
        play = stage.play(call, _model(call))
        if play is None:
            return None
        call.play = play
        if call.operation and any(fault.stage == "validation" for fault in play.faults):
            call.query = call.sent or {}
            _read(call, call.operation, play.faults, self.strict)
        for fault in play.faults:
            fault.change_call(call, "handler")
        return play.reply(self.envelope_of(call.protocol), handled=call.operation is not None)

    def _no_operation(self, call: Call) -> Refusal:
        allowed = self.contract.allowed(call.path, call.protocol)
        path = call.address or call.path
        note = note_on(self.contract, call.protocol, call.method, path)
        if not allowed:
            return Refusal("unknown_route", f"There is no route {call.method} {path}.{note}")
        message = f"{call.method} is not allowed here; allowed: {', '.join(allowed)}.{note}"
        return Refusal("wrong_method", message, headers={"allow": ", ".join(allowed)})


def _read(call: Call, operation: Operation, faults: Sequence[Fault], strict: bool) -> None:
    """Decode and validate what the operation takes: its headers, query and body. Raises Refusal."""
    if operation.headers:
        _demand_headers(call, operation)
    media_type = ""
    if operation.request_types:
        media_type = _media_type(call, operation)
        body = _form(call, operation) if media_type == FORM else _json(call)
        call.body = protocols.spelled(call.protocol, body, operation)
    if operation.query:
        call.query = _query(call, operation)
    for fault in faults:
        fault.change_call(call, "validation")
    refuse_unbuilt(operation.id, call.body)
    if strict and media_type:
        refuse_unknown(operation.id, call.body, operation.request_fields(media_type))
    problem = operation.query_problem(call.query) or (
        operation.request_problem(call.body, media_type) if media_type else None
    )
    if problem is None and media_type == JSON:
        problem = operation.rule_problem(call.body)
    if problem is not None:
        raise _invalid(problem)


def _demand_headers(call: Call, operation: Operation) -> None:
    for name, schema in operation.headers.items():
        value = call.headers.get(name)
        if value is None and name in operation.required_headers:
            raise Refusal("missing_field", f"Missing required header: {name}.", name)
        if value is not None and value not in schema.get("enum", [value]):
            raise Refusal("invalid_value", f"Unknown {name}: use one of {', '.join(schema['enum'])}.", name)


def _media_type(call: Call, operation: Operation) -> str:
    """The media type of the body. Raises Refusal when the operation does not take it, or the body is too large."""
    if call.raw is None:
        raise Refusal("body_too_large", "The request body is too large.")
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in operation.request_types or call.headers.get("content-encoding", "identity") != "identity":
        taken = " or ".join(operation.request_types)
        raise Refusal("wrong_media_type", f"The body must be sent as {taken}, without content encoding.")
    return media_type


def _json(call: Call) -> dict[str, Any]:
    raw = call.raw or b""
    if len(raw) > _MOST_OBJECTS and (raw.count(b"{") > _MOST_OBJECTS or raw.count(b",") > _MOST_COMMAS):
        raise Refusal("body_too_large", "The request body has too many values.")
    try:
        body = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("malformed_body", f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Refusal("malformed_body", "The body must be a JSON object.")
    return body


def _form(call: Call, operation: Operation) -> dict[str, Any]:
    texts, call.uploads = form.read(call.raw or b"", call.headers["content-type"])
    return form.values(texts, call.uploads, operation.request_schema(FORM).get("properties", {}))


def _query(call: Call, operation: Operation) -> dict[str, Any]:
    sent = {name: texts for name, texts in call.query.items() if name in operation.query}
    return form.values(sent, {}, operation.query)


def _invalid(problem: Problem) -> Refusal:
    cause = "missing_field" if problem.keyword == "required" else "invalid_value"
    return Refusal(cause, problem.message, problem.param)


def _model(call: Call) -> str:
    """The model that a request names, in its body or in its path; empty when there is none."""
    named = call.body.get("model") if isinstance(call.body, dict) else None
    if isinstance(named, str) or call.operation is None:
        return named or ""
    return _parameters(call.operation.path, call.path).get("model", "")


def _parameters(template: str, path: str) -> dict[str, str]:
    match = pattern(template).fullmatch(path) if "{" in template else None
    return match.groupdict() if match else {}


def _as_uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
