"""Answers that show a key, in every coding and place, drawn by a seed; and a search for what is left of the key."""

from __future__ import annotations

import base64
import html
import json
import random
import re
import string
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

import httpx

ALPHABETS = (
    string.ascii_letters + string.digits,
    string.ascii_letters + string.digits + "-_",
    string.ascii_letters + string.digits + "+/",
    "0123456789abcdef",
)
PREFIXES = ("", "sk-", "sk-proj-", "gw_", "sk-or-v1-")
FOREIGN = (("sk-", 48), ("sk-proj-", 64), ("AIza", 35), ("xai-", 80), ("gsk_", 52), ("sk-ant-api03-", 93))
STATUSES = (200, 200, 200, 400, 401, 403, 404, 429, 500, 503)
Coding = Callable[[random.Random, str], str]


def own_key(draw: random.Random) -> str:
    """A key such as gateways give out."""
    prefix = draw.choice(PREFIXES)
    return prefix + "".join(draw.choices(draw.choice(ALPHABETS), k=draw.randint(max(24, 2 * len(prefix)), 64)))


def foreign_key(draw: random.Random) -> str:
    """A key of a provider behind a gateway."""
    prefix, length = draw.choice(FOREIGN)
    return prefix + "a1" + "".join(draw.choices(ALPHABETS[0], k=length - 2))


def half(draw: random.Random, key: str) -> str:
    """The key, or a half of it."""
    size = -(-len(key) // 2)
    start = draw.choice((0, len(key) - size, draw.randint(0, len(key) - size)))
    return draw.choice((key, key[start : start + size]))


def _some(draw: random.Random, text: str, write: Callable[[str], str]) -> str:
    """Some characters in another writing."""
    share = draw.choice((0.2, 0.6, 1.0))
    return "".join(write(char) if draw.random() < share else char for char in text)


def _json_number(draw: random.Random, text: str) -> str:
    return _some(draw, text, lambda char: f"\\u00{ord(char):{draw.choice('xX')}}")


CODINGS: dict[str, Coding] = {
    "plain": lambda _, text: text,
    "slashes": lambda _, text: text.replace("/", "\\/"),
    "numbers": _json_number,
    "url": lambda _, text: quote(text, safe=""),
    "url-some": lambda draw, text: _some(draw, text, lambda char: f"%{ord(char):{draw.choice('xX')}}"),
    "entities": lambda draw, text: _some(
        draw, text, lambda char: draw.choice((f"&#{ord(char)};", f"&#x{ord(char):x};"))
    ),
    "base64": lambda _, text: base64.b64encode(text.encode()).decode(),
    "base64-bearer": lambda _, text: base64.urlsafe_b64encode(f"Bearer {text}".encode()).decode(),
    "base64-user": lambda draw, text: base64.b64encode(f"{'user:'[draw.randint(0, 4) :]}{text}!".encode()).decode(),
    "hex": lambda draw, text: draw.choice((str.upper, str.lower))(text.encode().hex()),
    "case": lambda draw, text: draw.choice((str.upper, str.lower))(text),
}


def coded(draw: random.Random, text: str) -> str:
    """The text in a coding, at times within a second one."""
    for _ in range(draw.choice((1, 1, 2))):
        text = CODINGS[draw.choice(("plain", "slashes", "numbers", "url", "entities"))](draw, text)
    return text


WELL: dict[str, Any] = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini"}
WELL["choices"] = [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}}]


class Leak:
    """A gateway all of whose answers show a text, in most cases from the second one on: a run begins then."""

    def __init__(self, draw: random.Random, leaked: str, *, plainly: bool) -> None:
        self.status = draw.choice(STATUSES)
        self._well = draw.choice((0, 1, 1, 1))
        self.coding = "plain" if plainly else draw.choice(list(CODINGS))
        self._leaked, self._draw, self._places = leaked, draw, _places(plainly=plainly)
        self.place = draw.choice(list(self._places))
        text = CODINGS[self.coding](draw, leaked)
        self.text = text if plainly or draw.random() < 0.8 else coded(draw, text)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer to any request."""
        if self._well and request.method == "POST":
            self._well -= 1
            return httpx.Response(200, json=WELL)
        return self._places[self.place](self, request)

    def _answer(self, body: str, label: str = "application/json", **headers: str) -> httpx.Response:
        raw, cut = body.encode(), self._draw.randint(0, len(body))
        return httpx.Response(
            self.status, headers={"content-type": label, **headers}, content=iter([raw[:cut], raw[cut:]])
        )

    def _header(self, _: httpx.Request) -> httpx.Response:
        name = self._draw.choice(("x-echo", "authorization", "x-api-key", "set-cookie", "www-authenticate", "x-url"))
        return self._answer('{"error":{"message":"no"}}', **{name: f"a={self.text}"})

    def _message(self, _: httpx.Request) -> httpx.Response:
        return self._answer(
            f'{{"error":{{"message":"the key {self.text} is no good","type":"x","code":"{self.text}"}}}}'
        )

    def _within(self, _: httpx.Request) -> httpx.Response:
        inner = json.dumps({"upstream": f'{{"key":"{self.text}"}}'})
        return self._answer(json.dumps({"error": {"message": inner}}))

    def _completion(self, _: httpx.Request) -> httpx.Response:
        choice = f'{{"index":0,"finish_reason":"stop","message":{{"role":"assistant","content":"{self.text}"}}}}'
        return self._answer(f'{{"id":"{self.text}","object":"chat.completion","created":1,"choices":[{choice}]}}')

    def _listing(self, _: httpx.Request) -> httpx.Response:
        return self._answer(f'{{"object":"list","data":[{{"id":"gpt-{self.text}","object":"model"}}]}}')

    def _page(self, request: httpx.Request) -> httpx.Response:
        return self._answer(f"<html><a href='{request.url}?key={self.text}'>{self.text}</a></html>", "text/html")

    def _deltas(self, _: httpx.Request) -> httpx.Response:
        size, others = self._draw.choice((1, 5, -(-len(self._leaked) // 2))), self._draw.random() < 0.3
        events = []
        for at in range(0, len(self._leaked), size):
            events += [{"choices": [{"index": 0, "delta": {"content": self._leaked[at : at + size]}}]}]
            events += [{"choices": [{"index": 1, "delta": {"content": "Hello"}}]}] * others
        return self._answer("".join(f"data: {json.dumps(event)}\n\n" for event in events), "text/event-stream")

    def _events(self, _: httpx.Request) -> httpx.Response:
        cut = self._draw.randint(1, len(self._leaked) - 1)
        return self._answer(f"data: {self._leaked[:cut]}\n\ndata: {self._leaked[cut:]}\n\n", "text/event-stream")

    def _redirect(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/moved"):
            return self._message(request)
        return httpx.Response(307, headers={"location": f"/moved/{quote(self._leaked, safe='')}?key={self.text}"})

    def _error(self, _: httpx.Request) -> httpx.Response:
        kind = self._draw.choice((httpx.RemoteProtocolError, httpx.ReadError, httpx.LocalProtocolError, RuntimeError))
        raise kind(f"Illegal header value {self._leaked.encode()!r}")


def _places(*, plainly: bool) -> dict[str, Callable[[Leak, httpx.Request], httpx.Response]]:
    """Where a text may stand. Half a key of another service is nobody's to know."""
    names = ["header", "message", "within", "completion", "listing", "page"]
    names += [] if plainly else ["deltas", "events", "redirect", "error"]
    return {name: getattr(Leak, f"_{name}") for name in names}


DELTA = re.compile(r'"index":\s*0,\s*"delta":\s*\{\s*"content":\s*"([^"]*)"')
EVENT = re.compile(r"data: ([^{}\s\\]*)")


def _views(text: str) -> Iterator[str]:
    """The text as whoever reads it may decode it."""
    undone = re.sub(r"\\+u00([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)
    undone = re.sub(r"\\+(.)", r"\1", undone)
    for view in (text, undone, unquote(undone), html.unescape(undone), html.unescape(unquote(html.unescape(undone)))):
        yield view.lower()
        yield from ("".join(form.findall(view)).lower() for form in (DELTA, EVENT))


def remains(text: str, key: str) -> str:
    """The first part of at least half of a key that a text holds, in any coding; nothing in a text that is clean."""
    size = -(-len(key) // 2)
    views = list(dict.fromkeys(_views(text)))
    for writing, part in _writings(key, size):
        pieces = {writing[at : at + part // 2] for at in range(0, len(writing) - part // 2 + 1, part // 2)}
        for view in views:
            if any(piece in view for piece in pieces):
                parts = (writing[at : at + part] for at in range(len(writing) - part + 1))
                if hit := next((one for one in parts if one in view), ""):
                    return hit
    return ""


def _writings(key: str, size: int) -> Iterator[tuple[str, int]]:
    """A key in each coding of its own, and how much of that is half a key."""
    yield key.lower(), size
    yield key.encode().hex(), 2 * size
    for before in range(3):
        whole = base64.b64encode(bytes(before) + key.encode()).decode()
        code = whole[-(-8 * before // 6) : 8 * (before + len(key)) // 6].lower()
        yield from ((one, (8 * size - 8) // 6) for one in (code, code.replace("+", "-").replace("/", "_")))
