"""Streamed responses, as a check reads them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from conformance.wire import sse
from conformance.words.answer import StreamedAnswer
from conformance.words.check import inconclusive, pick

Data = dict[str, Any]
DONE = "[DONE]"
ENDS = ("response.completed", "response.incomplete", "response.failed")
LIFECYCLE = ("response.created", "response.in_progress", *ENDS)
TEXT = "response.output_text.delta"
ARGUMENTS = "response.function_call_arguments.delta"


class ResponseStream(StreamedAnswer):
    """A streamed response."""

    @cached_property
    def events(self) -> list[sse.Event]:
        """All events but `[DONE]`, and what no blank line closed, unless the connection broke there."""
        events = [event for event in super().events if event.data.strip() != DONE]
        return events or inconclusive("cannot be judged: the answer holds no event")

    @cached_property
    def data(self) -> list[Data]:
        """The JSON objects of all events that have a type."""
        return [value for value in self.objects if isinstance(value.get("type"), str)]

    def of(self, *kinds: str) -> list[Data]:
        """The events of some types."""
        return [data for data in self.data if data["type"] in kinds]

    @property
    def final(self) -> Data:
        """The response of the last event that ends the stream."""
        return pick(self.of(*ENDS), -1, "response", kind=dict)

    @property
    def output(self) -> list[Data]:
        """The items of that response."""
        return [item for item in pick(self.final, "output", kind=list) if isinstance(item, dict)]

    @property
    def end(self) -> Any:
        """The type of the last event that ends the stream."""
        return pick(self.of(*ENDS), -1, "type")

    def joined(self, kind: str, place: Any = None) -> str:
        """The deltas of one kind put together; of one item when its `output_index` is given."""
        events = [data for data in self.of(kind) if place is None or data.get("output_index") == place]
        return "".join(data["delta"] for data in events if isinstance(data.get("delta"), str))

    @property
    def text(self) -> str:
        """The text of all deltas."""
        return self.joined(TEXT)

    @property
    def calls(self) -> list[Data]:
        """The events that begin a function call; inconclusive when there are none."""
        added = self.of("response.output_item.added")
        calls = [data for data in added if isinstance(item := data.get("item"), dict) and _is_call(item)]
        return calls or inconclusive("the model called no tool")

    def item_of(self, added: Data) -> Data:
        """The whole item that an event began."""
        place = added.get("output_index")
        done = [data for data in self.of("response.output_item.done") if data.get("output_index") == place]
        return pick(done, 0, "item", kind=dict)


def _is_call(item: Data) -> bool:
    return item.get("type") == "function_call"
