"""Which exchanges a failing demand has judged: those that its failing line, or what calls it, speaks of."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from conformance.errors import Inconclusive
from conformance.wire.exchange import Exchange

SUITE = Path(__file__).parents[1]
FOLDING = SUITE / "words" / "check.py"
"""What runs the cases of a check; it has all that they are given, and judges nothing."""
DEEPEST = 3
"""Exchanges are looked for in lists of lists of lists."""
Function = ast.FunctionDef | ast.Lambda


@cache
def is_ours(filename: str) -> bool:
    """Whether the file is the suite's, or that of a clone whose checks are run where the suite is installed."""
    return any(one.name == SUITE.name and (one / "suite.ini").is_file() for one in Path(filename).parents)


def judged(error: BaseException, touched: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges that a failing demand has judged, in the order in which it names them; `touched` are all it can be.

    They are those of the innermost line of the suite that speaks of any. Nothing when no line does.
    """
    if (known := getattr(error, "judged", None)) is not None:
        return list(known)
    owners = {part: exchange for exchange in touched for part in _parts(vars(exchange).get("json"))}
    for frame, line in reversed(list(_steps(error))):
        spoken = _Line(frame, line, owners)
        if exchanges := spoken.exchanges():
            last = touched[-1:] if spoken.unknown else []
            return list(dict.fromkeys([*last, *exchanges]))
    return []


def _parts(value: Any) -> Iterator[int]:
    """The identities of a decoded body and of everything in it that is not a plain value."""
    if isinstance(value, (dict, list)):
        yield id(value)
        for one in value.values() if isinstance(value, dict) else value:
            if isinstance(one, (dict, list)):
                yield from _parts(one)


def _steps(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    step = error.__traceback__
    while step is not None:
        if is_ours(name := step.tb_frame.f_code.co_filename) and Path(name) != FOLDING:
            yield step.tb_frame, step.tb_lineno
        step = step.tb_next


class _Line:
    """One line of a function that is being run."""

    def __init__(self, frame: FrameType, line: int, owners: Mapping[int, Exchange]) -> None:
        self._values: Mapping[str, Any] = frame.f_locals
        self._owners = owners
        self._line = line
        self._function = _function_at(frame.f_code.co_filename, frame.f_code.co_name, line)
        self._seen: set[tuple[str, str]] = set()
        self.unknown = False
        """A value comes from a call that leaves no trace of an answer: it may have asked for the last one."""

    def exchanges(self) -> list[Exchange]:
        """The exchanges that the line speaks of: an assertion's test comes before its message."""
        parts = _statement_at(self._function, self._line) if self._function else []
        for part in parts:
            if exchanges := list(self._of(part)):
                return exchanges
        return []

    def _of(self, part: ast.AST) -> Iterator[Exchange]:
        """Those of the names in a piece of source; a name that is none itself stands for what it was made of."""
        for name, attribute in _words(part):
            if (name, attribute) in self._seen:
                continue
            self._seen.add((name, attribute))
            value = self._values.get(name)
            if exchanges := list(self._within(_read(value, attribute))) or list(self._within(value)):
                yield from exchanges
            elif origins := self._origins(name):
                exchanges = list(self._of(origins[-1]))
                self.unknown |= not exchanges and any(isinstance(one, ast.Call) for one in ast.walk(origins[-1]))
                yield from exchanges

    def _within(self, value: Any, depth: int = 0) -> Iterator[Exchange]:
        """The exchange that a value is, holds or was decoded from; those of a list."""
        if isinstance(value, Exchange):
            yield value
        elif id(value) in self._owners:
            yield self._owners[id(value)]
        elif _holds(value):
            parts = [value.exchange, *reversed(list(vars(value).values()))]
            yield from (one for part in parts for one in _listed(part) if isinstance(one, Exchange))
        elif isinstance(value, (list, tuple, dict)) and depth < DEEPEST:
            for one in value.values() if isinstance(value, dict) else value:
                yield from self._within(one, depth + 1)

    def _origins(self, name: str) -> list[ast.AST]:
        """What the name was made of, in the order of the source, up to the line."""
        found = _bound(self._function).get(name, []) if self._function else []
        found = [(line, origin) for line, origin in found if (line or 0) <= self._line]
        return [origin for _, origin in sorted(found, key=lambda pair: pair[0] or self._line)]


def _holds(value: Any) -> bool:
    """Whether a value is an answer, or something else that is about an exchange."""
    return isinstance(getattr(value, "__dict__", {}).get("exchange"), Exchange)


def _listed(value: Any) -> list[Any]:
    """The value, or the members of a list from the last to the first."""
    return list(value)[::-1] if isinstance(value, (list, tuple)) else [value]


def _read(value: Any, attribute: str) -> Any:
    """A part of an answer where it can be read; the whole value otherwise."""
    if not attribute or not _holds(value):
        return value
    try:
        part = getattr(value, attribute)
    except (AssertionError, Inconclusive, AttributeError):
        return value
    return part if isinstance(part, (dict, list, tuple, Exchange)) else value


def _bindings(node: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    """The targets that a node gives values to, each with what the value is made of."""
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, (ast.AnnAssign, ast.NamedExpr, ast.AugAssign)) and node.value:
        return [(node.target, node.value)]
    if isinstance(node, (ast.For, ast.comprehension)):
        return [(node.target, node.iter)]
    if isinstance(node, ast.withitem) and node.optional_vars:
        return [(node.optional_vars, node.context_expr)]
    return []


@cache
def _bound(function: Function) -> dict[str, list[tuple[int | None, ast.AST]]]:
    """What each name of a function is made of, with the line where it stands, if the node has one."""
    names: dict[str, list[tuple[int | None, ast.AST]]] = defaultdict(list)
    for node in ast.walk(function):
        for target, origin in _bindings(node):
            for name in dict(_words(target)):
                names[name].append((getattr(node, "lineno", None), origin))
    return names


@cache
def _words(part: ast.AST) -> list[tuple[str, str]]:
    """The names in a piece of source, in its order, each with the attribute that is read of it."""
    read = {one.value: one.attr for one in ast.walk(part) if isinstance(one, ast.Attribute)}
    names = [one for one in ast.walk(part) if isinstance(one, ast.Name)]
    names.sort(key=lambda one: (one.lineno, one.col_offset))
    return [(one.id, read.get(one, "")) for one in names]


def _statement_at(function: Function, line: int) -> list[ast.AST]:
    """What the statement at a line judges: of an assertion its test, of a block its head, of others all."""
    if isinstance(function, ast.Lambda):
        return [function.body]
    statement = min((one for one in _statements(function) if _spans(one, line)), key=_length)
    if isinstance(statement, ast.Assert):
        return [statement.test, *([statement.msg] if statement.msg else [])]
    return [one for one in ast.iter_child_nodes(statement) if not isinstance(one, ast.stmt)]


@cache
def _statements(function: ast.FunctionDef) -> list[ast.stmt]:
    return [one for one in ast.walk(function) if isinstance(one, ast.stmt)]


@cache
def _blocks(filename: str) -> list[tuple[int, str]]:
    """The statements of a file that are in no other, each with its first line; none where there is no source.

    Only what is asked for becomes a tree that stays: those of all checks would take 20 MiB.
    """
    try:
        text = Path(filename).read_text(encoding="utf-8")
        statements = ast.parse(text).body
    except (OSError, SyntaxError):
        return []
    lines = text.splitlines(keepends=True)
    return [(one.lineno, "".join(lines[one.lineno - 1 : one.end_lineno])) for one in statements]


@cache
def _functions(first: int, block: str) -> list[Function]:
    """The functions of a block that begins at that line of its file."""
    tree = ast.increment_lineno(ast.parse(block), first - 1)
    return [one for one in ast.walk(tree) if isinstance(one, (ast.FunctionDef, ast.Lambda))]


def _function_at(filename: str, name: str, line: int) -> Function | None:
    """The innermost function of that name around a line; None where there is no source."""
    blocks = [(first, block) for first, block in _blocks(filename) if first <= line]
    named = (one for one in (_functions(*blocks[-1]) if blocks else ()) if name == getattr(one, "name", "<lambda>"))
    return min((one for one in named if _spans(one, line)), key=_length, default=None)


def _spans(node: ast.stmt | ast.expr, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _length(node: ast.stmt | ast.expr) -> int:
    return (node.end_lineno or node.lineno) - node.lineno
