"""Whether a requirement is judged on a target at all, as far as documents, the target file and the caller say."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.errors import NotApplicable, NotEquipped
from conformance.model import Requirement
from conformance.register import select
from conformance.target import Target
from gateway_contract import Contract


def demand(requirement: Requirement, contract: Contract, target: Target) -> None:
    """Raises `NotEquipped` unless the target names its fixtures, and it was asked for.

    What no document of the gateway describes is `NotApplicable`.
    """
    area = area_of(requirement.feature, contract.gateway["optional"])
    if requirement.feature not in contract.features:
        raise NotApplicable(f"{contract.name} does not claim {requirement.feature}")
    if area in select.EXPENSIVE - target.include:
        raise NotEquipped(f"{area} cost money and were not asked for: add --include {area}")
    for operation in requirement.operations:
        if operation not in contract.operations:
            raise NotApplicable(f"{contract.name} does not document {operation}")
    for fixture in requirement.fixtures:
        if not target.fixture(fixture):
            kind, _, name = fixture.partition(":")
            raise NotEquipped(f"the target names no {kind} {name!r}: add it under [{kind}s] in the target file")


def area_of(feature: str, optional: Iterable[str]) -> str:
    """The part of the API that a feature is about; of an official client's feature, what the client is used for."""
    first, *rest = feature.split(".")
    known = {*optional, *select.EXPENSIVE}
    return next((word for word in rest if word in known), first) if first == "sdk" else first
