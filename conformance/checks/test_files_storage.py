"""Whose files there are, how many, for how long, and what is taken at all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conformance.words.answer import demand_client_error, demand_refused, demand_served, leave_at_limit
from conformance.words.check import Unsupported, alone, each, inconclusive, pick, requirement
from conformance.words.openai.files import (
    BALLAST,
    MILLISECONDS,
    OPERATIONS,
    REFUSED,
    TEXT,
    Document,
    FileAnswer,
    Files,
    steady,
)
from conformance.words.samples.media import wav

WHOLE = re.compile(r"[0-9]+")
STRANGER = "stranger-account"
HOUR = 3600
IN_FOLDERS = Document("../../folder/note.txt", "text/plain", TEXT.data)
DISGUISED = Document("square.png", "application/pdf", wav())
"""Its name, its media type and its content are of three kinds."""
WRONG_KEYS = {"with a space": "two words", "of 256 characters": "k" * 256, "with a sign": "key#1"}


def _as_stranger(answer: FileAnswer) -> FileAnswer:
    """The answer to another account; inconclusive when its key or its limit is what is refused."""
    leave_at_limit(answer.exchange)
    if answer.status == 401:
        inconclusive("the key of the other account is refused")
    return answer


@requirement("files.isolation")
@each("operation", OPERATIONS)
def test_isolation(files: Files, operation: str) -> None:
    """Another account can neither retrieve nor download nor delete a file."""
    name = files.victim(take=1).id
    answer = _as_stranger(OPERATIONS[operation](files, name, key=STRANGER))

    assert not answer.served, f"another account can {operation} the file: {answer.exchange.text:.120}"


@requirement("files.isolation.list")
def test_isolation_list(files: Files) -> None:
    """Another account does not see a file in its list."""
    name = files.document().id
    page = _as_stranger(files.page(key=STRANGER))
    if page.status == 403:
        inconclusive("the other account has no list of files")

    assert name not in demand_served(page).ids, f"{name} is in the list of another account"


@requirement("files.isolation.hidden")
def test_isolation_hidden(files: Files, gateway: dict[str, Any]) -> None:
    """A file of another account has the status of an unknown object, so that its existence is not disclosed."""
    answer = _as_stranger(files.retrieve(files.victim(take=1).id, key=STRANGER))
    if answer.served:
        inconclusive("another account can retrieve the file")

    demand_refused(answer, gateway, "unknown_object")


@requirement("files.account")
def test_account(files: Files) -> None:
    """Another key of the same account retrieves the file."""
    name = files.document().id
    body = demand_served(files.retrieve(name, key="sibling")).body

    assert body.get("id") == name, f"{name} was asked for, id is {body.get('id')!r:.80}"


@requirement("files.filename.plain")
def test_filename_plain(files: Files) -> None:
    """A file name comes back without the folders that it was sent with."""
    name = pick(files.upload(IN_FOLDERS, files.purpose).body, "filename", kind=str)

    assert not re.search(r"[/\\]", name), f"{IN_FOLDERS.name!r} was sent, filename is {name!r:.80}"


@requirement("files.mime")
def test_mime(files: Files, gateway: dict[str, Any]) -> None:
    """A file whose content is not of its declared media type is refused with the status of an invalid value."""
    answer = files.upload(DISGUISED, files.purpose)

    demand_refused(answer, gateway, "invalid_value")


class Keyed:
    """Uploads under idempotency keys that no other run has."""

    def __init__(self, files: Files, gateway: dict[str, Any]) -> None:
        self.files = files
        self.header: str = gateway["files"]["idempotency_key"]

    @property
    def document(self) -> Document:
        """A file under a name of this run."""
        return Document(f"twice_{self.files.word}.txt", "text/plain", TEXT.data)

    def upload(self, key: str, take: int = 0) -> FileAnswer:
        """An upload under a key."""
        return self.files.upload(self.document, self.files.purpose, take=take, headers={self.header: key})

    def twice(self) -> list[FileAnswer]:
        """The same upload under the same key, two times."""
        return [self.upload(f"conformance_{self.files.word}", take) for take in range(2)]


@pytest.fixture
def keyed(files: Files, gateway: dict[str, Any]) -> Keyed:
    """Uploads under idempotency keys."""
    return Keyed(files, gateway)


@requirement("files.idempotency")
def test_idempotency(keyed: Keyed) -> None:
    """A second upload under the same idempotency key answers with the first file."""
    first, second = keyed.twice()

    assert demand_served(first).id == demand_served(second).id, f"the same key made {first.id} and {second.id}"


@requirement("files.idempotency.single")
def test_idempotency_single(keyed: Keyed, files: Files) -> None:
    """A second upload under the same idempotency key makes no second file."""
    made = {answer.id for answer in keyed.twice()}
    values = [
        pick(entry, "id")
        for page in files.pages(take=3)
        for entry in page.entries
        if entry.get("filename") == keyed.document.name or entry.get("id") in made
    ]
    if not values:
        inconclusive("the file is not listed")

    assert len(values) == 1, f"one key made the files {values}"


@requirement("files.idempotency.other-key")
def test_idempotency_other_key(keyed: Keyed, files: Files) -> None:
    """An upload under another idempotency key makes another file."""
    first, _ = keyed.twice()
    other = demand_served(keyed.upload(f"conformance_{files.word}_other"))

    assert other.id != first.id, f"two keys made one file, {first.id}"


@requirement("files.idempotency.invalid")
@each("wrong", WRONG_KEYS)
def test_idempotency_invalid(keyed: Keyed, gateway: dict[str, Any], wrong: str) -> None:
    """An idempotency key of another form than the documented one is refused with the status of an invalid value."""
    demand_refused(keyed.upload(WRONG_KEYS[wrong]), gateway, "invalid_value")


def _number(answer: FileAnswer, header: str) -> int:
    """A header that is a whole number; inconclusive when it is not."""
    value = str(demand_served(answer).exchange.headers.get(header, ""))
    return int(value) if WHOLE.fullmatch(value) else inconclusive(f"cannot be judged: {header} is {value!r:.60}")


def _demand_room(files: Files, used: str, limit: str) -> None:
    answers = {"upload": demand_served(files.document()), "list": demand_served(files.page())}
    for kind, answer in answers.items():
        headers = {name: answer.exchange.headers.get(name) for name in (used, limit)}
        for name, value in headers.items():
            assert value is not None, f"{name} is missing from the {kind}"
            assert WHOLE.fullmatch(value), f"{name} of the {kind} is {value!r:.60}"
        assert int(headers[used]) <= int(headers[limit]), (
            f"the {kind} has {used} {headers[used]} and {limit} {headers[limit]}"
        )


@requirement("files.storage")
def test_storage(files: Files, gateway: dict[str, Any]) -> None:
    """An upload and a list report the bytes stored and the bytes allowed."""
    names = gateway["files"]["storage"]

    _demand_room(files, names["used"], names["limit"])


@requirement("files.storage.files")
def test_storage_files(files: Files, gateway: dict[str, Any]) -> None:
    """An upload and a list tell the number of files and how many there may be, of which the first is no larger."""
    names = gateway["files"]["storage"]

    _demand_room(files, names["files"], names["files_limit"])


def _used(files: Files, gateway: dict[str, Any], look: int) -> list[int]:
    """The bytes stored before an upload, after it, and after its deletion."""
    header, take = gateway["files"]["storage"]["used"], 10 * look
    before = _number(files.page(limit=1, take=take), header)
    upload = files.upload(BALLAST, files.purpose, take=take)
    after = _number(files.page(limit=1, take=take + 1), header) if upload.id else 0
    if not files.delete(upload.id).served:
        inconclusive("the file cannot be deleted")
    return [before, after, _number(files.page(limit=1, take=take + 2), header)]


@requirement("files.storage.grows")
@alone
def test_storage_grows(files: Files, gateway: dict[str, Any]) -> None:
    """The bytes stored grow by the size of an upload."""
    size = len(BALLAST.data)
    grown = steady(lambda look: _growth(_used(files, gateway, look)), lambda bytes_: bytes_ == size)

    assert grown == size, f"{size} bytes were uploaded, and the bytes stored grew by {grown}"


@requirement("files.storage.shrinks")
@alone
def test_storage_shrinks(files: Files, gateway: dict[str, Any]) -> None:
    """The bytes stored shrink by the size of a deleted file."""
    size = len(BALLAST.data)
    shrunk = steady(lambda look: -_growth(_used(files, gateway, look)[1:]), lambda bytes_: bytes_ == size)

    assert shrunk == size, f"{size} bytes were deleted, and the bytes stored shrank by {shrunk}"


def _growth(used: list[int]) -> int:
    return used[1] - used[0]


def _expiring(files: Files, seconds: int) -> FileAnswer:
    more = [("expires_after[anchor]", "created_at"), ("expires_after[seconds]", seconds)]
    return files.upload(TEXT, files.purpose, more=more)


@requirement("files.expiry")
def test_expiry(files: Files) -> None:
    """A file that is uploaded with `expires_after` says in `expires_at` when it will expire."""
    answer = _expiring(files, HOUR)
    if answer.status in REFUSED:
        raise Unsupported(f"the target takes no expires_after: {answer.exchange.text:.120}")
    created, expires = pick(answer.body, "created_at", kind=int), answer.body.get("expires_at")
    if not 0 < created < MILLISECONDS:
        inconclusive(f"cannot be judged: created_at is {created}")

    assert isinstance(expires, int), f"expires_at is {expires!r:.80}"
    assert abs(expires - created - HOUR) <= 60, f"it is to expire after {HOUR} s, and does after {expires - created} s"


@requirement("files.expiry.invalid")
def test_expiry_invalid(files: Files) -> None:
    """A time below the documented minimum in `expires_after` is refused with a 4xx."""
    taken = _expiring(files, HOUR)
    if not taken.served or taken.body.get("expires_at") is None:
        inconclusive("expires_after is not taken at all")

    demand_client_error(_expiring(files, 1))
