"""The bytes of a file: downloaded, and read by a model."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.target import Target
from conformance.words.answer import demand_client_error, demand_served, leave_at_limit
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, Unsupported, each, inconclusive, requirement
from conformance.words.openai.chat import Completion
from conformance.words.openai.files import BATCH, LARGE, Document, FileAnswer, Files
from conformance.words.samples.media import QUESTION, inline_file_part, png, stored_file_part, text_part

BINARY = {"application/octet-stream", "binary/octet-stream"}
IMAGE = Document("square.png", "image/png", png())
FORMS = ("nested", "flat")
REFUSED = {400, 403}


@requirement("files.content")
def test_content(files: Files, promised: bool) -> None:
    """A download is byte for byte what was uploaded."""
    sent, answer = files.pdf, files.download(files.document().id)
    if answer.status in REFUSED and not promised:
        sent, answer = BATCH, files.download(files.upload(BATCH, "batch").id)

    _demand_bytes(sent, answer, promised)


@requirement("files.content.binary")
def test_content_binary(files: Files, promised: bool) -> None:
    """An image comes back byte for byte: what is no text is not treated as text."""
    _demand_bytes(IMAGE, files.download(files.image().id), promised)


@requirement("files.content.large")
def test_content_large(files: Files, promised: bool) -> None:
    """A file of more than 1 MiB comes back byte for byte."""
    upload = files.upload(LARGE, files.purpose)
    if not upload.served:
        inconclusive(f"a file of {len(LARGE.data)} bytes is answered {upload.status}")

    _demand_bytes(LARGE, files.download(upload.id), promised)


def _demand_bytes(sent: Document, answer: FileAnswer, promised: bool) -> None:
    """The download is the file. That a purpose forbids it is no defect, unless every file is promised."""
    if answer.status in REFUSED and not promised:
        raise Unsupported(f"the target forbids the download: {answer.exchange.text:.160}")
    body = demand_served(answer).exchange.body

    assert len(body) == len(sent.data), f"{len(sent.data)} bytes of {sent.name} were sent, {len(body)} came back"
    at = next((place for place, pair in enumerate(zip(body, sent.data, strict=True)) if pair[0] != pair[1]), None)
    assert at is None, f"the download of {sent.name} differs from byte {at}"


@requirement("files.content.type")
def test_content_type(files: Files) -> None:
    """The media type of a download is that of the uploaded file, or `application/octet-stream`."""
    answer = files.download(files.document().id).taken
    allowed = {files.pdf.media_type, *BINARY}

    assert answer.media_type in allowed, f"a PDF is labelled as {answer.media_type!r}"


class Reader:
    """Asks a model about files."""

    def __init__(self, ask: Ask, target: Target) -> None:
        self.ask = ask
        self.named = "files" in target.models
        self.model = target.models.get("files", ask.model)

    def ask_about(self, *parts: dict[str, Any], key: str = "default") -> Completion:
        """The answer to a question with these parts."""
        return self.ask.chat([text_part(QUESTION), *parts], model=self.model, key=key)

    def takes_anything(self, form: str, files: Files) -> bool:
        """Whether even a file that nobody uploaded is taken."""
        return self.ask_about(stored_file_part(form, files.nobodys.id)).status == 200


@pytest.fixture
def reader(ask: Ask, target: Target) -> Reader:
    """Asks a model about files."""
    return Reader(ask, target)


@requirement("files.chat")
@each("form", FORMS)
def test_chat(files: Files, reader: Reader, gateway: dict[str, Any], form: str) -> None:
    """The id that an upload gave is accepted as `file_id` in a message, in every documented form of the part."""
    _documented(gateway, form)
    answer = reader.ask_about(stored_file_part(form, files.document().id))
    leave_at_limit(answer.exchange)
    if answer.status != 200 and (plain := reader.ask_about()).status != 200:
        inconclusive(f"the model answers {plain.status} even to plain text")
    if answer.status != 200 and not reader.named and reader.ask_about(inline_file_part(form)).status != 200:
        raise Unsupported("the model takes no document in any form")

    assert answer.status == 200, f"expected 200, got {answer.status}: {answer.exchange.text:.160}"


def _documented(gateway: dict[str, Any], form: str) -> None:
    if form not in gateway["files"]["part"]:
        raise NotApplicable(f"the {form} form of a file part is not documented")


@requirement("files.chat.counted")
def test_chat_counted(files: Files, reader: Reader, gateway: dict[str, Any]) -> None:
    """An uploaded file reaches the model: it costs prompt tokens."""
    form = gateway["files"]["part"][0]
    alone, brought, stored = (
        reader.ask_about(*parts).tokens("prompt_tokens")
        for parts in ((), (inline_file_part(form),), (stored_file_part(form, files.document().id),))
    )
    if brought <= alone:
        inconclusive("cannot be judged: a document that is brought along is not counted either")

    assert stored > alone, f"the prompt costs {stored} tokens with the file and {alone} without it"


@requirement("files.chat.deleted")
def test_chat_deleted(files: Files, reader: Reader, gateway: dict[str, Any]) -> None:
    """A deleted file is refused in a message with a 4xx."""
    form = gateway["files"]["part"][0]
    if reader.takes_anything(form, files):
        inconclusive("even a file that nobody uploaded is taken")
    answer = reader.ask_about(stored_file_part(form, files.deleted().id))

    demand_client_error(answer)


@requirement("files.chat.foreign")
def test_chat_foreign(files: Files, reader: Reader, gateway: dict[str, Any]) -> None:
    """A file of another account is refused in a message."""
    form = gateway["files"]["part"][0]
    if reader.takes_anything(form, files):
        inconclusive("even a file that nobody uploaded is taken")
    if reader.ask_about(key="stranger-account").status != 200:
        inconclusive("the other account is not served at all")
    answer = reader.ask_about(stored_file_part(form, files.document().id), key="stranger-account")

    demand_client_error(answer)
