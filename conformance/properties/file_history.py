"""Histories of files: a model of what was uploaded and deleted, held against what the target reports.

Files that are not of the history are none of its business: they may come and go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

from conformance.errors import ConformanceError, Inconclusive
from conformance.properties.history import Asking, History, Step, demand_room
from conformance.wire.exchange import Request
from conformance.words.openai.files import PATH, Document, FileAnswer, Files
from gateway_contract import Contract, Link

MODEL, LIST, PAGING = "properties.files.model", "properties.files.list", "properties.files.paging"
STEPS = 16
UPLOAD, CHAT = "uploadFile", "createChatCompletion"
FEW_TOKENS = 16
CONTENT = "The codeword is heron, in Greek ερωδιός. This is number"
LIMITS = (1, 2, 3, 100)
MOST_PAGES = 10
LASTING = ("bytes", "created_at", "filename", "purpose")
"""The fields that stay as the upload reported them."""


@dataclass
class Note:
    """A file that a history has uploaded. `facts` are the fields that its upload reported."""

    document: Document
    id: str
    facts: dict[str, Any]
    gone: bool = False

    @property
    def name(self) -> str:
        """What the steps call it."""
        return self.document.name


@dataclass
class Walk:
    """The ids of a list, page after page. `whole` when the last page was reached."""

    ids: list[str] = field(default_factory=list)
    whole: bool = False
    victim: Note | None = None
    """What was deleted between two pages."""

    def twice(self, notes: list[Note]) -> list[str]:
        """The names of those that were listed more than once."""
        return [note.name for note in notes if self.ids.count(note.id) > 1]

    def missing(self, notes: list[Note]) -> list[str]:
        """The names of those that were not listed, as far as that is known."""
        return [note.name for note in notes if note.id not in self.ids] if self.whole else []

    def listed(self, notes: list[Note]) -> list[str]:
        """The names of those that were listed."""
        return [note.name for note in notes if note.id in self.ids]


@dataclass(frozen=True)
class Abilities:
    """What the gateway claims of files beyond uploading and reading them, and for which `purpose` it takes texts."""

    purpose: str
    deletes: bool
    downloads: bool
    lists: bool
    pages: bool
    use: Link | None = None
    """How a message takes what an upload names."""

    @property
    def turns(self) -> bool:
        """Whether a file can be deleted between two pages of a list."""
        return self.deletes and self.lists and self.pages


def abilities(contract: Contract, purpose: str) -> Abilities:
    """What a gateway claims of files."""
    claimed = (f"files.{name}" in contract.features for name in ("delete", "content", "list", "paging"))
    links = contract.operations[UPLOAD].links if "files.chat" in contract.features else ()
    deletes, downloads, lists, pages = claimed
    use = next((link for link in links if link.operation == CHAT), None)
    return Abilities(purpose, deletes, downloads, lists, pages, use)


def described(claimed: Abilities, step: Step) -> str:
    """What the step is; empty for what the gateway does not claim."""
    name, limit, pages = _name(step.thing), _limit(step), _pages(step)
    known = {
        "upload": f"upload {name}",
        "read": f"read {name}",
        "delete": f"delete {name}" if claimed.deletes else "",
        "list": (f"list in pages of {limit}" if claimed.pages else "list") if claimed.lists else "",
        "use": f"send a message with {name}" if claimed.use else "",
        "turn": f"list in pages of {limit} and delete {name} after page {pages}" if claimed.turns else "",
    }
    return known[step.act]


def operations(contract: Contract) -> set[str]:
    """The operations that histories of files ask, where a gateway documents them."""
    if UPLOAD not in contract.operations:
        return set()
    claimed, shown = abilities(contract, ""), Step("", 0)
    acts = {act for act in FileHistory.acts if described(claimed, shown._replace(act=act))}
    unclaimed = set() if claimed.downloads else {"downloadFile"}
    return {name for act in acts for name in FileHistory.asks[act]} - unclaimed


class FileHistory(History):
    """Uploads, reads, lists and deletes files, in any order. `first` of a step is a limit, `second` counts pages."""

    make = "upload"
    acts = ("read", "read", "delete", "upload", "list", "turn", "use")
    most_first = 6
    asks: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "upload": ("uploadFile",),
        "read": ("retrieveFile", "downloadFile"),
        "delete": ("deleteFile",),
        "list": ("listFiles",),
        "use": (CHAT,),
        "turn": ("listFiles", "deleteFile"),
    }
    """The operations that each act asks."""

    def __init__(self, asking: Asking, files: Files, abilities: Abilities) -> None:
        super().__init__(asking)
        self.files = files
        self.abilities = abilities
        self.notes: dict[int, Note] = {}

    def words(self, step: Step) -> str:
        """What the step is; empty for what the gateway does not claim."""
        return described(self.abilities, step)

    def do(self, step: Step) -> None:
        """Does it."""
        if step.act == "upload":
            self._upload(step.thing)
        elif step.act == "list":
            self._list(_limit(step))
        elif step.thing in self.notes:
            note = self.notes[step.thing]
            if step.act == "read":
                self._read(note)
            elif step.act == "delete":
                self._delete(note)
            elif step.act == "use":
                self._use(note)
            else:
                self._turn(_limit(step), note, _pages(step))

    @property
    def remaining(self) -> list[Note]:
        """The files that were not deleted."""
        return [note for note in self.notes.values() if not note.gone]

    @property
    def gone(self) -> list[Note]:
        """The files that there are no longer."""
        return [note for note in self.notes.values() if note.gone]

    def _upload(self, number: int) -> None:
        document = Document(_name(number), "text/plain", f"{CONTENT} {number}.".encode())
        answer = self.files.upload(document, self.abilities.purpose, take=self.asking.take)
        demand_room(answer.exchange)
        others = {note.id for note in self.notes.values()}
        note = Note(document, answer.id, {name: answer.body[name] for name in LASTING if name in answer.body})
        self.notes[number] = note
        self.demand(note.id not in others, MODEL, f"{note.name} has the id of an earlier file, {note.id}")

    def _read(self, note: Note) -> None:
        """A file is there from its upload to its deletion. The purpose of one may forbid its download."""
        answer = self._look(note, self.files.retrieve)
        if not note.gone:
            self.demand(answer.served, MODEL, f"{note.name} cannot be read: answered {answer.status}")
        if answer.served and not note.gone:
            for name, value in ({"id": note.id} | note.facts).items():
                now = answer.body.get(name)
                self.demand(now == value, MODEL, f"{name} of {note.name} was {value!r:.60} and is {now!r:.60}")
        if self.abilities.downloads:
            download = self._look(note, self.files.download)
            same = not download.served or download.exchange.body == note.document.data
            self.demand(same, MODEL, f"the download of {note.name} is not what was uploaded")

    def _look(self, note: Note, read: Callable[..., FileAnswer]) -> FileAnswer:
        """The answer to a question for a file. A file that is gone is not answered."""
        forbidden = {400, 403} if read == self.files.download else set()
        answer = self.asking.look(
            lambda: read(note.id, take=self.asking.take),
            lambda one: one.served is not note.gone or one.status in forbidden,
        )
        demand_room(answer.exchange)
        self.demand(
            not (note.gone and answer.served), MODEL, f"{note.name} was deleted and is answered {answer.status}"
        )
        return answer

    def _delete(self, note: Note) -> None:
        """What is deleted is gone, however often that is asked for."""
        answer = self.files.delete(note.id, take=self.asking.take)
        demand_room(answer.exchange)
        if not note.gone and not answer.served:
            raise Inconclusive(f"{note.name} cannot be deleted: answered {answer.status}")
        note.gone = True

    def _use(self, note: Note) -> None:
        """A message may name a text. Whether the model takes it has checks of its own; the file stays as it was."""
        if note.gone or self.abilities.use is None:
            return
        ask, fields = self.asking.ask, self.abilities.use.filled({}, {"id": note.id})
        body = ask.body(**fields, **ask.room(FEW_TOKENS))
        demand_room(ask.post("/chat/completions", body, take=self.asking.take))

    def _list(self, limit: int) -> None:
        """The list has what there is."""
        walk = self.asking.look(lambda: self._walk(limit), self._settled)
        self._judge(walk, LIST, self.remaining)

    def _settled(self, walk: Walk) -> bool:
        return not (walk.twice(self.remaining) or walk.missing(self.remaining) or walk.listed(self.gone))

    def _judge(self, walk: Walk, requirement: str, notes: list[Note], gone: list[Note] | None = None) -> None:
        """Demands each of the notes once, and none of those that were gone before."""
        for fault, names in (
            ("listed twice", walk.twice(notes)),
            ("missing in the list", walk.missing(notes)),
            ("listed although deleted", walk.listed(self.gone if gone is None else gone)),
        ):
            self.demand(not names, requirement, f"{', '.join(names)}: {fault}")

    def _turn(self, limit: int, victim: Note, pages: int) -> None:
        """Demands that a deletion between two pages makes no other file be missed or listed twice."""
        before = self.asking.look(lambda: self._walk(LIMITS[3]), self._settled)
        self._judge(before, LIST, self.remaining)
        if not self._settled(before):
            return
        gone = self.gone
        walk = self._walk(limit, victim, pages)
        others = [note for note in self.remaining if note is not victim]
        self._judge(walk, PAGING if walk.victim else LIST, others, gone)

    def _walk(self, limit: int, victim: Note | None = None, pages: int = 0) -> Walk:
        """Page after page; the victim is deleted after so many pages, unless the next page starts after it."""
        walk = Walk()
        query: dict[str, Any] = {"limit": limit} if self.abilities.pages else {}
        for number in range(1, MOST_PAGES + 1):
            page = self.files.page(take=self.asking.take, **query)
            demand_room(page.exchange)
            ids = page.ids
            walk.ids += ids
            if not page.has_more or not ids:
                walk.whole = True
                break
            if not self.abilities.pages:
                break
            if number == pages and victim and not victim.gone and victim.id != ids[-1]:
                self._delete(victim)
                walk.victim = victim
            query["after"] = ids[-1]
        return walk

    def closing(self) -> list[Step]:
        """Every file is read once more, whether it is there or gone."""
        return [Step("read", number) for number in self.notes]

    def end(self) -> None:
        """Deletes what the history has left."""
        recorder = self.asking.ask.recorder
        for note in self.remaining:
            with suppress(ConformanceError, Inconclusive):
                recorder.send(Request("DELETE", f"{PATH}/{quote(note.id, safe='')}"))


def _name(number: int) -> str:
    return f"note-{number}.txt"


def _limit(step: Step) -> int:
    return LIMITS[step.first % len(LIMITS)]


def _pages(step: Step) -> int:
    return 1 + step.second % 3
