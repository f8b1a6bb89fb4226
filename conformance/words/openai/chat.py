"""Chat completions as a check reads them, whole and streamed.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Any

from conformance.wire.exchange import decoded
from conformance.words.answer import JsonAnswer, StreamedAnswer
from conformance.words.check import inconclusive, member, objects, pick

DONE = "[DONE]"
FINISH_REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")
CHUNK_FIELDS = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint", "obfuscation"}
)
"""The members that a chunk of any stream may have."""
CAP = 16
"""The least that every model takes."""


class Completion(JsonAnswer):
    """A whole chat completion."""

    @cached_property
    def choices(self) -> list[dict[str, Any]]:
        """The choices, in the order of the body."""
        choices = pick(self.body, "choices", kind=list)
        return [pick(self.body, "choices", index, kind=dict) for index in range(len(choices))]

    @property
    def message(self) -> dict[str, Any]:
        """The message of the first choice."""
        return pick(self.body, "choices", 0, "message", kind=dict)

    @property
    def text(self) -> str:
        """The content of the first choice; inconclusive when it is not text."""
        return pick(self.message, "content", kind=str)

    @property
    def finish_reason(self) -> Any:
        """Why the first choice ended."""
        return pick(self.body, "choices", 0, "finish_reason")

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """The tool calls of the first choice, none when there are none."""
        calls = self.message.get("tool_calls") or []
        return [call for call in pick(calls, kind=list) if isinstance(call, dict)]


@dataclass
class ToolCall:
    """One tool call put together from its fragments, as the official SDKs do: by index, text appended."""

    index: int
    fragments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> Any:
        """The id of the first fragment."""
        return self.fragments[0].get("id")

    @property
    def name(self) -> Any:
        """The function name of the first fragment."""
        return member(self.fragments[0], "function", "name")

    @property
    def arguments(self) -> str:
        """The arguments of all fragments, in order."""
        parts = (member(part, "function", "arguments") for part in self.fragments)
        return "".join(part for part in parts if isinstance(part, str))


class CompletionStream(StreamedAnswer):
    """A streamed chat completion."""

    @property
    def data(self) -> list[str]:
        """The data of every event, `[DONE]` among them."""
        return [event.data for event in self.events]

    @cached_property
    def chunks(self) -> list[dict[str, Any]]:
        """The chunks of a stream that does not fail; inconclusive of one that does."""
        if self.errors:
            inconclusive(f"the stream reports a failure: {self.errors[0]!r:.120}")
        return self.pieces or inconclusive("cannot be judged: the stream holds no chunk")

    @cached_property
    def pieces(self) -> list[dict[str, Any]]:
        """Every event before `[DONE]` that is a JSON object, no error and no remark on the answer."""
        before = takewhile(lambda data: data != DONE, self.data)
        objects = [chunk for chunk in map(_object, before) if chunk is not None and not chunk.get("error")]
        return [chunk for chunk in objects if not is_remark(chunk)]

    def arrivals(self) -> list[float]:
        """When text arrived, in seconds since the request."""
        times = [event.arrived for event in self.events if _has_text(_object(event.data))]
        return times or inconclusive("cannot be judged: the stream carries no text")

    @cached_property
    def choices(self) -> list[dict[str, Any]]:
        """Every choice of every chunk, in order of arrival."""
        return choices_of(self.chunks)

    @property
    def indices(self) -> set[Any]:
        """The indices of all choices."""
        indices = (choice.get("index", 0) for choice in self.choices)
        return {index for index in indices if isinstance(index, Hashable)}

    def of(self, index: int) -> list[dict[str, Any]]:
        """The parts of one choice. A part without an index belongs to choice 0."""
        return [choice for choice in self.choices if choice.get("index", 0) == index]

    def deltas(self, index: int = 0) -> list[dict[str, Any]]:
        """The deltas of one choice."""
        return [choice["delta"] for choice in self.of(index) if isinstance(choice.get("delta"), dict)]

    def text(self, index: int = 0) -> str:
        """The content of one choice, put together."""
        parts = (delta.get("content") for delta in self.deltas(index))
        return "".join(part for part in parts if isinstance(part, str))

    def finish_reasons(self, index: int = 0) -> list[Any]:
        """Every finish_reason of one choice that is not null."""
        reasons = (choice.get("finish_reason") for choice in self.of(index))
        return [reason for reason in reasons if reason is not None]

    def tool_calls(self, index: int = 0) -> list[ToolCall]:
        """The tool calls of one choice, in order of their index."""
        calls: dict[int, ToolCall] = {}
        for fragment in self.fragments(index):
            number = fragment.get("index")
            if isinstance(number, int):
                calls.setdefault(number, ToolCall(number)).fragments.append(fragment)
        return [calls[number] for number in sorted(calls)]

    def fragments(self, index: int = 0) -> Iterator[dict[str, Any]]:
        """The tool call fragments of one choice."""
        for delta in self.deltas(index):
            yield from objects(delta, "tool_calls")

    @property
    def usages(self) -> list[dict[str, Any]]:
        """Every usage object of the stream."""
        return [chunk["usage"] for chunk in self.chunks if isinstance(chunk.get("usage"), dict)]

    @property
    def usage(self) -> dict[str, Any]:
        """The last usage object."""
        return self.usages[-1] if self.usages else inconclusive("cannot be judged: the stream reports no usage")


def choices_of(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every choice of some chunks, in order."""
    return [choice for chunk in chunks for choice in objects(chunk, "choices")]


def is_remark(chunk: dict[str, Any]) -> bool:
    """Whether an event says something of its own and nothing of the answer, as Azure does of what its filter found."""
    return chunk.get("choices") == [] and not chunk.get("usage") and not CHUNK_FIELDS.issuperset(chunk)


def _has_text(chunk: dict[str, Any] | None) -> bool:
    return any(member(choice, "delta", "content") for choice in objects(chunk, "choices"))


def _object(data: str) -> dict[str, Any] | None:
    value = decoded(data)
    return value if isinstance(value, dict) else None
