"""Reads a target file, and reports the line of an error in it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import InvalidTarget

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

SCHEMA = Path(__file__).with_name("target.schema.json")
EVERY_NAME = Path(__file__).with_name("reference.toml")
"""A target file that has every name of a model, and of a key, that the suite knows."""
NEAR = 0.75
"""How like another name one is that was meant to be it."""
_TABLE = re.compile(r"\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")
EXAMPLE = "gateway-conformance init writes an example"
_NAMES = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}

Steps = tuple[str | int, ...]


def read(path: Path) -> dict[str, Any]:
    """The tables of a target file. Raises `InvalidTarget` when it cannot be read or breaks `target.schema.json`."""
    try:
        text = path.read_text(encoding="utf-8")
        table = _with_days_as_text(tomllib.loads(text))
    except OSError as error:
        raise InvalidTarget(f"cannot read {path}: {error.strerror}", "give the path of a target file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidTarget(f"{path} is not TOML: {error}", EXAMPLE) from None
    if problem := _unending(table) or _problem(table):
        steps, message, hint = problem
        raise InvalidTarget(f"{path.name}, line {_line(text, steps)}: {message}", hint)
    return table


def _with_days_as_text(table: dict[str, Any]) -> dict[str, Any]:
    """The tables; the dates on which expected failures end are text, which a schema can describe."""
    entries = table.get("expected_failures")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("until"), date):
            entry["until"] = entry["until"].isoformat()
    return table


def _unending(table: dict[str, Any]) -> tuple[Steps, str, str] | None:
    """A time that TOML can spell and no run can wait for."""
    for name in ("timeout", "max_time"):
        value = table.get(name)
        if isinstance(value, float) and not isfinite(value):
            return (name,), f"{name} is {value}", "give seconds"
    return None


def _problem(table: dict[str, Any]) -> tuple[Steps, str, str] | None:
    """The place, message and hint of the first error, or None."""
    import jsonschema_rs

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    if jsonschema_rs.validator_for(schema).is_valid(table):
        return _misspelt(table)
    from jsonschema import Draft202012Validator

    return _explained(min(Draft202012Validator(schema).iter_errors(table), key=lambda one: [*map(str, one.path)]))


def _misspelt(table: dict[str, Any]) -> tuple[Steps, str, str] | None:
    """A name of a model or of a key that is nearly one that the suite knows."""
    known = tomllib.loads(EVERY_NAME.read_text(encoding="utf-8"))
    for section in ("models", "keys"):
        for name in table.get(section, {}).keys() - known[section].keys():
            if near := get_close_matches(name, known[section], 1, NEAR):
                return (section, name), f"unknown name {name!r} under [{section}]", f"did you mean {near[0]}?"
    return None


def _explained(error: ValidationError) -> tuple[Steps, str, str]:
    steps: Steps = tuple(error.absolute_path)
    dotted = ".".join(map(str, steps))
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = schema["properties"]
        unknown = next(name for name in instance if name not in known)
        return (*steps, unknown), f"unknown key {unknown!r}", f"known keys: {', '.join(sorted(known))}"
    if steps[:1] in (("keys",), ("headers",), ("query",)) or steps == ("connection", "proxy"):
        return steps, f"{dotted} is not understood", f'write {steps[0]}.NAME = {{ env = "VARIABLE" }}'
    if error.validator == "required":
        return steps, "an expected failure needs a requirement and a reason", EXAMPLE
    if error.validator == "type":
        return steps, f"{dotted} is {_NAMES.get(type(instance), 'a date')}", f"it must be {error.validator_value}"
    return steps, f"{dotted} is {instance!r}", f"{error.validator} is {error.validator_value}"


def _line(text: str, steps: Steps) -> int:
    """The line, from 1, of the deepest step that appears in the text as a table or a key."""
    line = 1
    deepest = 0
    for number, place in _places(text):
        shared = sum(1 for _ in zip(place, steps, strict=False)) if steps[: len(place)] == place else 0
        if shared > deepest:
            line, deepest = number, shared
    return line


def _places(text: str) -> Iterator[tuple[int, Steps]]:
    table: Steps = ()
    indexes: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _TABLE.match(line):
            name = heading[1].strip("\"'")
            table = (*(part.strip(" \"'") for part in name.split(".")),)
            if line.lstrip().startswith("[["):
                table = (*table, indexes.setdefault(name, -1) + 1)
                indexes[name] += 1
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *(part.strip("\"'") for part in key[1].split(".")))
