"""Explains why a value breaks a schema, by the one parameter that is most likely wrong.

A union is explained by the branch that the value was meant for: the one with the same constant `role` or `type`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

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


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value.

    `param` names the field as OpenAI's errors do, such as `messages[0].role`; it is None when the whole value is wrong.
    `keyword` is the JSON Schema keyword that failed, `path` the same place as `param` in steps.
    """

    message: str
    param: str | None
    keyword: str
    path: Path


def explain(errors: Iterable[ValidationError]) -> Problem | None:
    """The most relevant of `errors` as a problem, or None when there are none."""
    foremost = min(errors, key=_rank, default=None)
    return None if foremost is None else _problem(foremost)


def param_name(path: Path) -> str | None:
    """`("messages", 0, "role")` as `messages[0].role`; None for the root."""
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return name.removeprefix(".") or None


def _rank(error: ValidationError) -> tuple[int, int]:
    """The error nearest to the root comes first; at the same depth a wrong `role` or `type`, then a missing field."""
    depth = len(error.absolute_path)
    if error.validator == "const" and tuple(error.absolute_path)[-1:] in DISCRIMINATORS:
        return (depth - 1, 0)
    return (depth, 1 if error.validator == "required" else 2)


def _problem(error: ValidationError) -> Problem:
    if not error.context:
        return _leaf(error)
    fitting = [branch for branch in _branches(error) if not _is_of_another_type(branch)]
    if not fitting:
        return _wrong_type(error, [item for branch in _branches(error) for item in branch])
    meant = [branch for branch in fitting if not _other_constants(branch)]
    if not meant:
        return _wrong_value([constant for branch in fitting for constant in _other_constants(branch)])
    nearest = min(meant, key=_distance)
    return _problem(min(nearest, key=_rank))


def _branches(union: ValidationError) -> list[list[ValidationError]]:
    """The errors below a failed `anyOf` or `oneOf`, one list for each branch."""
    branches: dict[Any, list[ValidationError]] = {}
    for error in union.context or ():
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    return list(branches.values())


def _is_of_another_type(branch: list[ValidationError]) -> bool:
    return any(error.validator == "type" and not error.relative_path for error in branch)


def _other_constants(branch: list[ValidationError]) -> list[ValidationError]:
    """The errors because the value has the discriminator of another branch."""
    kinds = ("const", "not")
    return [error for error in branch if error.validator in kinds and tuple(error.relative_path) in DISCRIMINATORS]


def _distance(branch: list[ValidationError]) -> tuple[float, int]:
    """How far a value is from a branch: the share of required fields it lacks, then the number of errors."""
    missing = [error for error in branch if error.validator == "required" and not error.relative_path]
    return (len(missing) / len(_listed(missing[0].validator_value)) if missing else 0.0, len(branch))


def _leaf(error: ValidationError) -> Problem:
    keyword = str(error.validator)
    if keyword == "required":
        return _missing_field(error)
    if keyword == "type":
        return _wrong_type(error, [error])
    if keyword in ("enum", "const"):
        return _wrong_value([error])
    if keyword in LIMITS:
        return _of(error, f"Invalid value for {{}}: {LIMITS[keyword].format(error.validator_value)}.")
    return _of(error, f"Invalid value for {{}}: {_shortened(error.message)}.")


def _missing_field(error: ValidationError) -> Problem:
    present: Any = error.instance
    name = next(name for name in _listed(error.validator_value) if name not in present)
    path = (*error.absolute_path, name)
    return Problem(f"Missing required parameter: '{param_name(path)}'.", param_name(path), "required", path)


def _wrong_type(error: ValidationError, mismatches: list[ValidationError]) -> Problem:
    types = [mismatch.validator_value for mismatch in mismatches if mismatch.validator == "type"]
    expected = [kind for listed in types for kind in _listed(listed)]
    kinds = " or ".join(dict.fromkeys(expected))
    problem = _of(error, f"Invalid type for {{}}: expected {kinds}, but got {_kind(error.instance)} instead.")
    return replace(problem, keyword="type")


def _wrong_value(errors: list[ValidationError]) -> Problem:
    first = errors[0]
    allowed = [one for error in errors for one in _listed(error.validator_value)]
    values = ", ".join(dict.fromkeys(json.dumps(one) for one in allowed))
    value = _shortened(json.dumps(first.instance))
    problem = _of(first, f"Invalid value for {{}}: {value}. Supported values are: {values}.")
    return replace(problem, keyword="enum")


def _of(error: ValidationError, template: str) -> Problem:
    path = tuple(error.absolute_path)
    name = param_name(path)
    subject = "the body" if name is None else f"'{name}'"
    return Problem(template.replace("{}", subject, 1), name, str(error.validator), path)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _kind(value: Any) -> str:
    """The JSON type of a value."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return next(name for kind, name in KINDS.items() if isinstance(value, kind))


def _shortened(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
