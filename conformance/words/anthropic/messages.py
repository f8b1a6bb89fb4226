"""The Anthropic protocol: how checks ask in it, and how they read whole answers.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.wire.recorder import Recorder
from conformance.words.answer import JsonAnswer
from conformance.words.anthropic.stream import MessageStream
from conformance.words.ask import CREDENTIALS, OMIT, PROMPT, Ask, encoded, parted, user, without_omitted
from conformance.words.check import Unsupported, inconclusive, pick

PROTOCOL = "anthropic"
MESSAGES = "/v1/messages"
COUNT_TOKENS = "/v1/messages/count_tokens"
VERSION = "2023-06-01"
LATER = "2026-10-21"
CLIENTS = ("x-api-key", "bearer")
"""What the official clients send: those before 2026-10-21, and those since."""
ROOM = 512
"""The most tokens of an answer: models that think use some before the first word."""
_OPTIONS = {"version", "credential", "headers", "take", "key", "patient"}
STOP_REASONS = (
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
)
STOP = "7"
THINKING = {"type": "enabled", "budget_tokens": 1024}


class Anthropic:
    """Asks one target in the Anthropic protocol, with the first kind of credential that it documents."""

    def __init__(self, ask: Ask, credential: str) -> None:
        self.ask = ask
        self.credential = credential

    @property
    def recorder(self) -> Recorder:
        """The recording client."""
        return self.ask.recorder

    @property
    def named(self) -> bool:
        """Whether the target names the model for this protocol."""
        return PROTOCOL in self.recorder.target.models

    @cached_property
    def model(self) -> str:
        """The model that the target names for this protocol, else one that is listed for it, else the one for chat."""
        try:
            return self.ask.model_for(PROTOCOL, sought=True)
        except Unsupported:
            return self.ask.model or inconclusive("no model is known: name one under [models] anthropic")

    def demand_model(self) -> None:
        """Raises `Unsupported` when a model that nobody named for this protocol is refused."""
        if not self.named and self.message().status in {400, 403, 404, 422}:
            problem = f"POST {MESSAGES} refuses {self.model}: name another model under [models] anthropic"
            self.ask.miss_model(PROTOCOL, problem)
            raise Unsupported(problem)

    def message(self, prompt: Any = PROMPT, **rest: Any) -> Message:
        """A whole answer. `prompt` is a text or the messages; `rest` are fields, or options of `post`."""
        fields, options = parted(rest, _OPTIONS)
        return Message(self.post(self.body(prompt, **fields), **options))

    def stream(self, prompt: Any = PROMPT, **rest: Any) -> MessageStream:
        """A streamed answer."""
        fields, options = parted(rest, _OPTIONS)
        return MessageStream(self.post(self.body(prompt, **{"stream": True} | fields), **options))

    def count(self, prompt: Any = PROMPT, **fields: Any) -> Exchange:
        """`POST /v1/messages/count_tokens`."""
        return self.post(self.body(prompt, **{"max_tokens": OMIT} | fields), path=COUNT_TOKENS)

    def body(self, prompt: Any = PROMPT, **fields: Any) -> dict[str, Any]:
        """The least a request needs, and `fields`."""
        messages = [user(prompt)] if isinstance(prompt, str) else prompt
        return without_omitted(
            {"model": self.model, "max_tokens": max(ROOM, self.ask.cap), "messages": messages} | fields
        )

    def post(
        self,
        body: Any,
        *,
        path: str = MESSAGES,
        version: str = VERSION,
        credential: str = "",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Exchange:
        """`POST` of a JSON value, or of bytes as they are. An empty `version` is not sent."""
        raw = body if isinstance(body, bytes) else encoded(body)
        sent = CREDENTIALS[credential or self.credential] | {"anthropic-version": version} | (headers or {})
        return self.ask.send("POST", path, raw, headers=sent, protocol=PROTOCOL, **options)

    def get(self, path: str) -> Exchange:
        """`GET` of a path below the base URL of the protocol."""
        headers = CREDENTIALS[self.credential] | {"anthropic-version": VERSION}
        return self.ask.send("GET", path, None, headers=headers, protocol=PROTOCOL)


class Message(JsonAnswer):
    """A whole answer."""

    @property
    def content(self) -> list[dict[str, Any]]:
        """The blocks, which are the content of a turn in the next request."""
        return [block for block in pick(self.body, "content", kind=list) if isinstance(block, dict)]

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """The blocks of one type."""
        return [block for block in self.content if block.get("type") == kind]

    @property
    def words(self) -> str:
        """All text; empty when there is none."""
        texts = (block.get("text") for block in self.blocks("text"))
        return "".join(text for text in texts if isinstance(text, str))

    @property
    def text(self) -> str:
        """All text; inconclusive when there is none."""
        return self.words or inconclusive(f"the answer holds no text: {self.exchange.text:.160}")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The tool calls; inconclusive when there are none."""
        return self.blocks("tool_use") or inconclusive("the model called no tool")

    @property
    def stop_reason(self) -> Any:
        """Why the answer ended."""
        return pick(self.body, "stop_reason")

    @property
    def input(self) -> int:
        """All tokens of the request, cached ones among them; inconclusive when the target counts none."""
        return whole_input(self.body.get("usage")) or inconclusive("the target counts no input tokens")


def whole_input(usage: Any) -> int:
    """All input tokens of a usage object, cached ones among them."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    counts = [usage.get(name) for name in names] if isinstance(usage, dict) else []
    return sum(count for count in counts if isinstance(count, int))
