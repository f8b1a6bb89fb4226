"""What `explain` shows of an id that is no requirement: the requirements that have to do with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.errors import NoCatalogue

if TYPE_CHECKING:
    from conformance.cli.faults import Fault
    from conformance.model import Requirement
    from conformance.register import Register

TITLES = {
    "feature": "Requirements of the feature",
    "sentence": "Requirements that cover it",
    "source": "Requirements that rest on it",
    "fault": "Requirements that it breaks",
}
Table = dict[str, Any]


def to(name: str, known: Register) -> Table | None:
    """What is known of a feature, a documented sentence, a source or a fault; None where there is none of that id."""
    everything = known.requirements.values()
    if claim := known.claims.get(name):
        about = {key: getattr(claim, key) for key in ("gateway", "quote", "statement", "address", "excluded")}
        return _table("sentence", name, about, known.covering(name))
    if source := known.sources.get(name):
        about = {"title": source.title, "address": source.url}
        return _table("source", name, about, (one for one in everything if name in one.sources))
    if below := [one for one in everything if f"{one.feature}.".startswith(f"{name}.")]:
        return _table("feature", name, {}, below)
    if fault := next((one for one in faults() if one.name == name), None):
        about = {"gateway": fault.gateway, "doc": " ".join(fault.doc.split())}
        return _table("fault", name, about, (one for one in everything if one.id in fault.breaks))
    return None


def ids(known: Register) -> Iterator[str]:
    """All that can be explained, contradictions aside."""
    yield from known.requirements
    yield from sorted({one.feature for one in known.requirements.values()})
    yield from (*known.claims, *known.sources)
    yield from (one.name for one in faults())


def faults() -> tuple[Fault, ...]:
    """The fault catalogue; none where the reference server does not list it."""
    from conformance.cli import faults

    try:
        return faults.catalogue()
    except NoCatalogue:
        return ()


def _table(kind: str, name: str, about: Table, requirements: Iterable[Requirement]) -> Table:
    plain = [{key: getattr(one, key) for key in ("id", "level", "text")} for one in requirements]
    return {"id": name, "kind": kind, **about, "requirements": plain}


def text(explained: Table) -> Iterator[str]:
    """As the terminal has it."""
    gateway = f" ({explained['gateway']})" if explained.get("gateway") else ""
    yield f"{explained['id']}{gateway}\n  {explained['kind']}"
    if "quote" in explained:
        yield f"  “{explained['quote']}”"
    yield from (f"  {explained[key]}" for key in ("title", "statement", "doc", "address") if explained.get(key))
    if explained.get("excluded"):
        yield f"  not judged: {explained['excluded']}"
    yield f"\n{TITLES[explained['kind']]}"
    yield from (f"  {one['id']}\n    {one['level']}: {one['text']}" for one in explained["requirements"])
    if not explained["requirements"]:
        yield "  none"
