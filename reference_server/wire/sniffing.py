"""Detects the type of a file by its first bytes."""

from __future__ import annotations

from reference_server.wire.form import BINARY

_MAGIC: tuple[tuple[int, bytes, tuple[str, ...]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", ("image/png",)),
    (0, b"\xff\xd8\xff", ("image/jpeg", "image/jpg")),
    (0, b"GIF8", ("image/gif",)),
    (8, b"WEBP", ("image/webp",)),
    (8, b"WAVE", ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")),
    (0, b"ID3", ("audio/mpeg", "audio/mp3")),
    (0, b"OggS", ("audio/ogg", "video/ogg", "application/ogg")),
    (0, b"fLaC", ("audio/flac", "audio/x-flac")),
    (0, b"%PDF-", ("application/pdf",)),
    (0, b"\x1f\x8b", ("application/gzip", "application/x-gzip")),
)
"""Where the signature stands, the signature, and the names of the media type."""
_KNOWN = frozenset(name for _, _, names in _MAGIC for name in names) - {"audio/mpeg", "audio/mp3"}
"""The media types whose files always have such a signature."""


def mismatch(data: bytes, declared: str) -> str | None:
    """The actual type of a file, when it is not the declared one; None when the two may agree."""
    names = next((names for at, magic, names in _MAGIC if data[at : at + len(magic)] == magic), ())
    if declared in names or declared == BINARY:
        return None
    if names:
        return names[0]
    return "something else" if declared in _KNOWN else None
