"""Texts and numbers that satisfy a schema."""

from __future__ import annotations

import math
from typing import Any

from reference_server.errors import UnsatisfiableSchema
from reference_server.model import pattern

_LONGEST = 10_000

FORMATS = {
    "date-time": "2026-01-02T03:04:05Z",
    "date": "2026-01-02",
    "time": "03:04:05Z",
    "duration": "P1DT2H",
    "email": "reader@example.com",
    "idn-email": "reader@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/path",
    "uri-reference": "/path",
    "iri": "https://example.com/path",
    "iri-reference": "/path",
    "uri-template": "https://example.com/{name}",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "json-pointer": "/path",
    "relative-json-pointer": "1/path",
    "regex": "^a+$",
}


def text(schema: dict[str, Any], salt: int = 0) -> str:
    """A text that satisfies the schema. Different salts give different texts unless format or pattern fix it."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    if least > min(most, _LONGEST):
        raise UnsatisfiableSchema(f"no text has at least {least} characters and at most {min(most, _LONGEST)}")
    if "pattern" in schema:
        return _matching(schema["pattern"], least, schema.get("maxLength"), salt)
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    return _filled("sample" if not salt else f"sample{salt}", least, most, salt)


def _filled(word: str, least: int, most: int, salt: int) -> str:
    if len(word) > most:
        return str(salt).rjust(most, "a")[-most:] if most else ""
    return word if len(word) >= least else (word + " ") * (least // (len(word) + 1)) + "a" * (least % (len(word) + 1))


def _matching(expression: str, least: int, most: int | None, salt: int) -> str:
    try:
        longer = max(least, salt + 1) if salt else least
        example = pattern.example(expression, longer, most) or pattern.example(expression, least, most)
    except UnsatisfiableSchema:
        raise
    except Exception as error:
        raise UnsatisfiableSchema(f"the pattern {expression[:200]!r} cannot be read: {error}") from error
    if example is None:
        raise UnsatisfiableSchema(f"no text was found for the pattern {expression[:200]!r}")
    return example


def number(schema: dict[str, Any], kind: str, salt: int = 0, whole: bool = True) -> int | float:
    """A number that satisfies the schema: the one nearest to zero, and for each salt the next multiple.

    It is a whole number where the schema allows one, unless `whole` is false.
    """
    step = schema.get("multipleOf", 1)
    if kind == "integer" and not float(step).is_integer():
        step = 1
    low, high = _bounds(schema)
    nearest = _on_grid(_start(low, high), step, low, high, schema)
    target = nearest + (salt + (1 if _open(low, high, nearest, step) else 0)) * step
    chosen = target if target <= high else nearest
    if not whole and kind == "number" and _within(chosen + 0.5, schema):
        chosen += 0.5
    return int(chosen) if kind == "integer" or float(chosen).is_integer() else chosen


def _bounds(schema: dict[str, Any]) -> tuple[float, float]:
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
    if low > high:
        raise UnsatisfiableSchema(f"no number is at least {low} and at most {high}")
    return low, high


def _start(low: float, high: float) -> float:
    return 0 if low <= 0 <= high else low if low > 0 else high


def _open(low: float, high: float, nearest: float, step: float) -> bool:
    """Whether the schema leaves the number open, so that 1 is a better example than 0."""
    return nearest == 0 and low == -math.inf and high >= step


def _on_grid(start: float, step: float, low: float, high: float, schema: dict[str, Any]) -> float:
    """The multiple nearest to `start` within every limit; otherwise the middle between the limits."""
    first = math.ceil(start / step) if start == low else math.floor(start / step)
    for turn in (0, 1, -1, 2, -2):
        candidate = (first + turn) * step
        if _within(candidate, schema):
            return candidate
    return (low + high) / 2 if math.isfinite(low + high) else start


def _within(value: float, schema: dict[str, Any]) -> bool:
    inside = schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
    beyond = schema.get("exclusiveMinimum", -math.inf) < value < schema.get("exclusiveMaximum", math.inf)
    return bool(inside and beyond)
