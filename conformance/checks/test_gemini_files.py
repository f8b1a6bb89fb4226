"""The files of the Gemini protocol. The last checks delete what the others have uploaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import JsonAnswer, demand_kind, demand_served, demand_status, demand_text
from conformance.words.check import inconclusive, objects, pick, requirement
from conformance.words.gemini.contents import Gemini
from conformance.words.gemini.files import MEDIA_TYPE, UPLOAD_URL, GeminiFiles

QUESTION = "What is the codeword? Answer in one word."
GONE = {403, 404}
"""The documented statuses of a file that is not there, or of somebody else."""


@pytest.fixture
def stored(gemini: Gemini) -> GeminiFiles:
    """The text that the checks upload."""
    return GeminiFiles(gemini)


@requirement("gemini.files.upload")
def test_upload(stored: GeminiFiles) -> None:
    """The start of an upload is answered by an address, and the bytes that are sent there by a file."""
    started = stored.start()
    demand_status(started.exchange, {200})
    assert started.exchange.headers.get(UPLOAD_URL), f"the answer has no header {UPLOAD_URL}"

    file = demand_kind(demand_served(stored.upload()).body.get("file"), "file", dict)
    name = demand_text(file.get("name"), "name")
    assert name.startswith("files/"), f"the name of the file is {name!r:.80}"
    demand_text(file.get("uri"), "uri")
    kind = demand_text(file.get("mimeType"), "mimeType")
    assert kind.startswith(MEDIA_TYPE), f"mimeType is {kind!r:.80}"


@requirement("gemini.files.retrieve")
def test_retrieve(stored: GeminiFiles) -> None:
    """An uploaded file is answered under its name, with that name."""
    _demand_retrieved(stored)


def _demand_retrieved(stored: GeminiFiles) -> None:
    name = stored.name
    told = demand_served(stored.retrieve()).body.get("name")

    assert told == name, f"{name} is answered as {told!r:.80}"


@requirement("gemini.files.list")
def test_list(stored: GeminiFiles) -> None:
    """An uploaded file is listed."""
    _demand_listed(stored)


def _demand_listed(stored: GeminiFiles) -> None:
    name = stored.name
    page = demand_served(stored.page())
    names = [file.get("name") for file in objects(page.body, "files")]
    if name not in names and page.body.get("nextPageToken"):
        inconclusive("there are more files than a page holds")

    assert name in names, f"{name} is not among {len(names)} files"


@requirement("gemini.files.use")
def test_use(stored: GeminiFiles, gemini: Gemini, demand_supported: Callable[..., Any]) -> None:
    """The uri of an uploaded file is accepted as `fileUri` in content."""
    parts = [{"fileData": {"mimeType": MEDIA_TYPE, "fileUri": pick(stored.file, "uri", kind=str)}}, {"text": QUESTION}]
    answer = demand_supported(gemini.generate([{"role": "user", "parts": parts}]))

    if "heron" not in answer.text.lower():
        inconclusive(f"the model may not have read the file: {answer.text:.80}")


@requirement("gemini.files.delete")
def test_delete(stored: GeminiFiles) -> None:
    """A file that was deleted is not answered any more."""
    _demand_deleted(stored)


def _demand_deleted(stored: GeminiFiles) -> None:
    if stored.retrieve().status != 200:
        inconclusive("the file is not answered before it is deleted either")
    demand_status(stored.delete().exchange, {200})

    demand_status(stored.retrieve(take=1).exchange, GONE)


@requirement("gemini.files.v1")
def test_v1(gemini: Gemini) -> None:
    """A file is uploaded, listed, retrieved and deleted below `v1` as well."""
    stored = GeminiFiles(gemini, "v1")
    uploaded: JsonAnswer = demand_served(stored.upload())

    demand_text(pick(uploaded.body, "file", kind=dict).get("name"), "name")
    _demand_listed(stored)
    _demand_retrieved(stored)
    _demand_deleted(stored)
