"""The catalogue of faults: each breaks exactly the requirements that it names.

Write the faults of an area into a module of this package; the module is found by itself. Where "when it plays" and
"what it changes" can be said with the words of `faults.words`, a fault is a row, whose variable is its name. `rows`
makes a short form for what the rows of a module have in common: the operation, perhaps the `gateway`, the `model` or
the situation. A row has the requirements that it breaks, apart by spaces, one sentence that says what a client sees,
and the edits:

    chat = rows(CHAT)
    stream = rows(CHAT, when=streamed)
    request = rows(CHAT, request_fault)
    unjudged = rows(CHAT, request_fault, before="validation")

    completion_without_id = chat("chat.id", "A whole answer has no id.", drop("id"))
    chunk_ids_blank = chat("chat.stream.id", "The id of each chunk is empty.", in_chunks(put("id", "")))
    n_ignored = request("chat.n.count", "There is one choice, whatever `n` asks for.", drop("n"))

Several edits are made one after another; an edit is a function `(reply, call)`, for a request `(call)`. What a row
cannot say is a function, whose name is the fault's name and whose docstring says what a client sees. It takes the reply
and, if it wants, the call, and may change the reply in place and return nothing:

    @chat("chat.unicode")
    def utf8_read_as_latin_1(reply):
        \"\"\"The text is UTF-8 that was decoded as Latin-1.\"\"\"
        return reply.edit(...)

`differences` is the short form of legal differences, which break nothing. A fault that shares its operation with no
other of its module needs none: `no_id = fault(CHAT, "A whole answer has no id.", drop("id"), breaks={"chat.id"})`.

`fault` changes the reply, `request_fault` the call; `variation` and `request_variation` are legal differences and break
nothing. A fault plays when the operation matches, when the request names the `model`, where one is given, and `when`
the situation is that. "*" is every operation and every error without one: of all protocols for a variation, of the
OpenAI dialect for a fault. A request fault plays after validation unless `before` is "validation", where `call.body` is
decoded but not yet judged, or "authentication", where only headers and `call.raw` are there.

What a fault remembers from one request to the next stands in `call.memory`, which belongs to the server. Timing and
connection are fields of `Reply`: `delay`, `pause`, `fragment` and `cut`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from inspect import cleandoc, signature
from pkgutil import iter_modules
from typing import Any, Protocol, TypedDict, Unpack, overload

from reference_server.errors import DuplicateFault, InvalidFault, UnknownFault
from reference_server.faults.words.edits import Edit, Members
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
        return self.function(reply, call) or reply


class Options(TypedDict, total=False):
    """When a fault plays, and where."""

    when: Callable[..., bool] | None
    gateway: str | None
    model: str | None


class RequestOptions(Options, total=False):
    """The same of a request fault, and before which step it plays."""

    before: str


class Declare(Protocol):
    """Makes a fault of a function."""

    def __call__(self, function: Function) -> Fault: ...


@overload
def fault(operation: str, *, breaks: Iterable[str], **options: Unpack[Options]) -> Declare: ...
@overload
def fault(operation: str, doc: str, *edits: Function, breaks: Iterable[str], **options: Unpack[Options]) -> Fault: ...
def fault(operation: str, doc: str = "", *edits: Function, breaks: Iterable[str], **options: Any) -> Any:
    """Declare a fault in the reply: a row, or a function `(reply)` or `(reply, call)`."""
    return _declaration(operation, doc, edits, _some(breaks, doc), "reply", **options)


@overload
def variation(operation: str = "*", **options: Unpack[Options]) -> Declare: ...
@overload
def variation(operation: str, doc: str, *edits: Function, **options: Unpack[Options]) -> Fault: ...
def variation(operation: str = "*", doc: str = "", *edits: Function, **options: Any) -> Any:
    """Declare a legal difference in the reply: as `fault`, but nothing is broken."""
    return _declaration(operation, doc, edits, frozenset(), "reply", **options)


@overload
def request_fault(operation: str, *, breaks: Iterable[str], **options: Unpack[RequestOptions]) -> Declare: ...
@overload
def request_fault(
    operation: str, doc: str, *edits: Function | Members, breaks: Iterable[str], **options: Unpack[RequestOptions]
) -> Fault: ...
def request_fault(
    operation: str,
    doc: str = "",
    *edits: Function | Members,
    breaks: Iterable[str],
    before: str = "handler",
    **options: Any,
) -> Any:
    """Declare a fault in how the request is understood: a row, or a function `(call)` that changes it at that stage."""
    return _declaration(operation, doc, edits, _some(breaks, doc), before, **options)


@overload
def request_variation(operation: str, **options: Unpack[RequestOptions]) -> Declare: ...
@overload
def request_variation(
    operation: str, doc: str, *edits: Function | Members, **options: Unpack[RequestOptions]
) -> Fault: ...
def request_variation(
    operation: str, doc: str = "", *edits: Function | Members, before: str = "handler", **options: Any
) -> Any:
    """Declare a legal difference in how the request is understood: as `request_fault`, but nothing is broken."""
    return _declaration(operation, doc, edits, frozenset(), before, **options)


class Rows(Protocol):
    """Declares a fault: what it breaks, apart by spaces, and, of a row, what a client sees and the edits."""

    @overload
    def __call__(self, breaks: str, /, **options: Unpack[Options]) -> Declare: ...
    @overload
    def __call__(self, breaks: str, doc: str, /, *edits: Function | Members, **options: Unpack[Options]) -> Fault: ...


def rows(operation: str, declare: Callable[..., Any] = fault, **usual: Unpack[RequestOptions]) -> Rows:
    """The short form of faults that have their operation, and perhaps some options, in common."""

    def row(breaks: str, doc: str = "", *edits: Function | Members, **options: Any) -> Any:
        return declare(operation, doc, *edits, breaks=breaks.split(), **{**usual, **options})

    return row


class Differences(Protocol):
    """Declares a legal difference: of a row, what a client sees and the edits."""

    @overload
    def __call__(self, **options: Unpack[Options]) -> Declare: ...
    @overload
    def __call__(self, doc: str, /, *edits: Function | Members, **options: Unpack[Options]) -> Fault: ...


def differences(
    operation: str, declare: Callable[..., Any] = variation, **usual: Unpack[RequestOptions]
) -> Differences:
    """The short form of variations that have their operation in common, as `rows` is of faults."""

    def row(doc: str = "", *edits: Function | Members, **options: Any) -> Any:
        return declare(operation, doc, *edits, **{**usual, **options})

    return row


def _some(breaks: Iterable[str], doc: str) -> frozenset[str]:
    if isinstance(breaks, str) or not set(breaks):
        raise InvalidFault(f"a fault breaks nothing: {doc}", "name the requirements as a set, or use a variation")
    return frozenset(breaks)


def _declaration(
    operation: str,
    doc: str,
    edits: tuple[Any, ...],
    breaks: frozenset[str],
    stage: str,
    when: Any = None,
    gateway: str | None = None,
    model: str | None = None,
) -> Fault | Declare:
    """A fault, of which the loader takes the name from its variable; or what makes one of a function."""
    if stage not in STAGES:
        raise InvalidFault(f"a fault has the unknown stage {stage!r}", f"use one of {', '.join(STAGES)}")
    play = _edited if stage == "reply" else _understood
    if edits:
        return Fault("", doc, operation, breaks, play(edits, when), stage, gateway, model)

    def declare(function: Function) -> Fault:
        if not function.__doc__:
            raise InvalidFault(f"{function.__name__} has no docstring", "say what a client sees")
        alone = stage == "reply" and len(signature(function).parameters) == 1
        edit = (lambda reply, _: function(reply)) if alone else function
        doc = cleandoc(function.__doc__)
        whole = edit if when is None else play((edit,), when)
        return Fault(function.__name__, doc, operation, breaks, whole, stage, gateway, model)

    return declare


def _edited(edits: tuple[Edit, ...], when: Callable[..., bool] | None) -> Function:
    def play(reply: Reply, call: Call) -> Reply:
        for edit in edits if when is None or when(reply, call) else ():
            changed = edit(reply, call)
            reply = changed if isinstance(changed, Reply) else reply
        return reply

    return play


def _understood(edits: tuple[Any, ...], when: Callable[..., bool] | None) -> Function:
    def play(call: Call) -> None:
        for edit in edits if when is None or when(call) else ():
            edit.apply(call.body) if isinstance(edit, Members) else edit(call)

    return play


@cache
def load() -> dict[str, Fault]:
    """Every fault and variation of the modules in this package, by name, sorted.

    Raises DuplicateFault when two have the same name.
    """
    catalogue: dict[str, Fault] = {}
    for module in sorted(module.name for module in iter_modules(__path__)):
        for name, found in vars(import_module(f"{__name__}.{module}")).items():
            if isinstance(found, Fault):
                _add(catalogue, found if found.name else replace(found, name=name), module)
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
