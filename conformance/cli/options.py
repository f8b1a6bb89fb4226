"""Options that several commands take, and how their values are read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from conformance.errors import UsageError
from gateway_contract.commandline import filled, names, option, path, together

Number = TypeVar("Number", int, float)
DAY = 86_400
TARGET = "Target"
HEADER = "'NAME: value', sent with each request; may be repeated; secrets belong into --target"


def gateways() -> Iterable[str]:
    """The gateways whose documents are known."""
    import gateway_contract

    return ("openai", *gateway_contract.names())


def requirements() -> Iterable[str]:
    """The ids of all requirements."""
    from conformance import register

    return register.load().requirements


def profiles() -> Iterable[str]:
    """The profiles of a report."""
    from conformance.register import profiles

    return profiles.load()


def features() -> Iterable[str]:
    """The features that can be judged."""
    from conformance import register

    return sorted({one.feature for one in register.load().requirements.values()})


_option = partial(option, section=TARGET)


def gateway(text: str, **attributes: Any) -> Callable[[Any], Any]:
    """`--gateway NAME`."""
    return option("--gateway", metavar="NAME", type=filled, shell_complete=names(gateways), help=text, **attributes)


def header(text: str) -> str:
    """`NAME: value`; what is wrong with it is said without the value."""
    from conformance.errors import InvalidTarget
    from conformance.target import headers_from

    text = text.rstrip("\r\n")
    if "\n" in text or "\r" in text:
        raise click.BadParameter("has a line break in it: write 'NAME: value' in one line")
    try:
        headers_from([text])
    except InvalidTarget as error:
        raise click.BadParameter(f"{error}: {error.hint}") from None
    return text


def at_least(kind: Callable[[str], Number], least: Number, most: float = inf) -> Callable[[str], Number]:
    """Parses a number of that kind that is not below `least` and not above `most`."""

    def number(text: str) -> Number:
        try:
            value = kind(text)
        except ValueError:
            raise click.BadParameter("not a number") from None
        if not value <= most or value == inf:
            raise click.BadParameter(f"must be at most {most:g}")
        if value < least:
            raise click.BadParameter(f"must be at least {least:g}")
        return value

    return number


target = together(
    _option("--base-url", metavar="URL", type=filled, help="as the official SDK takes it: https://host/v1"),
    gateway("whose documents it is held to, default: openai", section=TARGET),
    _option("--model", metavar="M", type=filled, help="the chat model to ask, default: a cheap one that it lists"),
    _option("--target", metavar="FILE", type=path, help="a TOML file with keys, models, expected failures"),
    _option("--header", metavar="H", multiple=True, type=header, help=HEADER),
)
"""What names a target."""


def as_json(document: Any) -> str:
    """A document for programs, in letters that standard output has."""
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    return json.dumps(document, indent=2, ensure_ascii=not unicode)


def put(text: str) -> None:
    """Prints a text, if there is one."""
    if text:
        print(text)


@contextmanager
def written(place: Path | None) -> Iterator[TextIO]:
    """The stream of a file that is written, else standard output. Raises `UsageError`."""
    if place is None:
        yield sys.stdout
        return
    try:
        with place.open("w", encoding="utf-8") as stream:
            yield stream
    except OSError as error:
        hint = "give -o a file in a folder that exists"
        raise UsageError(f"cannot write {place}: {error.strerror}", hint) from None
