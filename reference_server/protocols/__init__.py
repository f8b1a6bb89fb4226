"""The wire protocols: each translates request bodies into prompts, and answers into response bodies.

Each is a package in this one, named as in `x-gateway`'s `protocols`. Its module `envelope` has the class `Envelope`,
which writes the errors of the protocol. Its optional function `spelled` accepts other spellings of fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from gateway_contract import Operation
from reference_server.wire.envelope import Envelope

DEFAULT = "openai"
"""The protocol of every path that belongs to no other."""


def envelope(protocol: str, rules: Mapping[str, Any]) -> Envelope:
    """The writer of a protocol's errors, by the rules of `x-gateway`'s `errors`."""
    written: Envelope = _module(f"{protocol}.envelope").Envelope(rules)
    return written


def spelled(protocol: str, body: Any, operation: Operation) -> Any:
    """The body with its fields spelled as the contract spells them, where a protocol allows other spellings."""
    read = _speller(protocol)
    return read(body, operation) if read else body


@cache
def _speller(protocol: str) -> Callable[[Any, Operation], Any] | None:
    return getattr(_module(protocol), "spelled", None)


@cache
def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")
