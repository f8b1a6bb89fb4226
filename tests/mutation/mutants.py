"""Mutants: a module of the suite with one change in it, ready to take the place of the code that runs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.mutation.operators import Change, changes

FUTURE = 0x1000000
"""The flag of `from __future__ import annotations`."""


@dataclass(frozen=True, eq=False)
class Mutant:
    """One change. `function` is the qualified name of what was changed, a function, or a constant of the module."""

    module: str
    function: str
    line: int
    operator: str
    before: str
    after: str
    code: CodeType

    @cached_property
    def is_constant(self) -> bool:
        """It changes a constant of the module."""
        return self.code.co_name == "<module>"

    @property
    def loosens(self) -> bool:
        """It can let a check pass, but not fail."""
        return self.operator == "assert"

    @cached_property
    def name(self) -> str:
        """The mutant in one line, which stays the same when other places change."""
        return f"{self.module.rpartition('.')[2]}.{self.function}: {self.operator}: {self.before} -> {self.after}"

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While this lasts, the changed code runs."""
        _forget(self.module)
        if self.is_constant:
            with _replaced(self.module, self.function, self.code):
                yield
        else:
            function = find(self.module, self.function)
            own, function.__code__ = function.__code__, self.code
            try:
                yield
            finally:
                function.__code__ = own
        _forget(self.module)


@contextmanager
def _replaced(module: str, name: str, code: CodeType) -> Iterator[None]:
    """The constant has the value of an expression, wherever it was imported."""
    own = getattr(import_module(module), name)
    value = eval(code, vars(import_module(module)))
    holders = [one for one in list(sys.modules.values()) if getattr(one, "__dict__", {}).get(name) is own]
    for holder in holders:
        setattr(holder, name, value)
    try:
        yield
    finally:
        for holder in holders:
            setattr(holder, name, own)


def _forget(module: str) -> None:
    """Empties what functions of the module remember."""
    for value in vars(import_module(module)).values():
        if clear := getattr(value, "cache_clear", None):
            clear()


def find(module: str, function: str) -> FunctionType:
    """The function of a qualified name, from under its decorators."""
    found: Any = import_module(module)
    for part in function.split("."):
        found = vars(found)[part]
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        names = ("__wrapped__", "_fixture_function", "fget", "func", "__func__")
        found = next(getattr(found, name) for name in names if getattr(found, name, None) is not None)
    return found


def of(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, in order of lines."""
    path = Path(str(import_module(module).__file__))
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        match statement:
            case ast.FunctionDef(name=name):
                yield from _of_function(module, path, statement, statement, name)
            case ast.ClassDef(name=owner, body=body):
                for part in body:
                    if isinstance(part, ast.FunctionDef):
                        yield from _of_function(module, path, statement, part, f"{owner}.{part.name}")
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                yield from _of_constant(module, path, name, value)


def _of_function(
    module: str, path: Path, statement: ast.stmt, function: ast.FunctionDef, name: str
) -> Iterator[Mutant]:
    for change in changes(function):
        code = _made(change, ast.Module([statement], []), path, lambda made: _within(made, name))
        if code:
            yield _mutant(module, name, change, code)


def _of_constant(module: str, path: Path, name: str, value: ast.expr) -> Iterator[Mutant]:
    root = ast.Expression(value)
    for change in changes(root):
        if code := _made(change, root, path, lambda made: made):
            yield _mutant(module, name, change, code)


def _made(
    change: Change, tree: ast.Module | ast.Expression, path: Path, pick: Callable[[CodeType], CodeType | None]
) -> CodeType | None:
    """The code with a change; None where Python cannot read it."""
    change.make()
    try:
        ast.fix_missing_locations(tree)
        mode = "exec" if isinstance(tree, ast.Module) else "eval"
        return pick(compile(tree, str(path), mode, flags=FUTURE, dont_inherit=True))
    except (SyntaxError, TypeError, ValueError):
        return None
    finally:
        change.undo()


def _within(code: CodeType, name: str) -> CodeType | None:
    """The code of a function within that of a module."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == name:
                return constant
            if name.startswith(f"{constant.co_qualname}.") and (found := _within(constant, name)):
                return found
    return None


def _mutant(module: str, name: str, change: Change, code: CodeType) -> Mutant:
    line = getattr(change.old, "lineno", None) or getattr(change.place[0], "lineno", 0)
    return Mutant(module, name, line, change.operator, _shown(change.old), _shown(change.new), code)


def _shown(node: ast.AST) -> str:
    """The first line of a node as Python writes it."""
    text = ast.unparse(node).strip()
    return f"{text.splitlines()[0]:.100}"
