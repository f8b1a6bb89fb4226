"""Selects the requirements that a run judges."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from conformance import register
from conformance.errors import UsageError
from conformance.model import STRONGEST_FIRST, Level
from conformance.register import profiles
from gateway_contract.nearest import choice

EXPENSIVE = frozenset({"images", "audio", "videos", "music", "tasks", "generated"})
"""Features that are judged on a live gateway only on request, because they cost more."""
QUICK = (
    *("models.answers", "models.list", "auth.missing", "auth.unknown", "chat.answers", "chat.schema", "chat.usage"),
    *("chat.usage.total", "chat.finish-reason", "chat.id-unique", "chat.unicode", "chat.stream.answers"),
    *("chat.stream.content-type", "chat.stream.framing", "chat.stream.done", "chat.stream.finish-reason"),
    *("chat.stream.usage", "chat.stream.usage.last", "chat.max-tokens.cap", "errors.malformed-json"),
    *("errors.missing-messages", "errors.unknown-model", "tools.named", "tools.call.arguments"),
    *("tools.result", "tools.stream.arguments", "tools.stream.index", "chat.json-object.parses", "embeddings.answers"),
)
"""What one glance at a gateway judges: is it alive, does it chat, stream, call tools, and refuse clearly?"""
OF_THE_RUN = frozenset({"every_answer", "valid", "wire"})
"""The areas that judge whatever a run has asked: each shard judges them of its own exchanges."""
SHARD = re.compile(r"(-?\d{1,9})/(-?\d{1,9})")
MOST_SHARDS = 999


def wanted(
    features: str | None,
    level: str | None,
    requirements: str | None = None,
    profile: str | None = None,
    shard: str | None = None,
) -> Callable[[str], bool] | None:
    """A predicate on requirement ids, or None when all are selected. Names are separated by commas.

    Of the features of a profile, those that belong to a narrower one are not selected.
    """
    asked = _asked(features, level, requirements, profile)
    if not shard:
        return asked
    mine = _areas(*shard_of(shard)) | OF_THE_RUN
    return lambda name: register.load().requirement(name).area in mine and (asked is None or asked(name))


def shard_of(text: str) -> tuple[int, int]:
    """The number of a shard, from 1, and how many there are, of `2/4`. Raises `UsageError`."""
    match = SHARD.fullmatch(text)
    number, total = (int(match[1]), int(match[2])) if match else (0, 0)
    problems = {
        "two numbers with a slash between them are expected": not match,
        f"there are at most {MOST_SHARDS} shards": total > MOST_SHARDS,
        "shards are counted from 1": number < 1 or total < 1,
        f"there are only {total}": number > total,
    }
    if problem := next((problem for problem, has in problems.items() if has), ""):
        raise UsageError(f"{text!r} is no shard: {problem}", "write 1/4 for the first of four, and 4/4 for the last")
    return number, total


def _areas(number: int, total: int) -> frozenset[str]:
    """The areas of a shard: they are dealt out by size, so a version of the suite always deals alike."""
    sizes = Counter(one.area for one in register.load().requirements.values() if one.area not in OF_THE_RUN)
    loads, dealt = [0] * total, dict[str, int]()
    for area, size in sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0])):
        dealt[area] = loads.index(min(loads))
        loads[dealt[area]] += size
    return frozenset(area for area, place in dealt.items() if place == number - 1)


def _asked(
    features: str | None, level: str | None, requirements: str | None, profile: str | None
) -> Callable[[str], bool] | None:
    if requirements:
        names = _requirements(requirements.split(","))
        return lambda name: name in names
    if not features and not level and not profile:
        return None
    chosen = _profiles(profile) if profile else None
    prefixes = _features(features) if features else ()
    levels = _levels(level) if level else STRONGEST_FIRST

    def keep(name: str) -> bool:
        requirement = register.load().requirement(name)
        named = not prefixes or any(f"{requirement.feature}.".startswith(f"{prefix}.") for prefix in prefixes)
        within = chosen is None or profiles.of(requirement.feature) in chosen
        return named and within and requirement.level in levels

    return keep


def included(named: Iterable[str], features: str | None) -> frozenset[str]:
    """The expensive features to judge: those named, and those that `features` selects."""
    names = frozenset(name.strip() for name in named if name.strip())
    if unknown := sorted(names - EXPENSIVE):
        raise UsageError(f"nothing expensive is called {unknown[0]!r}", choice(unknown[0], sorted(EXPENSIVE)))
    selected = {prefix.partition(".")[0] for prefix in _features(features)} if features else set()
    return names | (EXPENSIVE & selected)


def _features(features: str) -> tuple[str, ...]:
    prefixes = tuple(name.strip() for name in features.split(",") if name.strip())
    known = {requirement.feature for requirement in register.load().requirements.values()}
    for prefix in prefixes:
        if not any(f"{name}.".startswith(f"{prefix}.") for name in known):
            raise UsageError(f"unknown feature {prefix!r}", choice(prefix, sorted(known)))
    return prefixes


def _profiles(names: str) -> frozenset[str]:
    chosen = frozenset(name.strip() for name in names.split(",") if name.strip())
    if unknown := sorted(chosen - profiles.load().keys()):
        raise UsageError(f"unknown profile {unknown[0]!r}", choice(unknown[0], sorted(profiles.load())))
    return chosen


def _requirements(names: Collection[str]) -> frozenset[str]:
    return frozenset(register.load().requirement(name.strip()).id for name in names)


def _levels(level: str) -> tuple[Level, ...]:
    try:
        return STRONGEST_FIRST[: STRONGEST_FIRST.index(Level(level.upper())) + 1]
    except ValueError:
        raise UsageError(f"unknown level {level!r}", choice(level.upper(), STRONGEST_FIRST)) from None
