"""One operation of a contract: what it takes, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from openapi._problem import Problem
from openapi._schema import Schema

JSON = "application/json"
EVENT_STREAM = "text/event-stream"
Compile = Callable[[dict[str, Any]], Schema]
Resolve = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """An operation of the document.

    `path` is the template relative to the server's base, `document` the raw Operation Object. `auth_required` is False
    where the document allows a call without a credential.
    """

    id: str
    method: str
    path: str
    document: dict[str, Any]
    auth_required: bool
    compile: Compile = field(repr=False, compare=False)
    resolve: Resolve = field(repr=False, compare=False)

    def request_problem(self, body: object) -> Problem | None:
        """What is wrong with a decoded JSON request body, or None."""
        return None if self._request is None else self._request.problem(body)

    def response_problem(self, status: int, body: object) -> Problem | None:
        """What is wrong with a decoded JSON response body of that status, or None.

        A status that the document does not name is a problem of its own, with the keyword `status`.
        """
        documented = self._response(status)
        if documented is None:
            return Problem(f"The status {status} is not documented for {self.id}.", None, "status", ())
        schema = documented.get("content", {}).get(JSON, {}).get("schema")
        return None if schema is None else self.compile(schema).problem(body)

    def event_problem(self, event: object) -> Problem | None:
        """What is wrong with the decoded JSON data of one server-sent event of a successful stream, or None."""
        return None if self._event is None else self._event.problem(event)

    def _response(self, status: int) -> dict[str, Any] | None:
        responses = self.document["responses"]
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                return self.resolve(responses[key])
        return None

    @cached_property
    def _request(self) -> Schema | None:
        content = self.resolve(self.document.get("requestBody", {})).get("content", {})
        return self.compile(content[JSON]["schema"]) if JSON in content else None

    @cached_property
    def _event(self) -> Schema | None:
        """The schema of the JSON that an event's `data` holds."""
        stream = (self._response(200) or {}).get("content", {}).get(EVENT_STREAM)
        if stream is None:
            return None
        data = self.resolve(stream["itemSchema"])["properties"]["data"]
        return next(self.compile(branch["contentSchema"]) for branch in data["oneOf"] if "contentSchema" in branch)
