"""The changes that are made to a check: one at a time, at every place of a module where one fits.

Texts with a space are prompts and messages, and numbers count only where they are compared or choose an element.
What a reader alone sees is left as it is: messages, docstrings, annotations, decorators and text with braces.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import copy
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
OPPOSITES = {"any": "all", "all": "any", "min": "max", "max": "min"}
TRANSPARENT = {"abs", "sorted", "set", "list", "tuple", "round", "int", "reversed"}
"""Functions whose argument may stand for their value."""
TRANSPARENT_METHODS = {"lower", "upper", "strip", "casefold", "rstrip", "lstrip", "removeprefix", "removesuffix"}
GIVING_UP = {"inconclusive", "Inconclusive", "Unsupported", "NotApplicable", "NotEquipped"}
DEMANDS = ("demand", "judge")
"""How the names of functions begin that assert something."""
TOLD = {*GIVING_UP, "AssertionError", "ValueError"}
"""What is called with a text for people."""
CHOOSING = (ast.Compare, ast.For, ast.comprehension, ast.Expression, ast.Starred)
"""What takes each element of a list for itself. (A constant of a module is an expression of its own.)"""
UNSEEN = {"annotation", "returns", "decorator_list", "msg", "defaults", "kw_defaults", "ctx", "pattern", "type_params"}
"""Fields of a node that hold nothing to change: what runs once, or what people read."""


class Change(NamedTuple):
    """Another node in the place of one. `place` is the parent, the field, and the index within a list."""

    operator: str
    place: tuple[ast.AST, str, int | None]
    old: ast.AST
    new: ast.AST

    def make(self) -> None:
        """Puts the new node into the tree."""
        self._put(self.new)

    def undo(self) -> None:
        """Puts the old node back."""
        self._put(self.old)

    def _put(self, node: ast.AST) -> None:
        parent, field, index = self.place
        if index is None:
            setattr(parent, field, node)
        else:
            getattr(parent, field)[index] = node


def changes(root: ast.AST, guarded: bool = False) -> Iterator[Change]:
    """Every change within a node. What stands in the condition under which a check gives up is a `guard`."""
    for name, value in ast.iter_fields(root):
        if name in UNSEEN:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST) and not _is_text(child):
                guard = guarded or _is_guard(root, name)
                for operator, new in _instead(child, root):
                    word = "guard" if guard or _is_guard(child, "test") else operator
                    yield Change(word, (root, name, index), child, ast.copy_location(new, child))
                yield from changes(child, guard)


def _is_guard(node: ast.AST, field: str) -> bool:
    """The condition under which nothing can be judged."""
    return isinstance(node, ast.If) and field == "test" and not node.orelse and _gives_up(node.body[0])


def _gives_up(node: ast.AST) -> bool:
    call = node.value if isinstance(node, ast.Expr) else node.exc if isinstance(node, ast.Raise) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GIVING_UP


def _is_text(node: ast.AST) -> bool:
    """A docstring, a text with braces, or what ends a check with a message."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in TOLD
    return isinstance(node, ast.JoinedStr | ast.ImportFrom | ast.Import)


def _instead(node: ast.AST, parent: ast.AST) -> Iterable[tuple[str, ast.AST]]:
    """What may stand in the place of a node, each with the name of the operator."""
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp(op, values):
            yield "and-or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (("operand", _without(node, "values", index)) for index in range(len(values)))
        case ast.UnaryOp(ast.Not(), operand):
            yield "not", operand
        case ast.BinOp(left, ast.BitOr(), right):
            yield from (("operand", left), ("operand", right))
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC:
            yield "arithmetic", ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.IfExp(_, body, orelse):
            yield from (("branch", body), ("branch", orelse))
        case ast.Constant(value):
            yield from _constants(value, parent)
        case ast.List(elts) | ast.Tuple(elts) | ast.Set(elts) if len(elts) > 1 and isinstance(parent, CHOOSING):
            yield from (("element", _without(node, "elts", index)) for index in range(len(elts)))
        case ast.Subscript(value, ast.Slice(lower, upper, step)):
            yield from (("slice", ast.Subscript(value, ast.Slice(None, upper, step), node.ctx)) for _ in [lower] if _)
            yield from (("slice", ast.Subscript(value, ast.Slice(lower, None, step), node.ctx)) for _ in [upper] if _)
        case ast.Call():
            yield from _calls(node)
        case ast.comprehension(target, iterable, conditions, asynchronous):
            for index in range(len(conditions)):
                kept = conditions[:index] + conditions[index + 1 :]
                yield "filter", ast.comprehension(target, iterable, kept, asynchronous)
        case ast.stmt():
            yield from _statements(node)


def _comparisons(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for index, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            yield (
                "comparison",
                ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators),
            )


def _constants(value: object, parent: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int | float) and isinstance(parent, ast.Compare | ast.Subscript | ast.Slice):
        yield "constant", ast.Constant(value + 1)
    elif isinstance(value, str) and value and " " not in value:
        yield "text", ast.Constant(value + "~")


def _calls(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Call(ast.Name(name), arguments) if name in OPPOSITES:
            yield "opposite", ast.Call(ast.Name(OPPOSITES[name], ast.Load()), arguments, node.keywords)
        case ast.Call(ast.Name(name), [argument]) if name in TRANSPARENT:
            yield "call", argument
        case ast.Call(ast.Attribute(value, name)) if name in TRANSPARENT_METHODS:
            yield "call", value
        case ast.Call(ast.Attribute(value, "startswith"), arguments):
            yield "call", ast.Call(ast.Attribute(value, "endswith", ast.Load()), arguments, node.keywords)
        case ast.Call(ast.Attribute(value, "fullmatch"), arguments):
            yield "call", ast.Call(ast.Attribute(value, "match", ast.Load()), arguments, node.keywords)


def _statements(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Assert():
            yield "assert", ast.Pass()
        case ast.Expr(ast.Call(ast.Name(name) | ast.Attribute(attr=name))) if name.lstrip("_").startswith(DEMANDS):
            yield "assert", ast.Pass()
        case ast.AugAssign() | ast.Raise() | ast.Expr(ast.Call()) if not _gives_up(node):
            yield "removed", ast.Pass()
        case ast.Break():
            yield "continue", ast.Continue()
        case ast.Continue():
            yield "continue", ast.Break()
        case ast.If():
            values = (False,) if _is_guard(node, "test") else (True, False)
            yield from (("condition", _with(node, "test", ast.Constant(value))) for value in values)
        case ast.While():
            yield "condition", _with(node, "test", ast.Constant(False))
        case ast.Return(value) if value is not None and not isinstance(value, ast.Constant):
            yield "return", ast.Return(ast.Constant(None))
        case ast.For(iter=iterable):
            listed = ast.Call(ast.Name("list", ast.Load()), [iterable], [])
            for most in (0, 1):
                few = ast.Subscript(listed, ast.Slice(None, ast.Constant(most)), ast.Load())
                yield "loop", _with(node, "iter", few)


def _with(node: ast.AST, field: str, value: object) -> ast.AST:
    other = copy(node)
    setattr(other, field, value)
    return other


def _without(node: ast.AST, field: str, index: int) -> ast.AST:
    """A node without one of several; the only one that is left of an expression stands for itself."""
    values = getattr(node, field)
    kept = values[:index] + values[index + 1 :]
    if field == "values" and len(kept) == 1:
        only: ast.AST = copy(kept[0])
        return only
    return _with(node, field, kept)
