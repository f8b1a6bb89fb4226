"""One operation of a contract: its request and its responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gateway_contract._link import Link, links_of
from gateway_contract._problem import Problem
from gateway_contract._rules import Rule, rules_of
from gateway_contract._schema import Schema

JSON = "application/json"
FORM = "multipart/form-data"
EVENT_STREAM = "text/event-stream"
Compile = Callable[[dict[str, Any]], Schema]
Resolve = Callable[[dict[str, Any]], dict[str, Any]]
PATH = "x-path"
"""The path of an item below the base URL of its protocol, where another protocol has an item under the same path: the
item then stands under an address that begins with the end of its base URL."""


def server_of(base: str, template: str, item: dict[str, Any]) -> str:
    """The server of a path item: with the template behind it, it is the base URL with the path behind it."""
    return base.removesuffix(template.removesuffix(item.get(PATH, template)))


@dataclass(frozen=True)
class Operation:
    """An operation of the document.

    `path` is the template relative to the base of its protocol, `template` what it stands under in the document.
    `document` is the raw Operation Object with the parameters of its path. `auth_required` is False where the document
    allows a call without a credential.
    """

    id: str
    method: str
    path: str
    template: str
    protocol: str
    document: dict[str, Any]
    auth_required: bool
    compile: Compile = field(repr=False, compare=False)
    resolve: Resolve = field(repr=False, compare=False)

    @cached_property
    def described(self) -> dict[str, Any]:
        """The raw Operation Object with every reference replaced by its target."""
        description = self._in_place(self.document, ())
        assert isinstance(description, dict)
        return description

    def _in_place(self, node: Any, within: tuple[str, ...]) -> Any:
        """A copy without references, except for those that are recursive."""
        if isinstance(node, list):
            return [self._in_place(one, within) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node and (name := node["$ref"]) not in within:
            return self._in_place(self.resolve(node), (*within, name))
        return {name: self._in_place(one, within) for name, one in node.items()}

    @cached_property
    def request_types(self) -> tuple[str, ...]:
        """The media types of the request body; none when the operation takes no body."""
        return tuple(self._request_content)

    def request_schema(self, media_type: str = JSON) -> dict[str, Any]:
        """The schema of a request body of that media type, resolved once."""
        return self.resolve(self._request_content[media_type]["schema"])

    def request_fields(self, media_type: str = JSON) -> frozenset[str]:
        """The names of the members that a request body of that media type may have."""
        schema = self.request_schema(media_type)
        parts = [schema, *map(self.resolve, schema.get("allOf", ()))]
        return frozenset(name for part in parts for name in part.get("properties", {}))

    def accepts(self, body: object, media_type: str = JSON) -> bool:
        """Whether a decoded request body satisfies its schema; much faster than `request_problem`."""
        schema = self._requests.get(media_type)
        return schema is not None and schema.fast.is_valid(body)

    def allows(self, schema: dict[str, Any], value: object) -> bool:
        """Whether a value satisfies a schema that the document holds."""
        return self.compile(schema).fast.is_valid(value)

    def request_problem(self, body: object, media_type: str = JSON) -> Problem | None:
        """What is wrong with a decoded request body, or None. A form is an object of its fields."""
        schema = self._requests.get(media_type)
        return None if schema is None else schema.problem(body)

    def rule_problem(self, body: object) -> Problem | None:
        """Which field of a JSON body, whose types are right, contradicts another one; None where none does."""
        return next((problem for rule in self._rules if (problem := rule.problem(body))), None)

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return tuple(rules_of(self.request_schema(), self.resolve, self.allows)) if JSON in self.request_types else ()

    @cached_property
    def _requests(self) -> dict[str, Schema]:
        """The schemas of the request body, by media type."""
        return {media_type: self.compile(one["schema"]) for media_type, one in self._request_content.items()}

    @cached_property
    def query(self) -> dict[str, dict[str, Any]]:
        """The schemas of the query parameters, by name."""
        return {one["name"]: one["schema"] for one in self.parameters if one["in"] == "query"}

    @cached_property
    def headers(self) -> dict[str, dict[str, Any]]:
        """The schemas of the request headers, by name."""
        return {one["name"]: one["schema"] for one in self.parameters if one["in"] == "header"}

    @cached_property
    def required_headers(self) -> frozenset[str]:
        """The names of the request headers that must be there."""
        required = [one for one in self.parameters if one["in"] == "header" and one.get("required")]
        return frozenset(one["name"] for one in required)

    def query_problem(self, values: object) -> Problem | None:
        """What is wrong with the decoded query parameters, or None. Unknown ones are ignored."""
        return self._query.problem(values) if self.query else None

    @cached_property
    def _query(self) -> Schema:
        return self.compile({"type": "object", "properties": self.query})

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

    def sent_always(self, status: int) -> tuple[str, ...]:
        """The headers, in lower case, that every response of that status has."""
        headers = (self._response(status) or {}).get("headers", {})
        return tuple(name.lower() for name, one in headers.items() if self.resolve(one).get("required"))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The operations that take what an answer of this one names."""
        served = (self.resolve(one) for status, one in self.document["responses"].items() if status.startswith("2"))
        return tuple(link for one in served for link in links_of(one))

    def response_types(self, status: int = 200) -> tuple[str, ...]:
        """The documented media types of a response of that status."""
        return tuple((self._response(status) or {}).get("content", {}))

    @cached_property
    def parameters(self) -> list[dict[str, Any]]:
        """Its Parameter Objects, resolved once."""
        return [self.resolve(one) for one in self.document.get("parameters", ())]

    @cached_property
    def _request_content(self) -> dict[str, Any]:
        content: dict[str, Any] = self.resolve(self.document.get("requestBody", {})).get("content", {})
        return content

    @cached_property
    def _event(self) -> Schema | None:
        """The schema of the JSON that an event's `data` holds."""
        stream = (self._response(200) or {}).get("content", {}).get(EVENT_STREAM)
        if stream is None:
            return None
        data = self.resolve(stream["itemSchema"])["properties"]["data"]
        forms = data.get("oneOf", [data])
        return next(self.compile(form["contentSchema"]) for form in forms if "contentSchema" in form)
