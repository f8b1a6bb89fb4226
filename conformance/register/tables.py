"""The register: every claim, source and requirement, read from TOML and cross-checked.

A duplicate, an unknown claim or source, or a claim that no requirement covers raises `RegisterError`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from conformance.errors import RegisterError, UnknownRequirement
from conformance.model import Claim, Harm, Level, Requirement
from gateway_contract.nearest import near

HERE = Path(__file__).parent
PACKAGE = HERE.parent
FOLDERS = ("checks", "sdk")
"""The folders of checks, in the order in which they run: first the wire, then the official clients."""


@dataclass(frozen=True, slots=True)
class Source:
    """A public document or thread that a requirement rests on, beside the sentences of the gateways."""

    id: str
    title: str
    url: str


@dataclass(frozen=True)
class Register:
    """Requirements, claims and sources by id, and the relations between them."""

    requirements: Mapping[str, Requirement]
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    pending: Mapping[str, str]

    def requirement(self, name: str) -> Requirement:
        """The requirement of that id; `UnknownRequirement` names the nearest one."""
        if name in self.requirements:
            return self.requirements[name]
        hint = near(name, self.requirements) or "gateway-conformance coverage --format markdown lists all"
        raise UnknownRequirement(f"no requirement has the id {name!r}", hint)

    def claims_of(self, requirement: Requirement) -> tuple[Claim, ...]:
        """The documented sentences that a requirement covers."""
        return tuple(self.claims[name] for name in requirement.claims)

    def sources_of(self, requirement: Requirement) -> tuple[Source, ...]:
        """The public documents and threads behind a requirement."""
        return tuple(_source(self.sources, name) for name in requirement.sources)

    @cached_property
    def _coverage(self) -> Mapping[str, tuple[Requirement, ...]]:
        table: dict[str, tuple[Requirement, ...]] = {}
        for requirement in self.requirements.values():
            for name in requirement.claims:
                table[name] = (*table.get(name, ()), requirement)
        return table

    def covering(self, claim: str) -> tuple[Requirement, ...]:
        """The requirements that cover a claim."""
        return self._coverage.get(claim, ())

    def checks(self) -> dict[str, Callable[..., None]]:
        """The check of every requirement that has one."""
        checks: dict[str, Callable[..., None]] = {}
        for folder in FOLDERS:
            for path in sorted((PACKAGE / folder).glob("test_*.py")):
                for value in vars(import_module(f"conformance.{folder}.{path.stem}")).values():
                    if name := getattr(value, "requirement_id", None):
                        if name in checks:
                            raise RegisterError(f"{name} has two checks", "one function per requirement")
                        checks[name] = value
        return checks


@cache
def load() -> Register:
    """Reads and cross-checks all tables."""
    sources = {name: Source(name, **entry) for name, entry in _toml(HERE / "sources.toml").items()}
    claims, pending = _claims()
    requirements = _requirements()
    for requirement in requirements.values():
        _cross_check(requirement, claims, sources)
    register = Register(requirements, claims, sources, pending)
    _refuse_uncovered(register)
    return register


LISTS = ("claims", "sources", "operations", "fixtures", "restates")
"""The keys of a requirement that hold several ids."""


def _claims() -> tuple[dict[str, Claim], dict[str, str]]:
    claims: dict[str, Claim] = {}
    pending: dict[str, str] = {}
    for path in sorted((HERE / "claims").glob("*.toml")):
        table = _toml(path)
        gateway, address = table.pop("gateway"), table.pop("address")
        for name, entry in table.items():
            if name in claims:
                raise RegisterError(f"two claims have the id {name}", f"see {path.name}")
            if area := entry.pop("pending", None):
                pending[name] = area
            level = Level(entry.pop("level"))
            claims[name] = Claim(id=name, gateway=gateway, address=address, level=level, **entry)
    return claims, pending


def _requirements() -> dict[str, Requirement]:
    requirements: dict[str, Requirement] = {}
    for path in sorted((HERE / "requirements").glob("*.toml")):
        table = _toml(path)
        defaults = table.pop("defaults", {})
        for name, entry in table.items():
            if name in requirements:
                raise RegisterError(f"two requirements have the id {name}", f"see {path.name}")
            requirements[name] = _requirement(name, path.stem, {**_inherited(name, defaults), **entry})
    return requirements


def _inherited(name: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What a requirement has from the top of its file, and from the narrowest group that its id is in."""
    groups = defaults.get("groups", {})
    own = max((group for group in groups if f"{name}.".startswith(f"{group}.")), key=len, default=None)
    return {key: value for key, value in defaults.items() if key != "groups"} | groups.get(own, {})


def _requirement(name: str, area: str, entry: dict[str, Any]) -> Requirement:
    level = Level(entry.pop("level"))
    lists: dict[str, Any] = {key: tuple(entry.pop(key, ())) for key in LISTS}
    try:
        entry["harm"] = Harm(entry.get("harm", Harm.MISLEADS))
        return Requirement(id=name, area=area, level=level, **lists, **entry)
    except (TypeError, ValueError) as error:
        raise RegisterError(f"{name} in {area}.toml: {error}", "see conformance/model.py for the keys") from None


def _cross_check(requirement: Requirement, claims: Mapping[str, Claim], sources: Mapping[str, Source]) -> None:
    if not (requirement.claims or requirement.sources):
        raise RegisterError(f"{requirement.id} rests on no document", "name a claim or a source")
    for name in requirement.claims:
        if name not in claims:
            raise RegisterError(f"{requirement.id} names the unknown claim {name}", "see conformance/register/claims/")
        if claims[name].excluded:
            raise RegisterError(f"{requirement.id} names {name}, which is excluded", "see conformance/register/claims/")
    for name in requirement.sources:
        _source(sources, name)


def _source(sources: Mapping[str, Source], name: str) -> Source:
    """A source by id; `owner/repository#number` is the public thread of that name."""
    if name in sources:
        return sources[name]
    repository, mark, number = name.partition("#")
    if mark and "/" in repository and number.isdecimal():
        return Source(name, f"Defect met by users: {name}", f"https://github.com/{repository}/issues/{number}")
    raise RegisterError(
        f"unknown source {name}: conformance/register/sources.toml has none", "add a table of that name"
    )


def _refuse_uncovered(register: Register) -> None:
    for claim in uncovered(register):
        raise RegisterError(f"no requirement covers {claim.id}", f"{claim.gateway}: {claim.statement}")


def uncovered(register: Register) -> Iterator[Claim]:
    """The claims that are neither covered, nor excluded with a reason, nor pending."""
    for claim in register.claims.values():
        if not (claim.excluded or claim.id in register.pending or register.covering(claim.id)):
            yield claim


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RegisterError(f"{path.name}: {error}", "a key that is given twice is an error") from None
