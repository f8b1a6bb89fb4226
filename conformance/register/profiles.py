"""Conformance profiles: groups of requirements to which a gateway conforms as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("profiles.toml")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: its name, its title, and the prefixes of the features that belong to it."""

    name: str
    title: str
    features: tuple[str, ...]


@cache
def load() -> Mapping[str, Profile]:
    """Every profile, by name, in the order in which reports show them."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Profile(name, entry["title"], tuple(entry["features"])) for name, entry in table.items()}


def of(feature: str) -> str:
    """The name of the profile that a feature belongs to; empty when there is none."""
    fitting = [
        (len(prefix), profile.name)
        for profile in load().values()
        for prefix in profile.features
        if f"{feature}.".startswith(f"{prefix}.")
    ]
    return max(fitting, default=(0, ""))[1]
