"""Which requirements a run judges."""

from __future__ import annotations

from collections.abc import Callable

from conformance import register
from conformance.errors import UsageError
from conformance.model import Level

ORDER = [Level.MUST, Level.SHOULD, Level.MAY]


def wanted(features: str | None, level: str | None) -> Callable[[str], bool] | None:
    """A predicate on requirement ids, or None when everything is wanted."""
    if not features and not level:
        return None
    prefixes = _features(features) if features else ()
    levels = _levels(level) if level else ORDER

    def keep(name: str) -> bool:
        requirement = register.load().requirement(name)
        named = not prefixes or any(f"{requirement.feature}.".startswith(f"{prefix}.") for prefix in prefixes)
        return named and requirement.level in levels

    return keep


def _features(features: str) -> tuple[str, ...]:
    prefixes = tuple(name.strip() for name in features.split(",") if name.strip())
    known = {requirement.feature for requirement in register.load().requirements.values()}
    for prefix in prefixes:
        if not any(f"{name}.".startswith(f"{prefix}.") for name in known):
            raise UsageError(f"unknown feature {prefix!r}", f"known: {', '.join(sorted(known))}")
    return prefixes


def _levels(level: str) -> list[Level]:
    try:
        return ORDER[: ORDER.index(Level(level.upper())) + 1]
    except ValueError:
        raise UsageError(f"unknown level {level!r}", "known: MUST, SHOULD, MAY") from None
