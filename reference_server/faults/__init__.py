"""The catalogue of faults: each function breaks exactly the requirements that it names.

Write one function per fault in a module of this package; the module is found by itself. The function's name is the
fault's name and its docstring says what a client sees. `@fault` changes the reply, `@request_fault` changes the call,
`@variation` and `@request_variation` are legal differences and break nothing. A function may take the call as a second
argument, and may change the reply in place and return nothing. A fault plays when the operation matches and, where
`model` is given, when the request names that model. "*" is every operation and every error without one: of all
protocols for a variation, of the OpenAI dialect for a fault.

A fault in a JSON body:

    @fault("createChatCompletion", breaks={"chat.usage.adds-up"})
    def total_tokens_off_by_one(reply):
        \"\"\"total_tokens is one more than its parts.\"\"\"
        return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["total_tokens"] + 1))

A fault in the chunks of a stream (`reply.chunks` gives them to change in place, `map` and `without` replace and drop):

    @fault("createChatCompletion", breaks={"chat.stream.done"})
    def stream_without_done(reply):
        \"\"\"The connection closes after the last chunk.\"\"\"
        return reply.without(lambda event: event == "[DONE]")

A fault in an error, which is the whole body `{"error": {...}}`:

    @fault("*", breaks={"errors.message"})
    def error_without_message(reply):
        \"\"\"The error object has no message.\"\"\"
        return reply.edit_error(lambda body: body["error"].pop("message"))

A fault in how the request is understood. It plays after validation unless `before` is "validation", where `call.body`
is decoded but not yet judged, or "authentication", where only headers and `call.raw` are there:

    @request_fault("createChatCompletion", breaks={"chat.n.count"})
    def n_is_ignored(call):
        \"\"\"One choice, whatever n asks for.\"\"\"
        call.body.pop("n", None)

A fault in the raw bytes, of the body or of each event:

    @fault("createChatCompletion", breaks={"chat.stream.utf-8"})
    def stream_in_latin_1(reply):
        \"\"\"The stream is not UTF-8.\"\"\"
        return reply.raw(lambda data: data.decode().encode("latin-1", "replace")) if reply.events else reply

A fault in a header:

    @fault("*", breaks={"headers.request-id"})
    def no_request_id(reply):
        \"\"\"No response has x-request-id.\"\"\"
        reply.headers.pop("x-request-id")

Timing and connection are fields of `Reply`: `delay`, `pause`, `fragment` and `cut`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import cleandoc, signature
from pkgutil import iter_modules
from typing import Any

from reference_server.errors import DuplicateFault, InvalidFault, UnknownFault
from reference_server.protocols import DEFAULT
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

Function = Callable[..., Any]
STAGES = ("authentication", "validation", "handler", "reply")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break, or legally to vary, what the contract says.

    `breaks` are ids of requirements, empty for a variation. `gateway` is the gateway that the server plays when the
    fault is proved. `stage` is the step before which a request fault changes the call, or "reply".
    """

    name: str
    doc: str
    operation: str
    breaks: frozenset[str]
    function: Function
    stage: str = "reply"
    gateway: str | None = None
    model: str | None = None

    @property
    def legal(self) -> bool:
        """It is a variation: nothing is broken."""
        return not self.breaks

    def applies_to(self, call: Call) -> bool:
        """The fault is meant for this call's operation and model."""
        if self.operation == "*" and not (self.legal or call.protocol == DEFAULT):
            return False
        if self.operation != "*" and (call.operation is None or call.operation.id != self.operation):
            return False
        return self.model is None or (isinstance(call.body, dict) and call.body.get("model") == self.model)

    def change_call(self, call: Call, stage: str) -> None:
        """Change the call, when this is the stage of the fault."""
        if self.stage == stage and self.applies_to(call):
            self.function(call)

    def change_reply(self, reply: Reply, call: Call) -> Reply:
        """The changed reply, or the same one when the fault is of another stage or operation."""
        if self.stage != "reply" or not self.applies_to(call):
            return reply
        arguments = (reply, call)[: len(signature(self.function).parameters)]
        return self.function(*arguments) or reply


def fault(
    operation: str, *, breaks: Iterable[str], gateway: str | None = None, model: str | None = None
) -> Callable[[Function], Fault]:
    """Declare a fault in the reply: `(reply)` or `(reply, call)`, returning the reply or nothing."""
    return lambda function: _illegal(function, operation, breaks, "reply", gateway, model)


def request_fault(
    operation: str,
    *,
    breaks: Iterable[str],
    gateway: str | None = None,
    model: str | None = None,
    before: str = "handler",
) -> Callable[[Function], Fault]:
    """Declare a fault in how the request is understood: `(call)`, changing it before that stage."""
    return lambda function: _illegal(function, operation, breaks, before, gateway, model)


def variation(
    operation: str = "*", *, gateway: str | None = None, model: str | None = None
) -> Callable[[Function], Fault]:
    """Declare a legal difference in the reply: as `fault`, but nothing is broken."""
    return lambda function: _declared(function, operation, (), "reply", gateway, model)


def request_variation(
    operation: str, *, gateway: str | None = None, model: str | None = None, before: str = "handler"
) -> Callable[[Function], Fault]:
    """Declare a legal difference in how the request is understood: as `request_fault`, but nothing is broken."""
    return lambda function: _declared(function, operation, (), before, gateway, model)


def _illegal(function: Function, operation: str, breaks: Iterable[str], *rest: Any) -> Fault:
    if isinstance(breaks, str) or not set(breaks):
        raise InvalidFault(f"{function.__name__} breaks nothing", "name the requirements as a set, or use @variation")
    return _declared(function, operation, breaks, *rest)


def _declared(
    function: Function, operation: str, breaks: Iterable[str], stage: str, gateway: str | None, model: str | None
) -> Fault:
    if not function.__doc__:
        raise InvalidFault(f"{function.__name__} has no docstring", "say what a client sees")
    if stage not in STAGES:
        raise InvalidFault(f"{function.__name__} has the unknown stage {stage!r}", f"use one of {', '.join(STAGES)}")
    doc = cleandoc(function.__doc__)
    return Fault(function.__name__, doc, operation, frozenset(breaks), function, stage, gateway, model)


@cache
def load() -> dict[str, Fault]:
    """Every fault and variation of the modules in this package, by name, sorted.

    Raises DuplicateFault when two have the same name.
    """
    catalogue: dict[str, Fault] = {}
    for module in sorted(module.name for module in iter_modules(__path__)):
        for found in vars(import_module(f"{__name__}.{module}")).values():
            if isinstance(found, Fault):
                _add(catalogue, found, module)
    return dict(sorted(catalogue.items()))


def _add(catalogue: dict[str, Fault], found: Fault, module: str) -> None:
    if found.name in catalogue:
        raise DuplicateFault(f"a second fault is named {found.name!r}, in {module}", "rename one of them")
    catalogue[found.name] = found


def find(name: str) -> Fault:
    """The fault or variation of a name. Raises UnknownFault."""
    catalogue = load()
    if name not in catalogue:
        raise UnknownFault(name, catalogue)
    return catalogue[name]
