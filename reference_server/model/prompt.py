"""Prompts and answers, independent of any protocol.

A protocol translates its request body into a `Prompt`, and an `Answer` into its response body or its stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from reference_server.model import tokens


class Part(msgspec.Struct, frozen=True):
    """A part of a message. `text` is its text, or that of a document or of speech, or the colour of an image.

    `size` is in bytes, `at` is the place of the part in the request.
    """

    kind: Literal["text", "image", "audio", "file"]
    text: str = ""
    media_type: str = ""
    name: str = ""
    size: int = 0
    at: str = ""


class ToolCall(msgspec.Struct, frozen=True):
    """A call of a tool. `arguments` is JSON text, or any text where the tool is `free`."""

    id: str
    name: str
    arguments: str
    free: bool = False


class Message(msgspec.Struct, frozen=True):
    """A turn of the conversation. `answers` is the id of the call whose result a tool message brings."""

    role: str
    parts: tuple[Part, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    answers: str | None = None

    @property
    def text(self) -> str:
        """The words of the message, without documents."""
        return "".join([part.text for part in self.parts if part.kind == "text"])


class Tool(msgspec.Struct, frozen=True):
    """A tool the model may call. `at` is the place of its parameters in the request; a `free` tool takes any text."""

    name: str
    parameters: Mapping[str, Any]
    at: str = ""
    description: str = ""
    free: bool = False


Mode = Literal["none", "auto", "required"]
"""Whether a tool may or must be called."""
Finish = Literal["stop", "length", "tool_calls", "content_filter"]
"""Why an answer ended."""


class ToolChoice(msgspec.Struct, frozen=True):
    """Whether a tool may or must be called, and which. `names` None means any."""

    mode: Mode = "auto"
    names: frozenset[str] | None = None


class Output(msgspec.Struct, frozen=True):
    """The form of the answer: an `option` is a text of an enumeration. `at` is the schema's place in the request."""

    kind: Literal["text", "json", "schema", "option"] = "text"
    schema: Mapping[str, Any] | None = None
    at: str = ""


class Prompt(msgspec.Struct, frozen=True):
    """A request to a model. `logprobs` is the number of alternatives per token, None for none at all.

    `thinking` asks the model to think aloud before it answers.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    choice: ToolChoice = ToolChoice()
    parallel: bool = True
    output: Output = Output()
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    choices: int = 1
    logprobs: int | None = None
    thinking: bool = False


class CallStart(msgspec.Struct, frozen=True):
    """A tool call begins: its place among the answer's calls, its id and the tool's name."""

    index: int
    id: str
    name: str
    free: bool = False


class CallArguments(msgspec.Struct, frozen=True):
    """One token of a call's arguments."""

    index: int
    text: str


Piece = CallStart | CallArguments


class Answer(msgspec.Struct, frozen=True):
    """What the model says: a text of `length` tokens, then the pieces of its calls, one token each; and why it stopped.

    `stop` is the stop text that ended it. `thoughts` are tokens that came before the text, and cost as much; `silent`
    is the number of those that nobody sees. Where it `refuses`, the text says that it will not answer.
    """

    said: str
    length: int
    pieces: tuple[Piece, ...]
    finish: Finish
    stop: str | None = None
    thoughts: tuple[str, ...] = ()
    silent: int = 0
    refuses: bool = False

    @property
    def calling(self) -> bool:
        """Whether it calls tools."""
        return bool(self.pieces)

    @property
    def plain(self) -> bool:
        """Whether it is a text and nothing else."""
        return bool(self.said) and not (self.pieces or self.thoughts or self.refuses)

    @property
    def spent(self) -> int:
        """The tokens that it took."""
        return self.length + len(self.pieces) + self.reasoning

    @property
    def reasoning(self) -> int:
        """The tokens that it took before it spoke."""
        return len(self.thoughts) + self.silent

    @property
    def text(self) -> str | None:
        """The whole text, or None when the answer consists of calls."""
        return self.said if self.said or not self.pieces else None

    @property
    def texts(self) -> list[str]:
        """The text, token by token."""
        return tokens.cut(self.said)

    @property
    def calls(self) -> list[ToolCall]:
        """The calls, each with its arguments in one string."""
        starts = [piece for piece in self.pieces if type(piece) is CallStart]
        return [ToolCall(start.id, start.name, self._arguments(start.index), start.free) for start in starts]

    def _arguments(self, index: int) -> str:
        return "".join(piece.text for piece in self.pieces if type(piece) is CallArguments and piece.index == index)


class Usage(msgspec.Struct, frozen=True):
    """What an answer cost, in tokens. `reasoning` are those of the completion that came before it spoke."""

    prompt: int
    completion: int
    reasoning: int = 0

    @property
    def total(self) -> int:
        """All tokens."""
        return self.prompt + self.completion
