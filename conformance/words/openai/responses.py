"""Responses: how checks ask for them, and how they read whole ones.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

from typing import Any

from conformance.wire.exchange import Exchange, decoded
from conformance.words.answer import JsonAnswer, is_refusal
from conformance.words.ask import OMIT, PROMPT, Ask, parted
from conformance.words.check import Unsupported, inconclusive, pick
from conformance.words.ids import nobodys
from conformance.words.openai.responses_stream import ResponseStream
from conformance.words.openai.tools import CITY, QUESTION
from conformance.words.samples.prompts import FEWEST
from conformance.words.samples.unicode import NAME

PATH = "/responses"
ROOM = 512
"""The most tokens of an answer: models that think use some before the first word."""
CAP = 16
"""The least limit that every model takes."""
MADE_UP = "resp_0000000000000000000000000000000000000000000000ff"
_OPTIONS = {"take", "key", "patient", "headers"}


def tool(name: str) -> dict[str, Any]:
    """A function that takes a city."""
    described = {"name": name, "description": name.replace("_", " ").capitalize() + " of a city"}
    return {"type": "function", **described, "parameters": CITY, "strict": True}


TOOLS = [tool("get_weather"), tool("get_time")]
EARLIER_CALL = {
    "type": "function_call",
    "call_id": "call_8f2a",
    "name": "get_weather",
    "arguments": f'{{"city":"{NAME}"}}',
}
"""A call as an earlier turn of a conversation holds it."""


def said(role: str, content: Any) -> dict[str, Any]:
    """A message as an item."""
    return {"role": role, "content": content}


def result(call: str, output: str = "18 degrees, sunny") -> dict[str, Any]:
    """The result of a call as an item."""
    return {"type": "function_call_output", "call_id": call, "output": output}


class Responses:
    """Asks one target for responses."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def create(self, content: Any = PROMPT, **rest: Any) -> Response:
        """A whole response. `rest` are fields of the body, or options of `post`."""
        fields, options = parted(rest, _OPTIONS)
        return Response(self.post(self.body(content, **fields), **options))

    def stream(self, content: Any = PROMPT, **rest: Any) -> ResponseStream:
        """A streamed response."""
        fields, options = parted(rest, _OPTIONS)
        return ResponseStream(self.post(self.body(content, **{"stream": True} | fields), **options))

    def body(self, content: Any = PROMPT, **fields: Any) -> dict[str, Any]:
        """The least a request needs, a limit, and `fields`."""
        room = max(ROOM, self.ask.cap)
        body = {"model": self.ask.body()["model"], "input": content, "max_output_tokens": room} | fields
        return {name: value for name, value in body.items() if value is not OMIT}

    def post(self, body: Any, **options: Any) -> Exchange:
        """`POST` of a JSON value, or of bytes as they are."""
        return self.ask.post(PATH, body, **options)

    @property
    def nobodys(self) -> str:
        """The id of a response that was never made."""
        plain = self.create()
        own = plain.exchange.json.get("id") if plain.served and isinstance(plain.exchange.json, dict) else None
        return nobodys(own if isinstance(own, str) else None, MADE_UP).id

    def tools_known(self, dependent: bool) -> None:
        """Leaves the check when tools depend on the model and this one clearly refuses them."""
        plain = self.create(QUESTION, tools=TOOLS)
        if dependent and is_refusal(plain.exchange):
            raise Unsupported(f"the target refuses tools: {plain.exchange.text:.160}")


class Response(JsonAnswer):
    """A whole response."""

    @property
    def id(self) -> str:
        """The id, for a later request."""
        return pick(self.body, "id", kind=str) or inconclusive("the id of the response is empty")

    @property
    def state(self) -> Any:
        """How far the response has come."""
        return pick(self.body, "status")

    @property
    def output(self) -> list[dict[str, Any]]:
        """The items, which may be part of the input of the next request."""
        return [item for item in pick(self.body, "output", kind=list) if isinstance(item, dict)]

    @property
    def words(self) -> str:
        """All text; empty when there is none."""
        return words(self.output)

    @property
    def text(self) -> str:
        """All text; inconclusive when there is none."""
        return self.words or inconclusive(f"the response holds no text: {self.exchange.text:.160}")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The function calls, none when there are none."""
        return [item for item in self.output if item.get("type") == "function_call"]

    @property
    def made(self) -> list[dict[str, Any]]:
        """The function calls; inconclusive when there are none."""
        return self.calls or inconclusive("the model called no tool")

    @property
    def input(self) -> int:
        """The tokens of the request; inconclusive when the target counts none."""
        return self.tokens("input_tokens") or inconclusive("the target counts no input tokens")


def words(output: list[dict[str, Any]]) -> str:
    """The text of all messages among some items, as the official clients put it together."""
    contents = [item.get("content") for item in output if item.get("type") == "message"]
    parts = [part for content in contents if isinstance(content, list) for part in content if isinstance(part, dict)]
    texts = [part.get("text") for part in parts if part.get("type") == "output_text"]
    return "".join(text for text in texts if isinstance(text, str))


def call_id(call: dict[str, Any]) -> str:
    """The id of a call that can be answered; inconclusive when the call has a defect of its own."""
    pick(call, "arguments", kind=str)
    return pick(call, "call_id", kind=str) or inconclusive("the call_id of the call is empty")


def arguments(call: dict[str, Any]) -> Any:
    """The decoded arguments of a call; None when they are not JSON text."""
    text = call.get("arguments")
    return decoded(text) if isinstance(text, str) else None


def demand_longer(more: Response, less: Response, what: str) -> None:
    """Demands that what was added reached the model: it costs input tokens."""
    grown = more.input - less.input

    assert grown >= FEWEST, f"{what} cost {grown} input tokens: {less.input} without, {more.input} with"
