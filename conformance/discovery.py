"""Finds out which of the operations that nobody promised a target has."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.ask import Ask
from conformance.errors import Unsupported
from openapi import Operation


def demand(ask: Ask, operations: Iterable[Operation]) -> None:
    """Raises `Unsupported` when the target lacks one of the operations.

    Each is asked once, with a body that is empty and therefore free. An operation on one object cannot be told from
    an unknown object; it counts as there when the others are.
    """
    for operation in operations:
        if "{" not in operation.path:
            body = b"{}" if operation.method == "POST" else None
            answer = ask.send(operation.method, operation.path, body, protocol=operation.protocol)
            if answer.status in {404, 405, 501}:
                raise Unsupported(f"the target has no {operation.method} {operation.path}: it answers {answer.status}")
