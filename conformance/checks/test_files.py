"""Upload, retrieve and delete a file; what is wrong with a request for one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import (
    demand_client_error,
    demand_count,
    demand_error_body,
    demand_json,
    demand_refused,
    demand_served,
    demand_text,
)
from conformance.words.ask import BOUNDARY, Ask, form
from conformance.words.check import NotApplicable, alone, each, inconclusive, pick, requirement
from conformance.words.openai.files import (
    MILLISECONDS,
    OPERATIONS,
    PATH,
    TEXT,
    Document,
    FileAnswer,
    Files,
    upload_facts,
)
from conformance.words.schema import demand_body
from gateway_contract import Contract

UNICODE = Document("Überblick 概要.txt", "text/plain", "Das Codewort heißt «Störche».".encode())
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
LOOKS = 3
PAUSE = 0.3
"""Seconds between two looks at what a deletion leaves."""


@pytest.fixture
def document(files: Files) -> FileAnswer:
    """The upload that most checks look at; inconclusive when it has no id."""
    document = files.document()
    pick(document.body, "id", kind=str)
    return document


@requirement("files.upload")
def test_upload(files: Files) -> None:
    """A form with a file and a purpose is answered with a file object that has an `id`."""
    body = demand_json(demand_served(files.document()).exchange)

    demand_text(body.get("id"), "id")
    assert body.get("object") == "file", f"object is {body.get('object')!r:.80}"


@requirement("files.upload.bytes")
def test_upload_bytes(document: FileAnswer, files: Files) -> None:
    """`bytes` is the size of the uploaded file."""
    for sent, answer in ((files.pdf, document), (UNICODE, files.upload(UNICODE, files.purpose))):
        size, count = len(sent.data), answer.body.get("bytes")
        assert count == size, f"{size} bytes were sent, bytes is {count!r:.80}"


@requirement("files.upload.created-at")
def test_upload_created_at(document: FileAnswer) -> None:
    """`created_at` is a Unix time in whole seconds."""
    created = document.body.get("created_at")

    assert demand_count(created, "created_at", 1) < MILLISECONDS, f"created_at is {created}, which is in milliseconds"


@requirement("files.upload.filename")
def test_upload_filename(document: FileAnswer, files: Files) -> None:
    """`filename` is the name under which the file was uploaded."""
    name = document.body.get("filename")

    assert name == files.pdf.name, f"{files.pdf.name!r} was sent, filename is {name!r:.80}"


@requirement("files.upload.unicode-name")
def test_upload_unicode_name(document: FileAnswer, files: Files) -> None:
    """A file name beyond ASCII comes back as it was sent."""
    if pick(document.body, "filename") != files.pdf.name:
        inconclusive("not even a plain name is kept")
    name = pick(files.upload(UNICODE, files.purpose).body, "filename")

    assert name == UNICODE.name, f"{UNICODE.name!r} was sent, filename is {name!r:.80}"


@requirement("files.upload.purpose")
def test_upload_purpose(document: FileAnswer, files: Files) -> None:
    """`purpose` is the one that was asked for."""
    purpose = document.body.get("purpose")

    assert purpose == files.purpose, f"{files.purpose!r} was asked for, purpose is {purpose!r:.80}"


@requirement("files.upload.status")
def test_upload_status(document: FileAnswer, contract: Contract) -> None:
    """The file object has a `status` where that is documented as one of its fields."""
    if "status" not in contract.document["components"]["schemas"]["File"]["required"]:
        raise NotApplicable("no status is demanded of a file")
    demand_text(document.body.get("status"), "status")


@requirement("files.upload.unique")
def test_upload_unique(files: Files) -> None:
    """Two files have two ids."""
    one, other = files.text().id, files.upload(UNICODE, files.purpose).id

    assert one != other, f"two different files have the id {one!r:.80}"


@requirement("files.upload.no-file")
def test_no_file(ask: Ask, files: Files, gateway: dict[str, Any]) -> None:
    """A form without a file is refused with the status of a missing field."""
    answer = FileAnswer(ask.upload(PATH, [("purpose", files.purpose)], []))

    demand_refused(answer, gateway, "missing_field", "malformed_body", "invalid_value")


@requirement("files.upload.no-purpose")
def test_no_purpose(ask: Ask, gateway: dict[str, Any]) -> None:
    """A form without a purpose is refused with the status of a missing field."""
    answer = FileAnswer(ask.upload(PATH, [], [("file", *TEXT)]))

    demand_refused(answer, gateway, "missing_field", "malformed_body", "invalid_value")


@requirement("files.upload.unknown-purpose")
def test_unknown_purpose(files: Files, gateway: dict[str, Any]) -> None:
    """A purpose that does not exist is refused with the status of an invalid value."""
    answer = files.upload(TEXT, "no-such-purpose")

    demand_refused(answer, gateway, "invalid_value")


@requirement("files.upload.broken-form")
@each("damage", ["truncated", "divided by another boundary", "empty"])
def test_broken_form(ask: Ask, files: Files, damage: str) -> None:
    """A form that ends in the middle, or that its boundary does not divide, is refused with a 4xx."""
    whole = form([("purpose", files.purpose)], [("file", *TEXT)])
    half = whole[: whole.index(TEXT.data) + 10]
    body = {"truncated": half, "empty": b""}.get(damage, whole.replace(BOUNDARY.encode(), b"another"))
    answer = FileAnswer(ask.send("POST", PATH, body, headers=FORM))

    demand_client_error(answer)


@requirement("files.upload.not-a-form")
def test_not_a_form(ask: Ask) -> None:
    """An upload in JSON is refused with a 4xx."""
    answer = FileAnswer(ask.post(PATH, {"file": "The codeword is otter.", "purpose": "user_data"}))

    demand_client_error(answer)


@requirement("files.retrieve")
def test_retrieve(document: FileAnswer, files: Files) -> None:
    """A file is answered under its id, with the fields of its upload."""
    known = upload_facts(document, files)
    body = demand_served(files.retrieve(document.id)).body

    for name, value in known.items():
        assert body.get(name) == value, f"{name} was {value!r:.60} in the upload and is {body.get(name)!r:.60}"


@requirement("files.unknown")
@each("operation", OPERATIONS)
def test_unknown(files: Files, gateway: dict[str, Any], operation: str) -> None:
    """A file that was never uploaded can be neither retrieved nor downloaded nor deleted."""
    nobodys = files.nobodys
    answer = OPERATIONS[operation](files, nobodys.id)
    if operation == "download" and answer.status == _refusal_of_downloads(files):
        inconclusive("the target refuses every download")

    demand_refused(answer, gateway, *nobodys.causes)


def _refusal_of_downloads(files: Files) -> int | None:
    """The status with which the download of a file that exists is refused, None when it is not."""
    answer = files.download(files.document().id)
    return None if answer.served else answer.status


@requirement("files.errors")
@each("case", ["no file", "unknown purpose", "broken form", *OPERATIONS])
def test_errors(ask: Ask, files: Files, case: str) -> None:
    """Refusals of forms and of unknown files have the envelope that every error has."""
    if case in OPERATIONS:
        answer = OPERATIONS[case](files, files.nobodys.id)
    elif case == "broken form":
        answer = FileAnswer(ask.send("POST", PATH, b"", headers=FORM))
    elif case == "no file":
        answer = FileAnswer(ask.upload(PATH, [("purpose", files.purpose)], []))
    else:
        answer = files.upload(TEXT, "no-such-purpose")
    if answer.status < 400:
        inconclusive(f"the request was answered {answer.status}")

    demand_error_body(answer.exchange)


@requirement("files.schema")
def test_schema(document: FileAnswer, files: Files, contract: Contract) -> None:
    """Every answer satisfies its documented schema."""
    victim = files.deleted()
    answers = {
        "uploadFile": document,
        "retrieveFile": files.retrieve(document.id),
        "listFiles": files.page(limit=100),
        "deleteFile": files.delete(victim.id),
    }

    for name, answer in answers.items():
        if answer.served:
            demand_body(contract.operations[name], answer.exchange.json)


@requirement("files.delete")
def test_delete(files: Files) -> None:
    """A deletion is answered with the `id`, `object` `file` and `deleted` true."""
    name = files.victim().id
    body = demand_served(files.delete(name)).body

    assert body.get("id") == name, f"{name} was deleted, id is {body.get('id')!r:.80}"
    assert body.get("object") == "file", f"object is {body.get('object')!r:.80}"
    assert body.get("deleted") is True, f"deleted is {body.get('deleted')!r:.80}"


@requirement("files.delete.gone")
@each("operation", ["retrieve", "download"])
def test_delete_gone(files: Files, gateway: dict[str, Any], operation: str) -> None:
    """A deleted file can neither be retrieved nor downloaded: its status is that of an unknown object."""
    name = files.deleted().id
    read = OPERATIONS[operation]
    if read(files, files.nobodys.id).served:
        inconclusive("a file that nobody uploaded is answered as well")
    answer = _settled(lambda take: read(files, name, take=take), lambda one: not one.served)
    if operation == "download" and answer.status == _refusal_of_downloads(files):
        inconclusive("the target refuses every download")

    demand_refused(answer, gateway, "unknown_object")


@requirement("files.delete.unlisted")
@alone
def test_delete_unlisted(files: Files) -> None:
    """A deleted file is no longer listed."""
    name = files.deleted().id

    entry = _settled(lambda take: files.listed(name, take=10 + take), lambda listed: listed is None)
    assert entry is None, f"{name} was deleted and is listed"


@requirement("files.delete.again")
def test_delete_again(files: Files, gateway: dict[str, Any]) -> None:
    """A deleted file cannot be deleted once more."""
    name = files.deleted().id
    if files.delete(files.nobodys.id).served:
        inconclusive("even a file that nobody uploaded can be deleted")

    demand_refused(files.delete(name, take=1), gateway, "unknown_object")


def _settled(look: Callable[[int], Any], done: Callable[[Any], bool]) -> Any:
    """What a few looks see, until it is as it should be: a deletion may take a moment."""
    for take in range(1, LOOKS):
        seen = look(take)
        if done(seen):
            return seen
        time.sleep(PAUSE)
    return look(LOOKS)
