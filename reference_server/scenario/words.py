"""The words that a scenario is written in. The published schema is made of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

Seconds = Annotated[float, Meta(ge=0, le=600)]
Count = Annotated[int, Meta(ge=1)]
Tokens = Annotated[int, Meta(ge=0)]
Rate = Annotated[float, Meta(gt=0)]
Status = Annotated[int, Meta(ge=200, le=599)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
START = "start"
"""The state of a scenario that has just begun."""


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A part of a scenario. Other members than its own are refused."""


class Pattern(Word, frozen=True):
    """A regular expression, which matches at any place. Look-around and back-references are not supported."""

    pattern: str


Text = str | Pattern
"""A text that is contained, or a pattern."""


class Time(Word, frozen=True):
    """When an answer comes, in seconds. Each event of a stream counts as a token."""

    headers: Annotated[Seconds | None, Meta(description="Seconds before the status and the headers.")] = None
    first: Annotated[Seconds | None, Meta(description="Seconds from the headers to the first token.")] = None
    rate: Annotated[Rate | None, Meta(description="Tokens per second after the first one.")] = None
    jitter: Annotated[Fraction | None, Meta(description="0.2: each pause is up to 20 % shorter or longer.")] = None
    stall_after: Annotated[
        Count | None, Meta(description="A stream stalls after so many events, a whole answer before it comes.")
    ] = None
    stall: Annotated[Seconds | None, Meta(description="For how many seconds; 600 unless it is given.")] = None


class ToolCall(Word, frozen=True):
    """A call of a tool."""

    name: str
    arguments: Annotated[dict[str, Any] | str, Meta(description="An object, or text that may be broken JSON.")] = {}
    id: str | None = None


class Usage(Word, frozen=True):
    """Counts that take the place of those that the server makes."""

    prompt: Tokens | None = None
    completion: Tokens | None = None
    reasoning: Tokens | None = None


class Error(Word, frozen=True):
    """What an error says; the rest follows from the status and the protocol."""

    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None


class Answer(Word, frozen=True):
    """What is answered: by the model, by the gateway, or by neither of them."""

    text: Annotated[str | None, Meta(description="What the model says.")] = None
    json: Annotated[Any, Meta(description="What the model says, as JSON text.")] = UNSET
    refusal: Annotated[str | None, Meta(description="The model refuses, with this text.")] = None
    tool_calls: Annotated[list[ToolCall], Meta(description="What the model calls, after what it says.")] = []
    reasoning: Annotated[str | None, Meta(description="What the model thinks before it speaks.")] = None
    finish: Annotated[
        Literal["stop", "length", "tool_calls", "content_filter"] | None,
        Meta(description="Why the answer ends, in the words of OpenAI; other protocols have their own."),
    ] = None
    usage: Usage | None = None
    status: Annotated[Status | None, Meta(description="From 400 on: an error, as the protocol writes it.")] = None
    error: Error | None = None
    body: Annotated[Any, Meta(description="The whole body instead: a text as it is, anything else as JSON.")] = UNSET
    headers: Annotated[dict[str, str], Meta(description="Further headers of the answer.")] = {}
    fault: Annotated[
        str | list[str], Meta(description="Faults or variations of `reference-server --list-faults`.")
    ] = []
    connection: Annotated[
        Literal["reset", "half-close", "wrong-length", "never"] | None,
        Meta(description="What happens to the connection: `never` is that no answer comes."),
    ] = None
    after: Annotated[
        Tokens | None, Meta(description="The connection breaks after so many events, or bytes of a whole answer.")
    ] = None
    time: Time | None = None
    times: Annotated[Count | None, Meta(description="How often, before the next answer of the list is due.")] = None

    @property
    def speaks(self) -> bool:
        """Whether the model says something else than it would."""
        said = (self.text, self.refusal, self.reasoning, self.finish, self.usage)
        return any(one is not None for one in said) or self.json is not UNSET or bool(self.tool_calls)

    @property
    def direct(self) -> bool:
        """Whether no model is asked."""
        return self.status is not None or self.error is not None or self.body is not UNSET

    @property
    def faults(self) -> list[str]:
        """The names of the faults."""
        return [self.fault] if isinstance(self.fault, str) else self.fault


class When(Word, frozen=True):
    """Which requests a rule concerns: those of which all of this is true. `*` in a name stands for anything."""

    protocol: Literal["openai", "anthropic", "gemini"] | None = None
    operation: Annotated[str | None, Meta(description="An operation of /openapi.json: createChatCompletion.")] = None
    path: Annotated[str | None, Meta(description="The whole path: /v1/chat/*.")] = None
    model: Annotated[str | None, Meta(description="The model that is asked for: gpt-*.")] = None
    stream: Annotated[bool | None, Meta(description="Whether a stream is asked for.")] = None
    last: Annotated[Text | None, Meta(description="The last message contains this text, or has this pattern.")] = None
    any: Annotated[Text | None, Meta(description="So does any message.")] = None
    tool_result: Annotated[
        bool | Text | None, Meta(description="The last message brings the result of a tool, which contains this text.")
    ] = None
    header: Annotated[dict[str, Text], Meta(description="Headers, and what their values contain.")] = {}
    key: Annotated[str | None, Meta(description="The API key: sk-ok@*.")] = None
    test: Annotated[str | None, Meta(description="`x-test-id`, or what follows `@` in the key.")] = None
    state: Annotated[str | None, Meta(description="The state of the scenario, which is `start` at first.")] = None
    nth: Annotated[
        Count | list[Count] | None,
        Meta(description="Of the requests for which the rest is true, only these: 1, [2, 3]."),
    ] = None
    probability: Annotated[Fraction | None, Meta(description="Only this share of them, drawn by the seed.")] = None


class Rule(Word, frozen=True):
    """What is answered to which requests."""

    when: When = When()
    answer: Annotated[
        Answer | list[Answer],
        Meta(description="One after another; the last one stays, unless it has `times`: then the rule ends."),
    ] = Answer()
    then: Annotated[
        str | None, Meta(description="The state of the scenario after this rule: after the last of its answers.")
    ] = None

    @property
    def answers(self) -> list[Answer]:
        """The answers, in order."""
        return [self.answer] if isinstance(self.answer, Answer) else self.answer


class Scenario(Word, frozen=True):
    """Rules, of which the first that matches is played. What matches none is answered by the model."""

    rules: list[Rule] = []
    models: Annotated[dict[str, Time], Meta(description="The time of models, by name: gpt-*.")] = {}
    seed: Annotated[int, Meta(description="Of probabilities and of jitter.")] = 0
