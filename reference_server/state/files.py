"""Uploaded files: visibility, expiry and storage limits.

A file belongs to an account. Every account sees the files of the fixtures, which are older than all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reference_server.errors import Refusal
from reference_server.fixtures import File
from reference_server.state.ledger import DAY
from reference_server.state.store import Store, Stored
from reference_server.wire.form import BINARY, Upload

MOST_FILES = 10_000
MOST_BYTES = 256 * 1024 * 1024
"""The most that one account may store."""
_FILE = "file"
_DELETED = "deleted-file"
_KEY = "idempotency-key"
_CREATED = 1767225600
"""2026-01-01, the creation time of the files of the fixtures."""
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_NAME = 255


class StoredFile(NamedTuple):
    """A file: its place in the list, oldest first; the JSON object that describes it; its media type."""

    place: int
    description: dict[str, Any]
    media_type: str


class Shelf:
    """The files that one account sees."""

    def __init__(self, store: Store, fixtures: Mapping[str, File], account: str) -> None:
        self._store = store
        self._fixtures = fixtures
        self._account = account

    def add(self, upload: Upload, purpose: str, lasts: int | None = None) -> StoredFile:
        """Store an upload, for `lasts` seconds unless that is None. Raises Refusal when there is no room for it."""
        self._refuse_overflow(len(upload.data))
        now = int(self._store.clock())
        description: dict[str, Any] = {
            "id": f"file-{self._store.ids()}",
            "object": "file",
            "bytes": len(upload.data),
            "created_at": now,
            "filename": plain_name(upload.name),
            "purpose": purpose,
            "status": "processed",
        }
        if lasts is not None:
            description["expires_at"] = now + lasts
        media_type = upload.media_type if _MEDIA_TYPE.fullmatch(upload.media_type) else BINARY
        fields = {"told": description, "media_type": media_type}
        self._store.put(_FILE, description["id"], self._account, fields, upload.data)
        return StoredFile(0, description, media_type)

    def add_once(self, key: str, upload: Upload, purpose: str, lasts: int | None = None) -> StoredFile:
        """As `add`, but returns the file that the same key created within a day, if it still exists."""
        name = f"{self._account} {key}"
        with self._store.transaction():
            used = self._store.get(_KEY, name, self._account)
            recent = used is not None and self._store.clock() - used.fields["at"] < DAY
            known = self.find(used.fields["file"]) if used and recent else None
            if known:
                return known
            file = self.add(upload, purpose, lasts)
            self._store.put(_KEY, name, self._account, {"file": file.description["id"], "at": self._store.clock()})
            return file

    def find(self, name: str) -> StoredFile | None:
        """The file of an id, None when there is none for this account."""
        stored = self._store.get(_FILE, name, self._account)
        if stored is None:
            return next((file for file in self._shared() if file.description["id"] == name), None)
        file = _file(stored)
        return file if self._lasts(file) else None

    def all(self) -> list[StoredFile]:
        """Every file, oldest first."""
        stored = [_file(one) for one in self._store.all(_FILE, self._account)]
        return [*self._shared(), *filter(self._lasts, stored)]

    def get(self, name: str) -> Upload | None:
        """The name, media type and bytes of a file, None when there is none for this account."""
        file = self.find(name)
        if file is None:
            return None
        stored = self._store.get(_FILE, name, self._account)
        data = stored.data if stored else self._fixtures[name].text.encode()
        return Upload(file.description["filename"], file.media_type, data)

    def delete(self, name: str) -> bool:
        """Delete a file, but remember its place; false when there is none. Raises Refusal for a shared file."""
        file = self.find(name)
        if file is None:
            return False
        if file.place < 0:
            raise Refusal("forbidden", f"The file {name!r} belongs to every account and cannot be deleted.", "file_id")
        self._forget(file)
        return True

    def place(self, name: str) -> int | None:
        """The place of a file, even after it was deleted; None when it never existed."""
        file = self.find(name)
        gone = None if file else self._store.get(_DELETED, name, self._account)
        return file.place if file else gone.fields["place"] if gone else None

    def held(self) -> tuple[int, int]:
        """How many files, and how many bytes, the account has stored."""
        self.all()  # deletes what has expired
        return self._store.held(_FILE, self._account)

    def _refuse_overflow(self, size: int) -> None:
        files, used = self.held()
        if files >= MOST_FILES or used + size > MOST_BYTES:
            raise Refusal("body_too_large", "There is no room left for files.", "file", "storage_limit_exceeded")

    def _lasts(self, file: StoredFile) -> bool:
        """Whether a file has not expired; one that has is deleted."""
        lasts: bool = file.description.get("expires_at", self._store.clock() + 1) > self._store.clock()
        if not lasts:
            self._forget(file)
        return lasts

    def _forget(self, file: StoredFile) -> None:
        name = file.description["id"]
        self._store.delete(_FILE, name, self._account)
        self._store.put(_DELETED, name, self._account, {"place": file.place})

    def _shared(self) -> Iterator[StoredFile]:
        for place, (name, file) in enumerate(self._fixtures.items(), start=-len(self._fixtures)):
            description = {
                "id": name,
                "object": "file",
                "bytes": len(file.text.encode()),
                "created_at": _CREATED,
                "filename": file.name,
                "purpose": "user_data",
                "status": "processed",
            }
            yield StoredFile(place, description, file.media_type)


def _file(stored: Stored) -> StoredFile:
    return StoredFile(stored.place, stored.fields["told"], stored.fields["media_type"])


def plain_name(name: str) -> str:
    """The name of a file without folders and control characters, cut to 255 characters."""
    base = re.split(r"[/\\]", name)[-1]
    return _CONTROL.sub("", base)[:_LONGEST_NAME] or "file"
