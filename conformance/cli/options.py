"""Options that several commands take, and how their values are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from argparse import _ArgumentGroup as Group

Number = TypeVar("Number", int, float)
Value = TypeVar("Value", str, Path)
DAY = 86_400
HEADER = "'NAME: value', sent with each request; may be repeated; secrets belong into --target"


def add_target(parser: argparse.ArgumentParser) -> Group:
    """Declares what names a target, as a group."""
    group = parser.add_argument_group("target")
    group.add_argument(
        "--base-url", metavar="URL", type=filled(str), help="as the official SDK takes it: https://host/v1"
    )
    group.add_argument(
        "--gateway", metavar="NAME", type=filled(str), help="whose documents it is held to, default: openai"
    )
    group.add_argument(
        "--model", metavar="M", type=filled(str), help="the chat model to ask, default: a cheap one that it lists"
    )
    group.add_argument(
        "--target", metavar="FILE", type=filled(Path), help="a TOML file with keys, models, expected failures"
    )
    group.add_argument("--header", metavar="H", action="append", default=[], type=header, help=HEADER)
    return group


def filled(kind: Callable[[str], Value]) -> Callable[[str], Value]:
    """A value that is not empty, as that of a variable is that is not set."""

    def value(text: str) -> Value:
        if not text.strip():
            raise argparse.ArgumentTypeError("is empty: is the variable set that it is taken from?")
        return kind(text)

    return value


def header(text: str) -> str:
    """`NAME: value`; what is wrong with it is said without the value."""
    from conformance.errors import InvalidTarget
    from conformance.target import headers_from

    text = text.rstrip("\r\n")
    if "\n" in text or "\r" in text:
        raise argparse.ArgumentTypeError("has a line break in it: write 'NAME: value' in one line")
    try:
        headers_from([text])
    except InvalidTarget as error:
        raise argparse.ArgumentTypeError(f"{error}: {error.hint}") from None
    return text


def at_least(kind: Callable[[str], Number], least: Number, most: float = inf) -> Callable[[str], Number]:
    """Parses a number of that kind that is not below `least` and not above `most`."""

    def number(text: str) -> Number:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError("not a number") from None
        if not value <= most or value == inf:
            raise argparse.ArgumentTypeError(f"must be at most {most:g}")
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least:g}")
        return value

    return number
