"""Streamed answers of the Anthropic protocol, as a check reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.wire.exchange import decoded
from conformance.words.answer import StreamedAnswer
from conformance.words.check import inconclusive, pick

Data = dict[str, Any]
DELTAS = {
    "text_delta": "text",
    "input_json_delta": "tool_use",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "citations_delta": "text",
}
"""The type of the block that each type of delta is for."""


@dataclass
class Block:
    """A block put together from its events, as the official clients do: by index."""

    start: Data
    deltas: list[Data] = field(default_factory=list)

    @property
    def type(self) -> Any:
        """The type of the block."""
        return self.start.get("type")

    def joined(self, name: str) -> str:
        """The parts of one kind, such as `text` or `partial_json`, put together."""
        parts = (delta.get(name) for delta in self.deltas)
        return "".join(part for part in parts if isinstance(part, str))

    @property
    def input(self) -> Any:
        """The input of a call: what the deltas spell, else what the start holds; None when that is not JSON."""
        text = self.joined("partial_json")
        return decoded(text) if text else self.start.get("input")


class MessageStream(StreamedAnswer):
    """A streamed answer."""

    @cached_property
    def data(self) -> list[Data]:
        """The JSON objects of all events that have a type."""
        return [value for value in self.objects if isinstance(value.get("type"), str)]

    def of(self, kind: str) -> list[Data]:
        """The events of one type."""
        return [data for data in self.data if data["type"] == kind]

    @property
    def message(self) -> Data:
        """The message of the start."""
        return pick(self.of("message_start"), 0, "message", kind=dict)

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks in order of their index."""
        blocks: dict[int, Block] = {}
        for data in self.data:
            index = data.get("index")
            if isinstance(index, int) and isinstance(data.get("content_block"), dict):
                blocks.setdefault(index, Block(data["content_block"]))
            elif isinstance(index, int) and isinstance(data.get("delta"), dict):
                blocks.setdefault(index, Block({})).deltas.append(data["delta"])
        return [blocks[index] for index in sorted(blocks)]

    def text(self) -> str:
        """The text of all blocks, put together."""
        return "".join(block.joined("text") for block in self.blocks)

    @property
    def calls(self) -> list[Block]:
        """The tool calls; inconclusive when there are none."""
        calls = [block for block in self.blocks if block.type == "tool_use"]
        return calls or inconclusive("the model called no tool")

    @property
    def stop_reasons(self) -> list[Any]:
        """Every stop_reason that is not null."""
        deltas = (data.get("delta") for data in self.of("message_delta"))
        reasons = [delta.get("stop_reason") for delta in deltas if isinstance(delta, dict)]
        return [reason for reason in reasons if reason is not None]

    @property
    def usage(self) -> Data:
        """The token counts at the end: those of the start, each replaced by any later one."""
        usages = [self.message.get("usage"), *(data.get("usage") for data in self.of("message_delta"))]
        reports = [usage for usage in usages if isinstance(usage, dict)]
        return {name: count for usage in reports for name, count in usage.items() if count is not None}

    def arrivals(self) -> list[float]:
        """When text arrived, in seconds since the request."""
        times = [event.arrived for event in self.events if "text_delta" in event.data]
        return times or inconclusive("cannot be judged: the stream carries no text")
