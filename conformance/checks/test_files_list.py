"""The list of files: what it holds, its pages, its order and its filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_kind, demand_served
from conformance.words.check import each, inconclusive, pick, requirement
from conformance.words.openai.files import FileAnswer, Files, steady, upload_facts

ODD: dict[str, dict[str, object]] = {
    "limit 0": {"limit": 0},
    "limit below 0": {"limit": -1},
    "limit too large": {"limit": 10**9},
    "limit a word": {"limit": "many"},
    "order unknown": {"order": "sideways"},
    "purpose unknown": {"purpose": "no-such-purpose"},
}
AFTER: dict[str, Callable[[Files], str]] = {
    "after a file that never was": lambda files: files.nobodys.id,
    "after a deleted file": lambda files: files.deleted().id,
}


@pytest.fixture
def three(files: Files) -> list[str]:
    """The ids of three files, so that there are pages to turn."""
    return [files.document().id, files.text().id, files.text(take=1).id]


@pytest.fixture
def first(files: Files) -> FileAnswer:
    """The page with one file, of those that there are."""
    return files.page(limit=1)


@requirement("files.list")
def test_list(files: Files) -> None:
    """An uploaded file is listed."""
    name = files.document().id
    demand_served(files.page(take=1, limit=100))

    assert files.listed(name, take=1), f"{name} was uploaded and is not listed"


@requirement("files.list.shape")
def test_list_shape(files: Files) -> None:
    """The list has `object` `list`, an array `data` of file objects, and a boolean `has_more`."""
    body = demand_kind(demand_served(files.page()).exchange.json, "the body", dict)

    assert body.get("object") == "list", f"object is {body.get('object')!r:.80}"
    for entry in demand_kind(body.get("data"), "data", list):
        demand_kind(entry, "an entry of data", dict)
    assert isinstance(body.get("has_more"), bool), f"has_more is {body.get('has_more')!r:.80}"


@requirement("files.list.same")
def test_list_same(files: Files) -> None:
    """A file in the list has the fields of its upload."""
    name = files.document().id
    listed = files.listed(name, take=1) or inconclusive("the file is not listed")

    for field, value in upload_facts(files.document(), files).items():
        assert listed.get(field) == value, f"{field} was {value!r:.60} and is {listed.get(field)!r:.60} in the list"


@requirement("files.list.robust")
@each("case", [*ODD, *AFTER])
def test_list_robust(files: Files, case: str) -> None:
    """A wrong query parameter, or a page after a file that is gone, is answered without a server error."""
    query = ODD[case] if case in ODD else {"after": AFTER[case](files)}
    answer = files.page(**query)

    assert 200 <= answer.status < 500, (
        f"answered {answer.status or answer.exchange.broken}: {answer.exchange.text:.120}"
    )


@requirement("files.paging.limit")
@pytest.mark.usefixtures("three")
def test_paging_limit(first: FileAnswer) -> None:
    """A page has as many files as `limit` says when there are more."""
    entries = demand_served(first).entries

    assert len(entries) == 1, f"limit is 1 and the page has {len(entries)} files"


@requirement("files.paging.has-more")
@pytest.mark.usefixtures("three")
def test_paging_has_more(first: FileAnswer) -> None:
    """`has_more` is true when files follow the page."""
    if len(first.entries) != 1:
        inconclusive("the page has not the asked length")

    assert first.has_more, "there are at least 3 files, the page has 1, and has_more is false"


@requirement("files.paging.after")
def test_paging_after(files: Files, three: list[str]) -> None:
    """Pages after pages give every file of the list once, in its order."""
    if len(three) != len(set(three)):
        inconclusive("the uploads have no ids of their own")
    seen = steady(lambda take: _walk(files, 20 * take), lambda walk: walk[0] == walk[1] == walk[2])
    before, pages, after = seen

    if before != after:
        inconclusive("somebody else changes the files")
    assert pages == before, f"the list starts with {before}, pages of 1 give {pages}"


def _walk(files: Files, take: int) -> list[list[str]]:
    """The first three ids of the list, the same in pages of one, and again of the list."""
    before = files.page(take=take, limit=3).ids[:3]
    turned = files.page(take=take, limit=1).ids[:1]
    for _ in before[1:]:
        turned += files.page(take=take, limit=1, after=turned[-1]).ids[:1] if turned else []
    return [before, turned, files.page(take=take + 1, limit=3).ids[:3]]


@requirement("files.paging.end")
@pytest.mark.usefixtures("three")
def test_paging_end(files: Files) -> None:
    """The pages end: none follows the last file, and the last page says so."""
    pages = list(files.pages(take=2))
    if pages[-1].has_more and pages[-1].ids:
        inconclusive("the list has too many pages")
    listed = [name for page in pages for name in page.ids]
    oldest = listed[-1] if listed else inconclusive("the list is empty")
    beyond = files.page(limit=1, after=oldest)
    if beyond.ids and beyond.ids == files.page(limit=1).ids:
        inconclusive("the page after a file is the first page")

    assert not demand_served(beyond).entries, f"the list ends with {oldest}, and {beyond.ids} follow it"
    assert not beyond.has_more, f"no file follows {oldest}, and has_more is true"


@requirement("files.paging.cursors")
@pytest.mark.usefixtures("three")
def test_paging_cursors(files: Files) -> None:
    """`last_id` is the id of the last file of a page, and `first_id` that of the first where it is sent."""
    page = files.page(limit=2)
    if page.body.get("has_more") is not True or len(page.entries) != 2:
        inconclusive("no other page follows this one")
    ends = {"last_id": page.ids[-1]}
    if page.body.get("first_id") is not None:
        ends["first_id"] = page.ids[0]

    for name, known in ends.items():
        assert page.body.get(name) == known, f"{name} is {page.body.get(name)!r:.80}, the file there is {known!r:.80}"


@requirement("files.order")
@pytest.mark.usefixtures("three")
def test_order(files: Files) -> None:
    """`order` puts the oldest file first or the newest, which is what a list does without it."""
    oldest_first = _ages(files, "asc")
    newest_first = _ages(files, "desc")
    unasked = _ages(files)
    if len({*oldest_first, *newest_first}) < 2:
        inconclusive("all files are of the same age")

    assert oldest_first == sorted(oldest_first), "with order asc a file comes before an older one"
    assert newest_first == sorted(newest_first, reverse=True), "with order desc a file comes before a newer one"
    assert unasked == sorted(unasked, reverse=True), "without an order a file comes before a newer one"


def _ages(files: Files, order: str = "") -> list[int]:
    page = demand_served(files.page(limit=100, order=order) if order else files.page(limit=100))
    return [pick(entry, "created_at", kind=int) for entry in page.entries]


@requirement("files.purpose")
def test_purpose(files: Files) -> None:
    """A list of one purpose has the files of that purpose and no others."""
    uploads: dict[str, Any] = {"vision": files.image(), files.purpose: files.document()}

    for purpose, upload in uploads.items():
        if pick(upload.body, "purpose") != purpose:
            inconclusive("the upload has not the purpose that was asked for")
        page = demand_served(files.page(limit=100, purpose=purpose))
        others = {str(pick(entry, "purpose")) for entry in page.entries} - {purpose}
        assert not others, f"the list of purpose {purpose} has files of purpose {', '.join(others)}"
        missing = upload.id not in page.ids and not page.has_more
        assert not missing, f"{upload.id} has the purpose {purpose} and is missing from its list"
