"""`explain`: everything about one requirement, one contradiction between documents, or one other id of the suite."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

from conformance.cli import options, related
from conformance.errors import NoCatalogue, UsageError
from gateway_contract import commandline
from gateway_contract.commandline import ARGUMENTS, argument, filled, names, output
from gateway_contract.nearest import near

if TYPE_CHECKING:
    from conformance.model import Requirement
    from conformance.register import Register

CONTRADICTION = re.compile(r"X-\d+")
ROOT = Path(__file__).parents[2]
Table = dict[str, Any]


def _known() -> Iterator[str]:
    """What can be explained."""
    yield from options.requirements()
    yield from _contradictions()


def _contradictions() -> list[str]:
    every = [one["id"] for gateway in options.gateways() for one in _contract(gateway)["contradictions"]]
    return sorted(set(every), key=lambda name: int(name.removeprefix("X-")))


@commandline.command(
    "explain",
    help="Shows what a requirement says, what it rests on, its check, and the faults that prove the check; "
    "of a contradiction between documents, what each gateway is held to, and the documents that disagree; of a "
    "feature, a documented sentence or a fault, the requirements that have to do with it.",
    examples={ARGUMENTS: "gateway-conformance explain chat.stream.done"},
)
@argument(
    "name", metavar="ID", type=filled, shell_complete=names(_known), help="such as chat.stream.done, chat or X-05"
)
@output(json="print JSON")
def command(name: str, json: bool) -> int:
    """Prints what is known of the id."""
    explained, text = _explained(name)
    print(options.as_json(explained) if json else "\n".join(text(explained)))
    return 0


def _explained(name: str) -> tuple[Table, Callable[[Table], Iterator[str]]]:
    """What is known of an id, and how the terminal has it. Raises `UsageError`."""
    from conformance import register

    if CONTRADICTION.fullmatch(name):
        return _contradiction(name), _text_of_contradiction
    known = register.load()
    if name in known.requirements:
        return _requirement(known.requirement(name), known), _text
    if explained := related.to(name, known):
        return explained, related.text
    hint = near(name, related.ids(known)) or "gateway-conformance coverage --format markdown lists all requirements"
    raise UsageError(f"nothing has the id {name!r}", hint)


def _contract(gateway: str) -> Table:
    import gateway_contract

    return gateway_contract.load(gateway).gateway


def _contradiction(name: str) -> Table:
    """The decision for each gateway where documents disagree, and the documents."""
    decided = []
    for gateway in options.gateways():
        rules = _contract(gateway)
        for one in rules["contradictions"]:
            if one["id"] == name:
                documents = [
                    {key: rules["sources"][source][key] for key in ("title", "url")} for source in one["between"]
                ]
                decided.append({"gateway": gateway, "decision": one["decision"], "between": documents})
    if not decided:
        raise UsageError(f"no contradiction is called {name}", f"known: {', '.join(_contradictions())}")
    return {"id": name, "decisions": decided}


def _text_of_contradiction(explained: Table) -> Iterator[str]:
    for one in explained["decisions"]:
        yield f"{explained['id']} ({one['gateway']}): {one['decision']}"
        yield from (f"  {document['title']}\n    {document['url']}" for document in one["between"])


def _requirement(requirement: Requirement, known: Register) -> Table:
    plain = {key: getattr(requirement, key) for key in ("id", "level", "text", "feature", "operations")}
    impact = {key: getattr(requirement, key) for key in ("harm", "impact", "remedy")}
    return {
        **plain,
        "needs": requirement.fixtures,
        **impact,
        "documented": [*_documented(requirement, known)],
        "check": _check(requirement, known),
        **_faults(requirement),
    }


def _documented(requirement: Requirement, known: Register) -> Iterator[Table]:
    for claim in known.claims_of(requirement):
        yield {key: getattr(claim, key) for key in ("id", "gateway", "quote", "statement", "address")}
    for source in known.sources_of(requirement):
        yield {"id": source.id, "title": source.title, "address": source.url}


def _check(requirement: Requirement, known: Register) -> Table | None:
    check = known.checks().get(requirement.id)
    if check is None:
        return None
    check = inspect.unwrap(check)
    place = f"{Path(inspect.getfile(check)).relative_to(ROOT)}:{inspect.getsourcelines(check)[1]}"
    return {"place": place, "source": inspect.getsource(check).rstrip()}


def _faults(requirement: Requirement) -> Table:
    """The faults that break it, or why they are not known."""
    from conformance.cli import faults

    try:
        breaking = [fault for fault in faults.catalogue() if requirement.id in fault.breaks]
    except NoCatalogue as error:
        return {"faults": None, "trouble": f"{error} ({error.hint})"}
    return {
        "faults": [{"name": one.name, "gateway": one.gateway, "doc": " ".join(one.doc.split())} for one in breaking]
    }


def _text(explained: Table) -> Iterator[str]:
    yield f"{explained['id']}\n  {explained['level']}: {explained['text']}\n  feature: {explained['feature']}"
    yield from (f"  {name}: {', '.join(explained[name])}" for name in ("operations", "needs") if explained[name])
    if explained["impact"]:
        yield f"\nWhat it does to users ({explained['harm']})\n  {explained['impact']}"
    if explained["remedy"]:
        yield f"\nWhat usually helps\n  {explained['remedy']}"
    yield "\nDocumented"
    for one in explained["documented"]:
        words = (
            f"{one['id']} ({one['gateway']}): “{one['quote']}”\n    {one['statement']}"
            if "quote" in one
            else one["title"]
        )
        yield f"  {words}\n    {one['address']}"
    check = explained["check"]
    yield f"\nCheck: {check['place']}\n{indent(check['source'], '  ')}" if check else "\nCheck\n  none"
    yield "\nFaults that break it"
    for one in explained["faults"] or ():
        where = f" (playing {one['gateway']})" if one["gateway"] else ""
        yield f"  {one['name']}{where}: {one['doc']}"
    if not explained["faults"]:
        yield f"  {explained.get('trouble', 'none')}"
