"""Files as a check uploads and reads them. What a run uploads it deletes at its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from conformance.errors import ConformanceError, Inconclusive
from conformance.target import Secret
from conformance.wire.exchange import Exchange, Request
from conformance.wire.recorder import Recorder
from conformance.words.answer import JsonAnswer
from conformance.words.ask import Ask, Fields
from conformance.words.check import inconclusive, pick
from conformance.words.ids import Nobodys, nobodys
from conformance.words.samples.media import pdf, png

PATH = "/files"
MADE_UP = "file-0000nobody"
REFUSED = frozenset({400, 403, 415, 422})
MOST_PAGES = 10
CLEAN_UP = 10.0
"""The most seconds that deleting takes, at the end of a run."""
AT_ONCE = 8
"""How many files are deleted at a time when a run ends."""
MILLISECONDS = 100_000_000_000
"""No Unix time in seconds is as large as this."""


class Document(NamedTuple):
    """A file to upload."""

    name: str
    media_type: str
    data: bytes


TEXT = Document("note.txt", "text/plain", "The codeword is otter.\r\nThe last line, in UTF-8: é".encode())
BALLAST = Document("ballast.txt", "text/plain", b"The sea is calm today.\n" * 188)
LINES = "".join(f"{place:06} The sea is calm.\n" for place in range(46_000))
LARGE = Document("log.txt", "text/plain", f"Not the end of a part:\r\n--\r\n--x--\r\n{LINES}".encode())
"""A little more than 1 MiB, of lines that all differ."""
BATCH = Document(
    "requests.jsonl",
    "application/jsonl",
    b'{"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o-mini", '
    b'"messages": [{"role": "user", "content": "Gr\xc3\xbc\xc3\x9fe"}]}}\n',
)


class FileAnswer(JsonAnswer):
    """The answer to a request about files."""

    SERVED = (200, 201)

    @property
    def id(self) -> str:
        """The id of the file."""
        return pick(self.body, "id", kind=str) or inconclusive("cannot be judged: the file has an empty id")

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The files of a page."""
        data = pick(self.body, "data", kind=list)
        return [pick(self.body, "data", place, kind=dict) for place in range(len(data))]

    @property
    def ids(self) -> list[str]:
        """The ids of the files of a page."""
        return [pick(entry, "id", kind=str) for entry in self.entries]

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return pick(self.body, "has_more", kind=bool)


class Content(FileAnswer):
    """The content of a file, which may be of any kind."""

    @property
    def readable(self) -> bool:
        """Whatever came."""
        return True


class Files:
    """Uploads, lists, reads and deletes files on behalf of all checks. What was asked once is not asked again."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def upload(self, document: Document, purpose: str, *, more: Fields = (), **options: Any) -> FileAnswer:
        """`POST /files`. A further `take` makes a further file."""
        parts = [("file", *document)]
        return FileAnswer(self.ask.upload(PATH, [("purpose", purpose), *more], parts, **options))

    def document(self) -> FileAnswer:
        """A PDF for messages, under the first purpose for that that is not refused."""
        first = self.upload(self.pdf, "user_data")
        return self.upload(self.pdf, "assistants") if first.status in REFUSED else first

    @property
    def pdf(self) -> Document:
        """The PDF."""
        return Document("note.pdf", "application/pdf", pdf())

    @property
    def purpose(self) -> str:
        """The purpose under which the gateway takes documents for messages."""
        return "assistants" if self.upload(self.pdf, "user_data").status in REFUSED else "user_data"

    def text(self, take: int = 0) -> FileAnswer:
        """A text with the same purpose as the PDF."""
        return self.upload(TEXT, self.purpose, take=take)

    def image(self) -> FileAnswer:
        """An image, with a purpose of its own."""
        return self.upload(Document("square.png", "image/png", png()), "vision")

    @property
    def word(self) -> str:
        """A word that no other run has, and that a replayed run has again."""
        return hashlib.sha256(self.document().id.encode()).hexdigest()[:24]

    def retrieve(self, name: str, **options: Any) -> FileAnswer:
        """`GET /files/{file_id}`."""
        return FileAnswer(self.ask.get(_path(name), **options))

    def download(self, name: str, **options: Any) -> Content:
        """`GET /files/{file_id}/content`."""
        return Content(self.ask.get(f"{_path(name)}/content", **options))

    def delete(self, name: str, **options: Any) -> FileAnswer:
        """`DELETE /files/{file_id}`."""
        return FileAnswer(self.ask.send("DELETE", _path(name), **options))

    def page(self, *, take: int = 0, key: Any = "default", **query: object) -> FileAnswer:
        """`GET /files`, one page."""
        return FileAnswer(self.ask.get(f"{PATH}?{urlencode(query)}" if query else PATH, take=take, key=key))

    def pages(self, *, take: int = 0, **query: object) -> Iterator[FileAnswer]:
        """Page after page of 100 files, at most ten; inconclusive when a page comes twice."""
        page, seen = self.page(take=take, limit=100, **query), set[str]()
        for _ in range(MOST_PAGES):
            yield page
            if not page.has_more or not page.ids:
                return
            if seen & set(page.ids):
                inconclusive("cannot be judged: the pages of the list repeat each other")
            seen |= set(page.ids)
            page = self.page(take=take, limit=100, after=page.ids[-1], **query)

    def listed(self, name: str, *, take: int = 0, **query: object) -> dict[str, Any] | None:
        """The file as the list has it, None when it is not there; inconclusive when the list is too long to know."""
        page = None
        for page in self.pages(take=take, **query):
            for entry in page.entries:
                if entry.get("id") == name:
                    return entry
        if page is not None and page.has_more and page.ids:
            inconclusive(f"the list has more than {MOST_PAGES} pages")
        return None

    def victim(self, take: int = 0) -> FileAnswer:
        """A file that others may delete."""
        return self.upload(BALLAST, self.purpose, take=take)

    def deleted(self) -> FileAnswer:
        """A file that was uploaded, and deleted again: its upload."""
        victim = self.victim()
        if not self.delete(victim.id).served:
            inconclusive("cannot be judged: no file can be deleted")
        return victim

    @property
    def nobodys(self) -> Nobodys:
        """The id of a file that nobody has uploaded."""
        document = self.document()
        own = document.exchange.json.get("id") if document.served and isinstance(document.exchange.json, dict) else None
        return nobodys(own if isinstance(own, str) else None, MADE_UP)

    def end(self) -> None:
        """Cleans up when the run is over, quickly."""
        self.ask.recorder.hurry(CLEAN_UP)
        self.clean_up()

    def clean_up(self) -> None:
        """Deletes what this run has uploaded and not deleted. What cannot be deleted stays."""
        recorder = self.ask.recorder
        made = {(exchange.request.key, name) for exchange in recorder.recorded for name in _uploaded(exchange)}
        gone = {one.request.path for one in recorder.recorded if one.request.method == "DELETE" and one.status == 200}
        left = [(key, name) for key, name in sorted(made, key=str) if _path(name) not in gone]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            pool.map(lambda one: _remove(recorder, *one), left)


def _remove(recorder: Recorder, key: str | Secret | None, name: str) -> None:
    with suppress(ConformanceError, Inconclusive):
        recorder.send(Request("DELETE", _path(name), key=key))


def _path(name: str) -> str:
    return f"{PATH}/{quote(name, safe='')}"


def _uploaded(exchange: Exchange) -> Iterable[str]:
    """The id of the file that an exchange has made, if it has."""
    if exchange.request.method != "POST" or exchange.request.path != PATH or not FileAnswer(exchange).served:
        return []
    name = exchange.json.get("id") if isinstance(exchange.json, dict) else None
    return [name] if isinstance(name, str) and name else []


def steady(look: Callable[[int], Any], accept: Callable[[Any], bool]) -> Any:
    """What `look` sees once it is accepted or two looks see the same; inconclusive when others change it meanwhile.

    `look` takes the number of the look.
    """
    first = look(1)
    if accept(first):
        return first
    second = look(2)
    if not accept(second) and json.dumps(first) != json.dumps(second):
        inconclusive(f"somebody else changes the files: seen were {first!r:.80} and {second!r:.80}")
    return second


def upload_facts(document: FileAnswer, files: Files) -> dict[str, Any]:
    """The fields that the upload gave the PDF, as far as they are right: wrong ones have checks of their own."""
    right = {"id": document.id, "object": "file", "bytes": len(files.pdf.data), "filename": files.pdf.name}
    right |= {"purpose": files.purpose}
    created = document.body.get("created_at")
    fields = {name: value for name, value in right.items() if document.body.get(name) == value}
    return fields | ({"created_at": created} if isinstance(created, int) and 0 < created < MILLISECONDS else {})


Operation = Callable[..., FileAnswer]
OPERATIONS: dict[str, Operation] = {"retrieve": Files.retrieve, "download": Files.download, "delete": Files.delete}
