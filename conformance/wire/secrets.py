"""Keeps credentials out of whatever leaves the suite.

A key is found in any coding (see `coded`), in hexadecimal and within base64, and so is a part of at least half of it.
How much of a key counts depends on how much of it is random:

- Of a random key (such as `sk-proj-` and 40 random characters), each part that is half as long, with at least six
  characters beside the words it begins with; one below twelve characters has a digit in it.
- Of a key of words that has sixteen characters or more, the whole key.
- Any other key (`test`, `sk-1234`) is a word that an answer may hold anyway. It counts only where it stands as a
  credential: after `Bearer`, as an "API key", or in the query of an address.

Keys of other services are told by their shape. They are kept out of what leaves, while checks see them: an address that
is signed has to stay whole.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import quote

from conformance.target import CREDENTIAL
from conformance.wire.coded import Layout, Span, alike, apart

MASK = "***"
CREDENTIALS = {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key"}
COOKIES = {"cookie", "set-cookie"}
FLAGS = {"httponly", "secure", "partitioned"}
ADDRESSES = {"location", "content-location", "link", "refresh"}
"""Headers in which a server repeats the address of a request, with its query."""
WORDS = re.compile(r"(?:(?:[a-z]+|[A-Z]+|[a-z]{1,4}\d{1,2})[-_.:/@])*")
RANDOM = re.compile(r"\d|[a-z][A-Z]|[A-Z][a-z]")
STRONG, PLAIN = 8, 16
"""How many characters beside words a key has that counts in parts, and how many one has that counts as a whole."""
FEW, SURE = 6, 12
"""How many characters of a part that counts are beside words, and how long one is that may be letters alone."""
AS_CREDENTIAL = r"(?:(?i:bearer)\s+|(?i:api.?key)[^A-Za-z0-9]{1,6}(?:(?i:provided|is)[^A-Za-z0-9]{1,4})?|[?&]key=)"
HINTS = (b"sk-", b"AIza", b"xai-", b"gsk_", b"AKIA", b"hf_", b"earer ")
SHAPE = re.compile(
    rb"(?<![A-Za-z0-9])(?<!Credential=)((?:(?:sk|xai)-|AIza|gsk_|AKIA|hf_)[A-Za-z0-9_-]{16,})"
    rb"|(?i:bearer) +([\w.~+/-]{20,})"
)
RUN = re.compile(rb"[A-Za-z0-9]{16,}")
PIECE, OVERLAP = 1 << 20, 128 << 10
"""In which pieces a large text is searched, and how much two of them share: no key is spread over more."""
OWN, OTHERS = "the key that was sent", "a key of another service"


class Received(NamedTuple):
    """An answer without secrets, and where it shows a credential."""

    headers: list[tuple[str, str]]
    body: bytes
    leaks: tuple[str, ...]


class Secrets:
    """What must not be shown: the values given, and whatever looks like a key of another service."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted({value for value in values if value}, key=len, reverse=True)
        self._codings = [coding for value in self._values for coding in _codings(value)]
        self._anchors = tuple({anchor for coding in self._codings for anchor in coding.anchors})

    def received(self, status: int, pairs: Sequence[tuple[str, str]], body: bytes) -> Received:
        """An answer without secrets. Each byte of one in the body is an asterisk, so that its chunks stay as long."""
        own = self._found(body)
        leaks = [f"{OWN} in its body"] if own else []
        leaks += [f"{OTHERS} in its body"] if status >= 400 and foreign(body) else []
        leaks += self._in_headers(pairs)
        spans = apart([*own, *self._as_credential(body)])
        return Received(self.headers(pairs), starred(body, spans), tuple(leaks))

    def _in_headers(self, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
        """The headers that show a credential: none that has to, and none that repeats the address of a request."""
        values = [(name.lower(), value.encode("utf-8", "surrogatepass")) for name, value in pairs]
        values = [(name, value) for name, value in values if name not in COOKIES | ADDRESSES]
        whole = b"\n".join(value for _, value in values)
        if self._found(whole):
            yield from (f"{OWN} in {name}" for name, value in values if self._found(value))
        if foreign(whole):
            yield from (f"{OTHERS} in {name}" for name, value in values if foreign(value))

    def text(self, text: str) -> str:
        """A text that leaves, with `***` for each secret."""
        raw = text.encode("utf-8", "surrogatepass")
        spans = apart(self.spans(raw) + foreign(raw))
        for start, end in reversed(spans):
            raw = raw[:start] + MASK.encode() + raw[end:]
        return raw.decode("utf-8", "surrogatepass") if spans else text

    def plain(self, value: Any) -> Any:
        """The same of every text in a plain JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {name: self.plain(one) for name, one in value.items()}
        return [self.plain(one) for one in value] if isinstance(value, (list, tuple)) else value

    def headers(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers as they were received; what makes a session is left out whatever it is."""
        pairs = [(name, _cookie(value) if name.lower() in COOKIES else value) for name, value in pairs]
        if not self.spans("\n".join(value for _, value in pairs).encode("utf-8", "surrogatepass")):
            return pairs
        return [(name, self.text(value)) for name, value in pairs]

    def sent(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Headers that were sent; one that carries a credential has no key in it, however short that is."""
        bare = [(name, self._bare(value) if CREDENTIAL.search(name) else value) for name, value in pairs]
        whole = "\n".join(value for name, value in bare if not CREDENTIAL.search(name))
        if self.text(whole) == whole:
            return tuple(bare)
        return tuple((name, value if CREDENTIAL.search(name) else self.text(value)) for name, value in bare)

    def _bare(self, value: str) -> str:
        for secret in self._values:
            value = value.replace(secret, MASK)
        return value

    def shows(self, text: bytes) -> bool:
        """Whether a key stands there that counts wherever it stands."""
        return bool(self._found(text))

    def spans(self, text: bytes) -> list[Span]:
        """Where the keys stand in a text, in order and apart."""
        return apart([*self._found(text), *self._as_credential(text)])

    def _as_credential(self, text: bytes) -> list[Span]:
        """Where short keys stand as credentials."""
        if not self._short or (len(text) <= PIECE and not _names_a_credential(text)):
            return []
        if not any(form.encode() in text for form in self._words):
            return []
        return [match.span(1) for match in self._short.finditer(text)]

    def _found(self, text: bytes) -> list[Span]:
        """Where keys stand. A large text is read in pieces, since what is made of it is larger than the text."""
        if not self._anchors:
            return []
        if len(text) > 2 * PIECE:
            starts = range(0, len(text) - OVERLAP, PIECE)
            pieces = ((start, self._found(text[start : start + PIECE + OVERLAP])) for start in starts)
            return apart([(start + first, start + last) for start, found in pieces for first, last in found])
        layout = Layout(text)
        if not any(anchor in layout.text for anchor in self._anchors):
            return []
        found = [span for coding in self._codings for span in coding.within(layout.text)]
        return layout.places(found)

    @cached_property
    def _words(self) -> set[str]:
        """The keys that are words, as they are and as they stand in an address."""
        return {form for value in self._values if not _counting(value) for form in (value, quote(value, safe=""))}

    @cached_property
    def _short(self) -> re.Pattern[bytes] | None:
        """Finds keys that count only where they stand as a credential."""
        forms = "|".join(re.escape(form) for form in sorted(self._words, key=len, reverse=True))
        return re.compile(f"{AS_CREDENTIAL}({forms})(?![A-Za-z0-9_-])".encode()) if forms else None


@dataclass(frozen=True, slots=True)
class _Coding:
    """A key as it is written in one coding. A `part` of so many characters counts; `strict` if it looks random."""

    code: bytes
    part: int
    strict: bool = False

    @property
    def anchors(self) -> list[bytes]:
        """Pieces of which each part that counts holds one."""
        size = self.part // 2 if self.part >= SURE else min(self.part, 6)
        return [self.code[at : at + size] for at in range(0, len(self.code) - size + 1, self.part - size + 1)]

    def within(self, text: bytes) -> Iterable[Span]:
        """Where parts of it stand."""
        for start in range(len(self.code) - self.part + 1):
            part = self.code[start : start + self.part]
            if not self.strict or any(48 <= char < 58 for char in part):
                yield from ((at.start(), at.end()) for at in re.finditer(re.escape(part), text))


def _names_a_credential(text: bytes) -> bool:
    """Whether something may stand there as a credential."""
    lower = text.lower()
    return b"key" in lower or b"bearer" in lower


def _counting(key: str) -> int:
    """How many characters of a key in a row count as the key; 0 when only what stands as a credential does."""
    words = WORDS.match(key)
    rest = key[words.end() :] if words else key
    if len(rest) >= STRONG and len(set(rest)) >= 6 and RANDOM.search(rest):
        return min(len(key), max((len(key) + 1) // 2, len(key) - len(rest) + FEW))
    return len(key) if len(key) >= PLAIN else 0


def _codings(key: str) -> list[_Coding]:
    part, raw = _counting(key), key.encode()
    if not part:
        return []
    plain = alike(raw)
    codings = [_Coding(plain, min(part, len(plain)), part < SURE), _Coding(raw.hex().encode(), 2 * part)]
    for before in range(3):
        whole = b64encode(bytes(before) + raw)
        code = whole[-(-8 * before // 6) : 8 * (before + len(raw)) // 6]
        codings.append(_Coding(alike(code), min(len(code), (8 * part - 8) // 6)))
    return codings


def foreign(text: bytes) -> list[Span]:
    """Where keys of other services stand, told by their shape: random, and not shortened."""
    if not any(hint in text for hint in HINTS):
        return []
    return [one.span(one.lastindex or 0) for one in SHAPE.finditer(text) if _is_random(one[one.lastindex or 0])]


def _is_random(token: bytes) -> bool:
    """Not the words of an example: some run of it has letters and digits, of many kinds."""
    runs = RUN.findall(token)
    return b"EXAMPLE" not in token.upper() and any(
        len(set(run)) >= 8 and not run.isalpha() and not run.isdigit() for run in runs
    )


def hidden(text: str) -> str:
    """A text of the same length, without keys of other services."""
    raw = text.encode("utf-8", "surrogatepass")
    spans = foreign(raw)
    return starred(raw, spans).decode("utf-8", "surrogatepass") if spans else text


def starred(text: bytes, spans: Sequence[Span]) -> bytes:
    """The text with an asterisk for each byte of these parts."""
    if not spans:
        return text
    masked = bytearray(text)
    for start, end in spans:
        masked[start:end] = b"*" * (end - start)
    return bytes(masked)


def recut(chunks: Sequence[tuple[float, bytes]], body: bytes) -> tuple[tuple[float, bytes], ...]:
    """Another body of that length in the same chunks."""
    ends = list(accumulate(len(data) for _, data in chunks))
    return tuple((when, body[end - len(data) : end]) for (when, data), end in zip(chunks, ends, strict=True))


def shown(name: str, value: str) -> str:
    """The value of a header as it may be shown: `Bearer ***` for a credential, so that the scheme stays visible."""
    if name.lower() in COOKIES and "=" in value:
        return _cookie(value)
    if name.lower() not in CREDENTIALS | COOKIES:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.isalpha() else MASK


def _cookie(value: str) -> str:
    """The names of cookies and of their attributes."""
    return "; ".join(_name(part.strip()) for part in value.split(";"))


def _name(part: str) -> str:
    name, sign, _ = part.partition("=")
    return f"{name}={MASK}" if sign else part if part.lower() in FLAGS else MASK


_USED: dict[tuple[str, ...], Secrets] = {}


def secrets_of(values: Iterable[str]) -> Secrets:
    """What keeps these values out of whatever leaves, also out of what is `safe`."""
    key = tuple(values)
    return _USED.setdefault(key, Secrets(key))


def safe(text: str) -> str:
    """A text for people, such as that of an error, without any key that this process has used."""
    for secrets in list(_USED.values()):
        text = secrets.text(text)
    return text
