"""`explain`: everything about one requirement, or about one contradiction between documents."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

from conformance.errors import NoCatalogue, UsageError

if TYPE_CHECKING:
    from conformance.model import Requirement
    from conformance.register import Register

CONTRADICTION = re.compile(r"X-\d+")
ROOT = Path(__file__).parents[2]


def add(subparsers: Any) -> None:
    """Declares the command."""
    parser = subparsers.add_parser(
        "explain",
        help="explain a requirement, or a contradiction between documents",
        description="Shows what a requirement says, what it rests on, its check, and the faults that prove the check; "
        "of a contradiction between documents, what each gateway is held to, and the documents that disagree.",
        allow_abbrev=False,
    )
    parser.add_argument("id", metavar="ID", help="for example chat.stream.done, or X-05")


def main(args: argparse.Namespace) -> int:
    """Prints the requirement or the contradiction."""
    from conformance import register

    if CONTRADICTION.fullmatch(args.id):
        print("\n".join(_contradiction(args.id)))
        return 0
    known = register.load()
    requirement = known.requirement(args.id)
    parts = [_head(requirement), *_documented(requirement, known), *_check(requirement, known), *_faults(requirement)]
    print("\n".join(parts))
    return 0


def _contradiction(name: str) -> Iterator[str]:
    """The decision for each gateway where documents disagree, and the documents."""
    import gateway_contract

    decided = False
    for gateway in ("openai", *gateway_contract.names()):
        rules = gateway_contract.load(gateway).gateway
        for one in rules["contradictions"]:
            if one["id"] == name:
                decided = True
                yield f"{name} ({gateway}): {one['decision']}"
                yield from (
                    f"  {rules['sources'][key]['title']}\n    {rules['sources'][key]['url']}" for key in one["between"]
                )
    if not decided:
        raise UsageError(f"no contradiction is called {name}", "they stand under `contradictions` in openapi/gateways/")


def _head(requirement: Requirement) -> str:
    lines = [requirement.id, f"  {requirement.level}: {requirement.text}", f"  feature: {requirement.feature}"]
    named = {"operations": requirement.operations, "needs": requirement.fixtures}
    lines += [f"  {name}: {', '.join(values)}" for name, values in named.items() if values]
    if requirement.impact:
        lines.append(f"\nWhat it does to users ({requirement.harm})\n  {requirement.impact}")
    if requirement.remedy:
        lines.append(f"\nWhat usually helps\n  {requirement.remedy}")
    return "\n".join(lines)


def _documented(requirement: Requirement, known: Register) -> Iterator[str]:
    yield "\nDocumented"
    for claim in known.claims_of(requirement):
        yield f"  {claim.id} ({claim.gateway}): “{claim.quote}”\n    {claim.statement}\n    {claim.address}"
    for source in known.sources_of(requirement):
        yield f"  {source.title}\n    {source.url}"


def _check(requirement: Requirement, known: Register) -> Iterator[str]:
    check = known.checks().get(requirement.id)
    if check is None:
        yield "\nCheck\n  none"
        return
    check = inspect.unwrap(check)
    path = Path(inspect.getfile(check))
    line = inspect.getsourcelines(check)[1]
    yield f"\nCheck: {path.relative_to(ROOT)}:{line}"
    yield indent(inspect.getsource(check).rstrip(), "  ")


def _faults(requirement: Requirement) -> Iterator[str]:
    from conformance.cli import faults

    yield "\nFaults that break it"
    try:
        breaking = [fault for fault in faults.catalogue() if requirement.id in fault.breaks]
    except NoCatalogue as error:
        yield f"  {error} ({error.hint})"
        return
    for fault in breaking:
        where = f" (playing {fault.gateway})" if fault.gateway else ""
        yield f"  {fault.name}{where}: {' '.join(fault.doc.split())}"
    if not breaking:
        yield "  none"
