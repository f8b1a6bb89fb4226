"""Explains why a value breaks a schema, by the one parameter that is most likely wrong.

A union is explained by the branch that the value was meant for: the one with the same constant `role` or `type`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import jsonschema_rs

Path = tuple[str | int, ...]

DISCRIMINATORS = {("role",), ("type",)}
KINDS: dict[type, str] = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
LIMITS = {
    "minimum": "it must be at least {}",
    "maximum": "it must be at most {}",
    "exclusiveMinimum": "it must be greater than {}",
    "minItems": "it must have at least {} item(s)",
    "maxItems": "it must have at most {} items",
    "minLength": "it must have at least {} character(s)",
    "maxLength": "it must have at most {} characters",
    "maxProperties": "it must have at most {} keys",
    "pattern": "it must match the pattern {}",
}


class Problem(NamedTuple):
    """What is wrong with a value.

    `param` names the field as OpenAI's errors do, such as `messages[0].role`; it is None when the whole value is wrong.
    `keyword` is the JSON Schema keyword that failed, `path` the same place as `param` in steps.
    """

    message: str
    param: str | None
    keyword: str
    path: Path


class Mistake(NamedTuple):
    """One keyword that a value breaks: the keyword, what the schema says there, the place, and the value at that place.

    `missing` is the member that is not there, if that is the mistake. A union that no branch of it satisfies has the
    mistakes of each branch.
    """

    keyword: str
    demand: Any
    path: Path
    instance: Any
    message: str
    missing: str
    branches: list[list[Mistake]]


def explain(errors: Iterable[jsonschema_rs.ValidationError], schema: dict[str, Any], value: Any) -> Problem:
    """The most relevant of the errors of a value, of which there is at least one, as a problem."""
    return _problem(min((_mistake(error, schema, value) for error in errors), key=_rank))


def _mistake(error: jsonschema_rs.ValidationError, schema: Any, value: Any) -> Mistake:
    where, demand = _walked(schema, error.schema_path)
    path, instance = _walked(value, error.instance_path)
    keyword = error.kind.name if demand is False else str(where[-1])
    branches = [[_mistake(one, schema, value) for one in branch] for branch in getattr(error.kind, "context", ())]
    unmet = branches if all(branches) else []  # a value that fits several branches lacks none of them
    return Mistake(keyword, demand, path, instance, error.message, getattr(error.kind, "property", ""), unmet)


def _walked(node: Any, steps: Iterable[str | int]) -> tuple[Path, Any]:
    """A path, and what is at its end. It ends early where the validator leaves a step out, as it does the key ""."""
    path: list[str | int] = []
    for step in steps:
        key = _key(node, step) if isinstance(node, dict) and step not in node else step
        try:
            node = node[key]
        except (LookupError, TypeError):
            break
        path.append(key)
    return tuple(path), node


def _key(node: dict[str, Any], step: str | int) -> str:
    """The key of an object: the validator makes numbers of "7", "07" and "+7"."""
    if str(step) in node:
        return str(step)
    return next((key for key in node if key.lstrip("+0") == str(step or "")), "")


def param_name(path: Path) -> str | None:
    """`("messages", 0, "role")` as `messages[0].role`; None for the root."""
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return name.removeprefix(".") or None


def _rank(mistake: Mistake) -> tuple[int, int]:
    """The one nearest to the root comes first; at the same depth a wrong `role` or `type`, then a missing field."""
    depth = len(mistake.path)
    if mistake.keyword == "const" and mistake.path[-1:] in DISCRIMINATORS:
        return (depth - 1, 0)
    return (depth, 1 if mistake.keyword == "required" else 2)


def _problem(mistake: Mistake) -> Problem:
    if not mistake.branches:
        return _leaf(mistake)
    depth = len(mistake.path)
    fitting = [branch for branch in mistake.branches if not _is_of_another_type(branch, depth)]
    if not fitting:
        return _wrong_type(mistake, [one for branch in mistake.branches for one in branch])
    meant = [branch for branch in fitting if not _other_constants(branch, depth)]
    if not meant:
        return _wrong_value([constant for branch in fitting for constant in _other_constants(branch, depth)])
    nearest = min(meant, key=lambda branch: _distance(branch, depth))
    return _problem(min(nearest, key=_rank))


def _is_of_another_type(branch: list[Mistake], depth: int) -> bool:
    return any(one.keyword == "type" and len(one.path) == depth for one in branch)


def _other_constants(branch: list[Mistake], depth: int) -> list[Mistake]:
    """The mistakes because the value has the discriminator of another branch."""
    return [one for one in branch if one.keyword in ("const", "not") and one.path[depth:] in DISCRIMINATORS]


def _distance(branch: list[Mistake], depth: int) -> tuple[float, int]:
    """How far a value is from a branch: the share of required fields it lacks, then the number of mistakes."""
    missing = [one for one in branch if one.keyword == "required" and len(one.path) == depth]
    return (len(missing) / len(missing[0].demand) if missing else 0.0, len(branch))


def _leaf(mistake: Mistake) -> Problem:
    keyword = mistake.keyword
    if keyword == "required":
        return _missing_field(mistake)
    if keyword == "type":
        return _wrong_type(mistake, [mistake])
    if keyword in ("enum", "const"):
        return _wrong_value([mistake])
    if keyword in LIMITS:
        return _of(mistake, f"Invalid value for {{}}: {LIMITS[keyword].format(mistake.demand)}.")
    return _of(mistake, f"Invalid value for {{}}: {_shortened(mistake.message)}.")


def _missing_field(mistake: Mistake) -> Problem:
    path = (*mistake.path, mistake.missing)
    return Problem(f"Missing required parameter: '{param_name(path)}'.", param_name(path), "required", path)


def _wrong_type(mistake: Mistake, mismatches: list[Mistake]) -> Problem:
    expected = [kind for one in mismatches if one.keyword == "type" for kind in _listed(one.demand)]
    kinds = " or ".join(dict.fromkeys(expected))
    problem = _of(mistake, f"Invalid type for {{}}: expected {kinds}, but got {_kind(mistake.instance)} instead.")
    return problem._replace(keyword="type")


def _wrong_value(mistakes: list[Mistake]) -> Problem:
    first = mistakes[0]
    allowed = [value for mistake in mistakes for value in _listed(mistake.demand)]
    values = ", ".join(dict.fromkeys(json.dumps(value) for value in allowed))
    value = _shortened(json.dumps(first.instance))
    problem = _of(first, f"Invalid value for {{}}: {value}. Supported values are: {values}.")
    return problem._replace(keyword="enum")


def _of(mistake: Mistake, template: str) -> Problem:
    name = param_name(mistake.path)
    subject = "the body" if name is None else f"'{name}'"
    return Problem(template.replace("{}", subject, 1), name, mistake.keyword, mistake.path)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _kind(value: Any) -> str:
    """The JSON type of a value."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return next(name for kind, name in KINDS.items() if isinstance(value, kind))


def _shortened(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
