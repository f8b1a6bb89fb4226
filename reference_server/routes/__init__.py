"""The handlers, one module per resource. A handler answers an operation: `(service, call) -> Reply`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

Handler = Callable[[Any, Call], Reply]
"""Takes the service and a call. The service is not imported: it looks its handlers up here."""


def route(*operations: str) -> Callable[[Handler], Handler]:
    """Mark a function as the handler of an operation, or of several that mean the same."""

    def mark(handler: Handler) -> Handler:
        vars(handler)["operations"] = operations
        return handler

    return mark


@cache
def handlers() -> dict[str, Handler]:
    """The handlers of every module of this package, by operation."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    functions = [function for module in modules for function in vars(module).values()]
    return {name: function for function in functions for name in getattr(function, "operations", ())}
