"""What checks demand of a body that the contract has a schema for."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.words.answer import JsonAnswer
from gateway_contract import Operation, Problem


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


def _said(operation: Operation, problem: Problem | None) -> str:
    return f"{operation.id}: {problem.param or 'the body'}: {problem.message}" if problem else ""
