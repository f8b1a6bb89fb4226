"""No key is shown in any coding or place, nor half of one; and no word of an answer is taken for one."""

from __future__ import annotations

import base64
import html
import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest

from conformance.wire.secrets import Secrets, foreign

KEY = "sk-proj-a1B/2cD+3eF_4gH-5iJ7kL8mN9oP0qR"
SHORT = "sk-1234"


def escaped(text: str) -> str:
    """Each second character as JSON escapes it by number, in both cases of the digits."""
    numbers = [f"\\u00{ord(char):02x}" if place % 4 else f"\\u00{ord(char):02X}" for place, char in enumerate(text)]
    return "".join(
        number if place % 2 else char for place, (char, number) in enumerate(zip(text, numbers, strict=True))
    )


def deltas(text: str, size: int = 3, *, others: bool = False) -> str:
    """The text in the deltas of a stream; of the first of two choices, where there are `others`."""
    events = []
    for at in range(0, len(text), size):
        events += [{"choices": [{"index": 0, "delta": {"content": text[at : at + size]}}]}]
        events += [{"choices": [{"index": 1, "delta": {"content": "Hello"}}]}] * others
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events)


CODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "lower": str.lower,
    "json": lambda key: json.dumps({"error": key}),
    "slashes": lambda key: json.dumps({"error": key}).replace("/", "\\/"),
    "numbers": escaped,
    "json-in-json": lambda key: json.dumps({"error": f'{{"key":"{escaped(key)}"}}'}),
    "url": lambda key: quote(key, safe=""),
    "url-lower": lambda key: quote(key, safe="").lower(),
    "url-all": lambda key: "".join(f"%{ord(char):02x}" for char in key),
    "url-twice": lambda key: quote(quote(key, safe=""), safe=""),
    "html": lambda key: html.escape("".join(f"&#x{ord(char):x};" for char in key[:9]) + key[9:]),
    "entities": lambda key: "".join(f"&#{ord(char)};" for char in key),
    "hex": lambda key: key.encode().hex(),
    "hex-upper": lambda key: key.encode().hex().upper(),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "basic": lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
    "bearer": lambda key: base64.urlsafe_b64encode(f"Bearer {key}".encode()).decode(),
    "base64-in-json": lambda key: (
        base64.b64encode(f"xx{key}".encode()).decode().replace("/", "\\/").replace("+", "\\u002B")
    ),
    "deltas": deltas,
    "characters": lambda key: deltas(key, 1),
    "choices": lambda key: deltas(key, 4, others=True),
    "events": lambda key: f"data: see {key[:20]}\n\ndata: {key[20:]} there\n\n",
    "base64-deltas": lambda key: deltas(base64.b64encode(key.encode()).decode(), 5),
}


@pytest.mark.parametrize("part", [slice(None), slice(0, 20), slice(19, None), slice(10, 30)])
@pytest.mark.parametrize("coding", CODINGS)
def test_key_is_masked_in_each_coding(coding: str, part: slice) -> None:
    """The whole key, and each half: nothing is left of it but two characters at its ends."""
    written = CODINGS[coding](KEY[part])
    secrets = Secrets([KEY])
    body = f"before {written} after".encode()

    masked = secrets.received(200, [], body).body

    assert len(masked) == len(body)
    assert secrets.shows(body)
    assert not secrets.shows(masked)
    assert masked.startswith(b"before ")
    assert masked.endswith(b" after")
    assert KEY[part][5:-5].encode() not in masked
    assert not secrets.shows(secrets.text(body.decode()).encode())


@pytest.mark.parametrize("coding", ["json", "slashes", "json-in-json", "deltas", "choices"])
def test_json_stays_json(coding: str) -> None:
    """Only characters within strings are masked."""
    masked = Secrets([KEY]).received(200, [], CODINGS[coding](KEY).encode()).body

    for line in masked.splitlines():
        assert not line or json.loads(line.removeprefix(b"data: "))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (SHORT, "models sk-1234 and sk-12345"),
        ("none", "There is none."),
        ("test", '{"token":"test","key":"test"}'),
        ("openai", "openai/gpt-4o of openai"),
        ("authentication2024", "see docs/authentication and 2024"),
        ("openai-gateway-production-7f3a", "https://openai-gateway-production.example.com"),
        ("password123", "a password and 12345"),
        (KEY, f"shortened: {KEY[:12]}...{KEY[-4:]}"),
        (KEY, "sk-proj-********************"),
    ],
)
def test_words_of_an_answer_are_no_key(key: str, text: str) -> None:
    """A key that is a word, the words of a key, and less than half of one stay as they are."""
    assert Secrets([key]).text(text) == text


@pytest.mark.parametrize("key", [SHORT, "test", "a b"])
@pytest.mark.parametrize(
    "text", ["Bearer KEY", "Incorrect API key provided: KEY.", "/v1/models?key=KEY&a=1", '"api_key":"KEY"']
)
def test_short_key_is_masked_where_it_is_a_credential(key: str, text: str) -> None:
    """Whatever the key is."""
    assert Secrets([key]).text(text.replace("KEY", key)) == text.replace("KEY", "***")


def random_key(kinds: str, length: int) -> str:
    """A key that looks like those of a provider."""
    return "sk-" + "".join(random.Random(length).choices(kinds, k=length))


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {random_key(string.ascii_letters + string.digits, 48)}.",
        f'{{"authorization":"Bearer {random_key(string.hexdigits.lower(), 32)}"}}',
        "AIza" + random_key(string.ascii_letters + string.digits, 32),
        "sk-ant-api03-" + random_key(string.ascii_letters + string.digits, 93),
        "bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    ],
)
def test_key_of_another_service_is_masked(text: str) -> None:
    """It is told by its shape."""
    assert foreign(text.encode())
    assert not foreign(Secrets([]).text(text).encode())


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-********************a1b2.",
        "sk-this-key-was-never-issued",
        "Authorization: Bearer $OPENAI_API_KEY",
        "Authorization: Bearer YOUR_API_KEY_GOES_HERE_PLEASE",
        "AKIAIOSFODNN7EXAMPLE",
        "https://s3/x?X-Amz-Credential=AKIAJ7Q2M4N8P1R3T5V7%2F20260101",
        "disk-0123456789abcdef0123456789abcdef",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ],
)
def test_what_is_no_key_of_another_service(text: str) -> None:
    """Shortened keys, those of documents, and addresses that are signed."""
    assert Secrets([]).text(text) == text


def test_cookies_have_no_value() -> None:
    """Names stay."""
    pairs = Secrets([]).headers([("Set-Cookie", "session=a1b2c3; Path=/; HttpOnly"), ("x-note", "a=b")])

    assert pairs == [("Set-Cookie", "session=***; Path=***; HttpOnly"), ("x-note", "a=b")]


def test_large_body_is_masked_in_bounded_time() -> None:
    """A key at the end of a large body that is nothing but escapes."""
    body = b'{"a":"\\n%20' * 100_000 + KEY.encode()

    masked = Secrets([KEY]).received(200, [], body).body

    assert not Secrets([KEY]).shows(masked)


def test_key_in_a_film_is_masked() -> None:
    """Large bytes that are no text are searched for what is no escape."""
    body = bytes(range(256)) * 8000 + KEY.encode() + b"%00"

    masked = Secrets([KEY]).received(200, [], body).body

    assert masked == body.replace(KEY.encode(), b"*" * len(KEY))
