"""Histories along the links of the contract: what an answer names is there, until it is deleted.

schemathesis' stateful phase follows the same links, and serves whoever wants to try an API with drawn requests. It is
not used here: what it sends is drawn from the schemas, so it accuses a gateway that refuses an `after` which names
nothing; it neither waits for what takes a moment, nor knows what belongs to which thing, nor asks through the recorder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance.errors import ConformanceError, Inconclusive, Unsupported
from conformance.properties import linked
from conformance.properties.history import Asking, History, Step, demand_room
from conformance.properties.linked import Kind, Linked
from conformance.wire.exchange import Exchange
from conformance.words.answer import is_refusal
from gateway_contract import Contract, Link, Operation

SERVED, APART, GONE = "properties.links.served", "properties.links.apart", "properties.links.gone"
LISTED = "properties.links.listed"
STEPS = 10
MOST = 4
"""The most things of one history."""
MOST_LISTED = 1000
PLAIN = (re.compile(r"[\w.:-]+"), re.compile(r"[\w.:/-]+"))
"""Names that are asked for: those that stand in a path as they are; where there is none, those with a slash."""


@dataclass
class Thing:
    """A thing of a history: the answer that names it, the word that stands for it, and the entry where it is listed."""

    name: str
    number: int
    answer: Exchange
    mark: str
    entry: int = 0
    gone: bool = False

    def values(self, link: Link) -> dict[str, str] | None:
        """What a link takes of it."""
        return link.values(self.answer.headers, self.answer.json, self.entry)

    def names(self, link: Link) -> dict[str, Any]:
        """The same, and what a link takes in a body; empty when the answer lacks it."""
        filled = link.filled(self.answer.headers, self.answer.json)
        return {} if None in filled.values() else {**(self.values(link) or {}), **filled}


class LinkHistory(History):
    """Makes things of one kind, and follows the links from them. `second` of a step chooses the link."""

    make = "make"
    acts = ("follow", "make", "follow", "list", "delete")
    most_first = 2

    def __init__(self, asking: Asking, contract: Contract, kind: Kind) -> None:
        super().__init__(asking)
        self.contract = contract
        self.kind = kind
        self.things: dict[int, Thing] = {}
        self.used: set[str] = set()
        """What a request has taken in its body."""
        self.refused: list[str] = []
        """What no request has taken, and what was said."""

    def words(self, step: Step) -> str:
        """What the step is; empty for what this kind has not, and for one thing too many."""
        if step.thing > MOST:
            return ""
        name, removal, listing = f"number {step.thing}", self.kind.removal, self.kind.listing
        known = {
            "make": f"{self.kind.operation.id} for {name}",
            "follow": f"{self._link(step)[1].id} with {name}" if self.kind.reading else "",
            "delete": f"{removal[1].id} with {name}" if removal else "",
            "list": listing[1].id if listing else "",
        }
        return known[step.act]

    def _link(self, step: Step) -> Linked:
        return self.kind.reading[step.second % len(self.kind.reading)]

    def do(self, step: Step) -> None:
        """Does it."""
        if step.act == "make":
            self._make(step.thing)
        elif step.act == "list" and self.kind.listing:
            self._list(*self.kind.listing)
        elif step.thing in self.things:
            thing = self.things[step.thing]
            if step.act == "follow":
                self._follow(thing, *self._link(step))
            elif self.kind.removal and not thing.gone:
                self._delete(thing, *self.kind.removal)

    def closing(self) -> list[Step]:
        """Every link is followed once; then one after another is deleted, and all are looked for again."""
        steps = [Step("follow", thing, 0, link) for thing in self.things for link in range(len(self.kind.reading))]
        lists = [Step("list", thing) for thing in self.things][:1]
        return [*steps, *lists, *(self._ends() if self.kind.removal else ()), *lists]

    def _ends(self) -> Iterator[Step]:
        for thing in self.things:
            yield Step("delete", thing)
            yield Step("follow", thing + 1)
        yield from (Step("follow", thing) for thing in self.things)

    def end(self) -> None:
        """Deletes what the history has left."""
        for thing in self.things.values():
            if self.kind.removal and not thing.gone:
                with suppress(ConformanceError, Inconclusive):
                    self._delete(thing, *self.kind.removal)

    def _made(self, take: int) -> Exchange:
        """The answer that names a new thing. Raises `Unsupported` when already the first of a history is refused."""
        touched = self.asking.ask.recorder.touched
        try:
            answer = demand_room(self.kind.make(self.contract, self.asking.ask, take))
            if _served(answer):
                return answer
            raise Inconclusive(f"{self.kind.operation.id} was answered {answer.status}: {answer.text:.120}")
        except Inconclusive as reason:
            if self.things or not touched or not is_refusal(touched[-1]):
                raise
            raise Unsupported(str(reason)) from None

    def _make(self, number: int) -> None:
        take = self.asking.take
        answer = self._made(take)
        if isinstance(answer.json, dict) and answer.json.get("store") is False:
            raise Inconclusive("the gateway says that it does not store the response")
        thing = Thing(f"number {number}", number, answer, linked.mark(take))
        if not self.kind.made:
            thing.entry = self._entry(thing)
        first = self.kind.links[0][0]
        names = thing.names(first)
        if not names:
            raise Inconclusive(f"the answer to {self.kind.operation.id} names nothing for {first.operation}")
        same = [one.name for one in self.things.values() if self.kind.made and one.names(first) == names]
        self.things[number] = thing
        self.demand(not same, APART, f"{thing.name} has the id of {''.join(same[:1])}, {names}")

    def _entry(self, thing: Thing) -> int:
        """The entry of a list that is taken, of those with a plain name: another one for each number."""
        lists = (self._entries(link, thing.answer) for link, _ in self.kind.links)
        entries = [list(one.values()) for one in next(filter(None, lists), [])]
        kinds = ([place for place, one in enumerate(entries) if all(map(form.fullmatch, one))] for form in PLAIN)
        plain = next(filter(None, kinds), None)
        if plain is None:
            raise Inconclusive(f"{self.kind.operation.id} names nothing that can be asked for")
        return plain[thing.number * len(plain) // (MOST + 1) % len(plain)]

    def _entries(self, link: Link, answer: Exchange) -> list[dict[str, str]]:
        """What a link takes of each entry of a list; nothing where it does not speak of entries."""
        entries = list[dict[str, str]]()
        for place in range(MOST_LISTED):
            values = link.values(answer.headers, answer.json, place)
            if values is None or values in entries[:1]:
                break
            entries.append(values)
        return entries

    def _follow(self, thing: Thing, link: Link, target: Operation) -> None:
        """What a link leads to is served; what was deleted is not, under the path under which it was deleted."""
        removal = self.kind.removal
        if target.method == "POST":
            return self._use(thing, link, target)
        values = thing.values(link)
        if values is None or (thing.gone and removal and removal[1].path != target.path):
            return None
        answer = self.asking.look(
            lambda: linked.answer(self.contract, self.asking.ask, target, values, self.asking.take),
            lambda one: _served(one) is not thing.gone,
        )
        demand_room(answer)
        if thing.gone:
            self.demand(not _served(answer), GONE, f"{thing.name} was deleted, and {target.id} answers {answer.status}")
            return None
        if answer.status >= 500 or answer.status in ({401} if self.kind.made else {401, 403}):
            raise Inconclusive(f"{target.id} was answered {answer.status}: {answer.text:.120}")
        requirement = SERVED if self.kind.made else LISTED
        self.demand(_served(answer), requirement, f"{target.id} answers {answer.status} for {thing.name}, {values}")
        return self._compare(thing, target, answer)

    def _compare(self, thing: Thing, target: Operation, answer: Exchange) -> None:
        """An answer about one thing neither names another one nor says what was said of that alone."""
        for other in self.things.values() if self.kind.made else ():
            if other is thing:
                continue
            names = [link.values(answer.headers, answer.json) for link in target.links]
            named = any(one == other.values(link) for one in names if one for link, _ in self.kind.links)
            holds = other.mark in answer.text and thing.mark not in answer.text
            self.demand(not named and not holds, APART, f"{target.id} answers for {thing.name} with {other.name}")

    def _use(self, thing: Thing, link: Link, target: Operation) -> None:
        """A request that takes one thing in its body takes another one, too."""
        if thing.gone:
            return
        fields = link.filled(thing.answer.headers, thing.answer.json)
        answer = self.asking.look(
            lambda: linked.follow(self.asking.ask, fields, self.asking.take), lambda one: not is_refusal(one)
        )
        demand_room(answer)
        if _served(answer):
            self.used.add(thing.name)
        elif is_refusal(answer):
            self.refused.append(f"{target.id} refuses {thing.name}: {answer.text:.120}")
        both = bool(self.used and self.refused)
        self.demand(not both, SERVED, f"{''.join(self.refused[:1])}, and takes {', '.join(sorted(self.used))}")

    def _delete(self, thing: Thing, link: Link, target: Operation) -> None:
        values = thing.values(link) or {}
        answer = linked.answer(self.contract, self.asking.ask, target, values, self.asking.take)
        demand_room(answer)
        if not _served(answer):
            raise Inconclusive(f"{target.id} was answered {answer.status}: {answer.text:.120}")
        thing.gone = True

    def _list(self, link: Link, operation: Operation) -> None:
        """A list has what was made, unless it goes on, and nothing that was deleted."""
        missing, listed = self.asking.look(lambda: self._page(link, operation), lambda one: not any(one))
        self.demand(not missing, SERVED, f"{', '.join(missing)}: missing in the list")
        self.demand(not listed, GONE, f"{', '.join(listed)}: listed although deleted")

    def _page(self, link: Link, operation: Operation) -> tuple[list[str], list[str]]:
        """What a list lacks, and what it has that was deleted."""
        answer = demand_room(linked.page(self.contract, self.asking.ask, operation, self.asking.take))
        if not _served(answer):
            raise Inconclusive(f"{operation.id} was answered {answer.status}: {answer.text:.120}")
        further = any(one.operation == operation.id and one.values({}, answer.json) for one in operation.links)
        entries, own = (
            self._entries(link, answer),
            next(one for one, _ in self.kind.links if one.operation == link.operation),
        )
        known = [(thing, thing.values(own) in entries) for thing in self.things.values()]
        missing = [thing.name for thing, there in known if not there and not thing.gone and not further]
        return missing, [thing.name for thing, there in known if there and thing.gone]


def _served(answer: Exchange) -> bool:
    return 200 <= answer.status < 300
