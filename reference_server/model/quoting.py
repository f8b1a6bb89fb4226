"""Finds the values of a tool's parameters in what the user says.

- A call that is written out, `add(2, 3)` or `find("Rome", days=2)`, gives its arguments in their order or by name.
- Otherwise words in quotation marks fill the parameters that are texts, numbers those that are numbers, addresses and
  dates those of their format, each in their order, and an option of an enumeration is taken where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_QUOTED = re.compile(r"(?<!\w)(?:'([^'\n]+)'|\"([^\"\n]+)\"|“([^”\n]+)”|「([^」\n]+)」)(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,-])-?\d+(?:\.\d+)?(?![\w-]|[.,]\d)")
_FORMATS = {
    "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"),
    "date": re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?![\dT])"),
    "date-time": re.compile(r"(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)"),
    "uri": re.compile(r"https?://[^\s'\"<>]*[\w/]"),
}
_ARGUMENT = re.compile(r"\s*(?:(\w+)\s*[=:]\s*)?(\"[^\"]*\"|'[^']*'|[^,]+?)\s*(?:,|$)")
_MOST_DIGITS = 18
_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


def stated(name: str, properties: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The values that the text states for the properties of the tool of that name."""
    call = re.search(rf"(?<!\w){re.escape(name)}\(([^()]+)\)", text)
    if call:
        return dict(_arguments(call[1], properties))
    quoted = [word for groups in _QUOTED.findall(text) for word in groups if word and word != name]
    numbers = [msgspec.json.decode(number) for number in _NUMBER.findall(_QUOTED.sub(" ", text)) if _plain(number)]
    words = dict(zip(_of_type(properties, "string"), quoted, strict=False))
    counts = dict(zip(_of_type(properties, "number", "integer"), numbers, strict=False))
    return words | counts | _formatted(properties, text) | _options(properties, text)


def _formatted(properties: Mapping[str, Any], text: str) -> dict[str, str]:
    """The values for properties of a format that texts have."""
    values: dict[str, str] = {}
    for form, pattern in _FORMATS.items():
        names = [name for name, schema in properties.items() if _format(schema) == form]
        values |= zip(names, pattern.findall(text) if names else (), strict=False)
    return values


def _format(schema: Any) -> str:
    """The format of a property, where it is one that is looked for."""
    form = schema.get("format") if isinstance(schema, Mapping) else None
    return form if isinstance(form, str) and form in _FORMATS else ""


def _plain(number: str) -> bool:
    """Whether it is written as JSON writes numbers, without a leading zero, and not longer than numbers are."""
    return len(number) <= _MOST_DIGITS and re.match(r"-?0\d", number) is None


def _arguments(written: str, properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    unnamed = iter(properties)
    for name, value in _ARGUMENT.findall(written):
        place = name or next(unnamed, "")
        if place in properties:
            yield place, _value(value, _types(properties[place]))


def _value(written: str, types: set[str]) -> Any:
    """An argument as the value of a type; a text that is no such value stays one."""
    if written[0] in "'\"":
        return written[1:-1]
    try:
        value = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError):
        return written
    return value if any(isinstance(value, _TYPES.get(kind, ())) for kind in types) else written


def _of_type(properties: Mapping[str, Any], *kinds: str) -> Iterator[str]:
    """The properties of a type without fixed values and without a format that is looked for."""
    for name, schema in properties.items():
        if _types(schema) & {*kinds} and not {"enum", "const"} & {*schema} and not _format(schema):
            yield name


def _types(schema: Any) -> set[str]:
    """The types that a schema allows, also as one of several."""
    if not isinstance(schema, Mapping):
        return set()
    kind = schema.get("type", ())
    branches = [branch for name in ("anyOf", "oneOf") for branch in schema.get(name) or ()]
    return ({kind} if isinstance(kind, str) else {*kind}).union(*map(_types, branches))


def _options(properties: Mapping[str, Any], text: str) -> dict[str, str]:
    """The options of enumerations that stand in the text as words."""
    options: dict[str, str] = {}
    for name, schema in properties.items():
        for option in (isinstance(schema, Mapping) and schema.get("enum")) or ():
            if isinstance(option, str) and re.search(rf"(?<!\w){re.escape(option)}(?!\w)", text, re.I):
                options.setdefault(name, option)
    return options
