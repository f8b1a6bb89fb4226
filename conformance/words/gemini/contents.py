"""The Gemini protocol: how checks ask in it, and how they read the answers.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from conformance.wire.exchange import Exchange
from conformance.words.answer import JsonAnswer, StreamedAnswer
from conformance.words.ask import CREDENTIALS, PROMPT, Ask, encoded, parted, without_omitted
from conformance.words.check import inconclusive, pick
from conformance.words.samples import media
from conformance.words.vision import COLOUR

PROTOCOL = "gemini"
ROOM = 1024
"""The most tokens of an answer: models that think use some before the first word."""
_OPTIONS = {"version", "query", "safe", "headers", "take", "key", "patient"}


def turn(text: str, role: str = "user") -> dict[str, Any]:
    """A turn that is one text."""
    return {"role": role, "parts": [{"text": text}]}


class Gemini:
    """Asks one target in the Gemini protocol, with the first kind of credential that it documents."""

    def __init__(self, ask: Ask, credential: str) -> None:
        self.ask = ask
        self.credential = CREDENTIALS[credential]

    @property
    def model(self) -> str:
        """The model to ask. Raises `Unsupported` when none is known."""
        return self.ask.model_for(PROTOCOL)

    def generate(self, prompt: Any = PROMPT, *, config: Any = None, model: str = "", **rest: Any) -> Generated:
        """`:generateContent`. `prompt` is a text or the turns; `rest` are further fields, or options of `post`."""
        fields, options = parted(rest, _OPTIONS)
        return Generated(self.post("generateContent", self.body(prompt, config, **fields), model=model, **options))

    def stream(self, prompt: Any = PROMPT, *, config: Any = None, model: str = "", **rest: Any) -> GeneratedStream:
        """`:streamGenerateContent` with `alt=sse`."""
        fields, options = parted({"query": "alt=sse", **rest}, _OPTIONS)
        body = self.body(prompt, config, **fields)
        return GeneratedStream(self.post("streamGenerateContent", body, model=model, **options))

    def body(self, prompt: Any = PROMPT, config: Any = None, **fields: Any) -> dict[str, Any]:
        """The least a request needs, and `fields`. `config` is added to the configuration."""
        contents = [turn(prompt)] if isinstance(prompt, str) else prompt
        configured = {"maxOutputTokens": max(ROOM, self.ask.cap), **(config or {})}
        return without_omitted({"contents": contents, "generationConfig": configured, **fields})

    def post(
        self,
        method: str,
        body: Any,
        *,
        model: str = "",
        version: str = "v1beta",
        query: str = "",
        safe: str = "/",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Exchange:
        """`POST` of a JSON value, or of bytes as they are, to a method of a model. `safe` are not percent-encoded."""
        path = f"/{version}/models/{quote(model or self.model, safe=safe)}:{method}{'?' if query else ''}{query}"
        raw = body if isinstance(body, bytes) else encoded(body)
        sent = self.credential if headers is None else headers
        return self.ask.send("POST", path, raw, headers=sent, protocol=PROTOCOL, **options)

    def get(self, path: str) -> Exchange:
        """`GET` of a path below the base URL."""
        return self.ask.send("GET", path, headers=self.credential, protocol=PROTOCOL)


class Generated(JsonAnswer):
    """A whole answer."""

    USAGE = "usageMetadata"

    @property
    def candidate(self) -> dict[str, Any]:
        """The first candidate."""
        return pick(self.body, "candidates", 0, kind=dict)

    @property
    def content(self) -> dict[str, Any]:
        """The content of the first candidate, which is a turn for the next request."""
        return pick(self.candidate, "content", kind=dict)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of the first candidate; none where it says nothing."""
        return parts_of(self.candidate)

    @property
    def text(self) -> str:
        """The words of the first candidate; inconclusive when it has none."""
        return text_of(self.parts) or inconclusive(f"the answer holds no text: {self.exchange.text:.160}")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The function calls of the first candidate; inconclusive when there are none."""
        return calls_of(self.parts) or inconclusive("the model called no function")

    @property
    def finish_reason(self) -> Any:
        """Why the first candidate ended."""
        return pick(self.candidate, "finishReason")


class GeneratedStream(StreamedAnswer):
    """A streamed answer."""

    @cached_property
    def chunks(self) -> list[dict[str, Any]]:
        """The parts of the answer: every JSON object that is no error."""
        chunks = [one for one in self.objects if "error" not in one]
        return chunks or inconclusive("cannot be judged: the stream holds no part of an answer")

    @cached_property
    def candidates(self) -> list[dict[str, Any]]:
        """The pieces of the first candidate, in order of arrival."""
        lists = [pieces for chunk in self.chunks if isinstance(pieces := chunk.get("candidates"), list)]
        return [one for pieces in lists for one in pieces if isinstance(one, dict) and not one.get("index")]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of all pieces."""
        return [part for candidate in self.candidates for part in parts_of(candidate)]

    @property
    def text(self) -> str:
        """The words, put together; inconclusive when there are none."""
        return text_of(self.parts) or inconclusive("cannot be judged: the stream carries no text")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The function calls; inconclusive when there are none."""
        return calls_of(self.parts) or inconclusive("the model called no function")

    @property
    def finish_reasons(self) -> list[Any]:
        """Every finish reason of the first candidate, in order."""
        return [candidate["finishReason"] for candidate in self.candidates if candidate.get("finishReason")]

    def arrivals(self) -> list[float]:
        """When text arrived, in seconds since the request."""
        closed = self.exchange.stream.events if self.status == 200 else []
        texts = [event.arrived for event in closed if '"text"' in event.data]
        return texts or inconclusive("cannot be judged: the stream carries no text")


def parts_of(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a candidate; none when it has no content, as one that only ends an answer."""
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def text_of(parts: list[dict[str, Any]]) -> str:
    """The words of parts, without thoughts."""
    return "".join(part["text"] for part in parts if isinstance(part.get("text"), str) and not part.get("thought"))


def calls_of(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The function calls among parts."""
    return [part["functionCall"] for part in parts if isinstance(part.get("functionCall"), dict)]


def repeats(texts: list[str]) -> bool:
    """Each of these pieces begins with all of the one before."""
    return all(later.startswith(earlier) for earlier, later in pairwise(texts))


def picture(data: str | None = None) -> list[dict[str, Any]]:
    """A turn with an image: the red square, or what base64 is given."""
    inline: dict[str, Any] = {"mimeType": "image/png", "data": media.base64_text(media.png()) if data is None else data}
    return pictured({"inlineData": inline})


def pictured(*images: dict[str, Any]) -> list[dict[str, Any]]:
    """A turn that asks for a colour, with images or without."""
    return [{"role": "user", "parts": [{"text": COLOUR}, *images]}]
