"""What checks demand of a body that the contract has a schema for."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.wire.exchange import Exchange, decoded
from conformance.words.answer import JsonAnswer
from gateway_contract import JSON, Operation, Problem

EVENT_STREAM = "text/event-stream"


def demand_schema(operation: Operation, answer: JsonAnswer) -> None:
    """Demands that the JSON object of a served request satisfies the schema of the operation."""
    demand_body(operation, answer.body)


def demand_body(operation: Operation, body: object, status: int = 200) -> None:
    """Demands that the decoded body of an answer with that status satisfies the schema of the operation."""
    problem = operation.response_problem(status, body)
    assert problem is None, _said(operation, problem)


def demand_events(operation: Operation, events: Iterable[object]) -> None:
    """Demands that the decoded data of each event of a stream satisfies the schema of the operation."""
    for event in events:
        problem = operation.event_problem(event)
        assert problem is None, f"an event of {_said(operation, problem)}: {event!r:.120}"


def demand_conforming(operation: Operation, answer: Exchange) -> None:
    """Demands that what was served satisfies the schema of the operation, whole or streamed, as far as it is JSON."""
    if answer.media_type == EVENT_STREAM:
        demand_events(operation, (decoded(one.data) for one in answer.stream.events if one.data != "[DONE]"))
    elif answer.media_type == JSON:
        demand_body(operation, answer.json, answer.status)


def _said(operation: Operation, problem: Problem | None) -> str:
    return f"{operation.id}: {problem.param or 'the body'}: {problem.message}" if problem else ""
