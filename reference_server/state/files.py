"""Uploaded files: who sees which, for how long, and how many there may be.

A file belongs to an account. The files of the fixtures are seen by every account and are older than all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reference_server.errors import Refusal
from reference_server.fixtures import File
from reference_server.state.store import DAY, Store
from reference_server.wire.form import BINARY, Upload

MOST_FILES = 10_000
MOST_BYTES = 256 * 1024 * 1024
"""What one account may store."""
_FILE = "file"
_DELETED = "deleted-file"
_KEY = "idempotency-key"
_CREATED = 1767225600
"""2026-01-01, the day the files of the fixtures were made."""
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_NAME = 255


class Kept(NamedTuple):
    """A file: where it stands in the list, oldest first, what is told of it, and its media type."""

    place: int
    told: dict[str, Any]
    media_type: str


class Shelf:
    """The files that one account sees."""

    def __init__(self, store: Store, fixtures: Mapping[str, File], account: str) -> None:
        self._store = store
        self._fixtures = fixtures
        self._account = account

    def add(self, upload: Upload, purpose: str, lasts: int | None = None) -> Kept:
        """Keep an upload, for `lasts` seconds if that is not None. Raises Refusal when there is no room for it."""
        self._refuse_overflow(len(upload.data))
        now = int(self._store.clock())
        told: dict[str, Any] = {
            "id": f"file-{self._store.ids()}",
            "object": "file",
            "bytes": len(upload.data),
            "created_at": now,
            "filename": plain_name(upload.name),
            "purpose": purpose,
            "status": "processed",
        }
        if lasts is not None:
            told["expires_at"] = now + lasts
        media_type = upload.media_type if _MEDIA_TYPE.fullmatch(upload.media_type) else BINARY
        self._store.put(_FILE, told["id"], self._account, {"told": told, "media_type": media_type}, upload.data)
        return Kept(0, told, media_type)

    def add_once(self, key: str, upload: Upload, purpose: str, lasts: int | None = None) -> Kept:
        """As `add`, but the file that the same key made within a day, if it is still there."""
        name = f"{self._account} {key}"
        with self._store.transaction():
            used = self._store.get(_KEY, name, self._account)
            recent = used is not None and self._store.clock() - used.fields["at"] < DAY
            known = self.find(used.fields["file"]) if used and recent else None
            if known:
                return known
            kept = self.add(upload, purpose, lasts)
            self._store.put(_KEY, name, self._account, {"file": kept.told["id"], "at": self._store.clock()})
            return kept

    def find(self, name: str) -> Kept | None:
        """The file of an id, None when there is none for this account."""
        stored = self._store.get(_FILE, name, self._account)
        if stored is None:
            return next((kept for kept in self._shared() if kept.told["id"] == name), None)
        kept = Kept(stored.place, **stored.fields)
        return kept if self._lasts(kept) else None

    def all(self) -> list[Kept]:
        """Every file, oldest first."""
        stored = [Kept(one.place, **one.fields) for one in self._store.all(_FILE, self._account)]
        return [*self._shared(), *filter(self._lasts, stored)]

    def get(self, name: str) -> Upload | None:
        """The name, media type and bytes of a file, None when there is none for this account."""
        kept = self.find(name)
        if kept is None:
            return None
        stored = self._store.get(_FILE, name, self._account)
        data = stored.data if stored else self._fixtures[name].text.encode()
        return Upload(kept.told["filename"], kept.media_type, data)

    def delete(self, name: str) -> bool:
        """Forget a file, but not its place; false when there was none. Raises Refusal when it belongs to everybody."""
        kept = self.find(name)
        if kept is None:
            return False
        if kept.place < 0:
            raise Refusal("forbidden", f"The file {name!r} belongs to every account and cannot be deleted.", "file_id")
        self._forget(kept)
        return True

    def place(self, name: str) -> int | None:
        """Where a file stands, or stood before it was deleted; None when it was never there."""
        kept = self.find(name)
        gone = None if kept else self._store.get(_DELETED, name, self._account)
        return kept.place if kept else gone.fields["place"] if gone else None

    def held(self) -> tuple[int, int]:
        """How many files, and how many bytes, the account has stored."""
        self.all()  # what has expired is forgotten
        return self._store.held(_FILE, self._account)

    def _refuse_overflow(self, size: int) -> None:
        files, used = self.held()
        if files >= MOST_FILES or used + size > MOST_BYTES:
            raise Refusal("body_too_large", "There is no room left for files.", "file", "storage_limit_exceeded")

    def _lasts(self, kept: Kept) -> bool:
        """The file has not expired; otherwise it is forgotten."""
        lasts: bool = kept.told.get("expires_at", self._store.clock() + 1) > self._store.clock()
        if not lasts:
            self._forget(kept)
        return lasts

    def _forget(self, kept: Kept) -> None:
        name = kept.told["id"]
        self._store.delete(_FILE, name, self._account)
        self._store.put(_DELETED, name, self._account, {"place": kept.place})

    def _shared(self) -> Iterator[Kept]:
        for place, (name, file) in enumerate(self._fixtures.items(), start=-len(self._fixtures)):
            told = {
                "id": name,
                "object": "file",
                "bytes": len(file.text.encode()),
                "created_at": _CREATED,
                "filename": file.name,
                "purpose": "user_data",
                "status": "processed",
            }
            yield Kept(place, told, file.media_type)


def plain_name(name: str) -> str:
    """The name of a file without folders and control characters, cut to 255 characters."""
    base = re.split(r"[/\\]", name)[-1]
    return _CONTROL.sub("", base)[:_LONGEST_NAME] or "file"
