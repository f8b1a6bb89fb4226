"""One request, from authentication to its reply.

The order: credential, route, state and limit of the key, media type, JSON, schema, handler. Faults change the call
before the step that they name, and the reply at the end.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from openapi import Contract, Operation, Problem
from reference_server.access import Access
from reference_server.call import Call
from reference_server.envelope import Envelope
from reference_server.errors import Refusal
from reference_server.fixtures import Fixtures
from reference_server.instance import instance
from reference_server.reply import Reply
from reference_server.routes import handlers
from reference_server.store import Store

if TYPE_CHECKING:
    from reference_server.faults import Fault

logger = logging.getLogger("reference_server")
_decode = msgspec.json.Decoder().decode


class Service:
    """The gateway of one contract: its rules, its fixtures and what it remembers."""

    def __init__(self, contract: Contract, fixtures: Fixtures, store: Store) -> None:
        rules = contract.gateway
        self.contract = contract
        self.fixtures = fixtures
        self.store = store
        self.envelope = Envelope(rules["errors"])
        self.access = Access(fixtures, store, rules["limits"])
        self.credits_header: str | None = rules["headers"].get("credits")
        self.model_used_header: str | None = rules["headers"].get("model_used")
        self.fallback_mode: str = rules["fallback"]["mode"]
        self.fallback_signal: str = rules["fallback"]["signal"]
        self.stream_trailer: str = rules["stream"]["trailer"]
        self.model_fields = _model_fields(contract)

    def respond(self, call: Call, faults: Sequence[Fault] = ()) -> Reply:
        """The reply to a call, as the faults leave it."""
        try:
            reply = self._served(call, faults)
        except Refusal as refusal:
            reply = self.envelope.reply(refusal)
        except Exception:
            logger.exception("%s %s", call.method, call.path)
            reply = self.envelope.reply(Refusal("internal", "The server failed."))
        reply.headers["x-request-id"] = _as_uuid(call.id)
        call.body = {} if call.body is None else call.body  # a fault may look at what was never read
        for fault in faults:
            reply = fault.change_reply(reply, call)
        return reply

    def _served(self, call: Call, faults: Sequence[Fault]) -> Reply:
        operation = call.operation = self.contract.find(call.method, call.path)
        _change(call, faults, "authentication")
        call.key = self.access.authenticate(call.headers, operation is None or operation.auth_required)
        if operation is None:
            raise self._no_operation(call)
        self.access.admit(call.key, operation.id)
        if "requestBody" in operation.document:
            self._read_body(call, operation, faults)
        _change(call, faults, "handler")
        call.parameters = _parameters(operation.path, call.path)
        return handlers()[operation.id](self, call)

    def _read_body(self, call: Call, operation: Operation, faults: Sequence[Fault]) -> None:
        call.body = _decoded(call)
        _change(call, faults, "validation")
        problem = operation.request_problem(call.body)
        if problem is not None:
            raise _invalid(problem)

    def _no_operation(self, call: Call) -> Refusal:
        allowed = self.contract.allowed(call.path)
        if not allowed:
            return Refusal("unknown_route", f"There is no route {call.method} {call.path}.")
        message = f"{call.method} is not allowed here; allowed: {', '.join(allowed)}."
        return Refusal("wrong_method", message, headers={"allow": ", ".join(allowed)})


def _change(call: Call, faults: Sequence[Fault], stage: str) -> None:
    for fault in faults:
        fault.change_call(call, stage)


def _decoded(call: Call) -> Any:
    """The JSON object in the body. Raises Refusal."""
    if call.raw is None:
        raise Refusal("body_too_large", "The request body is too large.")
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" or call.headers.get("content-encoding", "identity") != "identity":
        raise Refusal("wrong_media_type", "The body must be sent as application/json, without content encoding.")
    try:
        body = _decode(call.raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("malformed_body", f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Refusal("malformed_body", "The body must be a JSON object.")
    return body


def _invalid(problem: Problem) -> Refusal:
    cause = "missing_field" if problem.keyword == "required" else "invalid_value"
    return Refusal(cause, problem.message, problem.param)


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(path)))


def _parameters(template: str, path: str) -> dict[str, str]:
    found = _template(template).fullmatch(path) if "{" in template else None
    return found.groupdict() if found else {}


def _as_uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _model_fields(contract: Contract) -> dict[str, Any]:
    """Sample values for every field of a model that the contract documents."""
    components = contract.document["components"]
    schema = {**components["schemas"].get("Model", {}), "type": "object", "components": components}
    fields: dict[str, Any] = instance(schema)
    return fields
