"""Images, sound and documents that the checks send. All are made here, small, and valid."""

from __future__ import annotations

import base64
import io
import re
import struct
import wave
import zlib
from functools import cache
from typing import Any

SIDE = 64
"""The width and height of the image in pixels; some models refuse smaller ones."""
PUBLIC = "https://www.python.org/static/community_logos/python-logo.png"
NOT_FETCHED = re.compile(r"fetch|\bload|download|retriev|reach|access|time.?out|timed out|resolv|connect", re.I)
"""What a refusal speaks of when the image could not be had, for which the gateway's network may be the reason."""
QUESTION = "What is this? Answer in one short sentence."


def data_uri(media_type: str, data: bytes) -> str:
    """A `data:` URI."""
    return f"data:{media_type};base64,{base64_text(data)}"


def base64_text(data: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(data).decode()


@cache
def png() -> bytes:
    """A red square."""
    rows = (b"\x00" + b"\xff\x00\x00" * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_part(kind, data) for kind, data in parts)


def _png_part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def wav() -> bytes:
    """A quarter of a second of a 440 Hz square wave."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(160 if place * 880 // 8000 % 2 else 96 for place in range(2000)))
    return written.getvalue()


@cache
def pdf() -> bytes:
    """A page that says `The codeword is heron.`"""
    drawn = b"BT /F1 24 Tf 72 720 Td (The codeword is heron.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 5\n0000000000 65535 f \n" + table + end


def text_part(text: str) -> dict[str, Any]:
    """A part of a message that is text."""
    return {"type": "text", "text": text}


def image_part(url: str | None = None, **fields: Any) -> dict[str, Any]:
    """A part that is an image: the red square, or what a URL shows."""
    return {"type": "image_url", "image_url": {"url": url or data_uri("image/png", png()), **fields}}


def audio_part(data: str | None = None) -> dict[str, Any]:
    """A part that is sound, given in base64."""
    return {"type": "input_audio", "input_audio": {"data": data or base64_text(wav()), "format": "wav"}}


def inline_file_part(form: str) -> dict[str, Any]:
    """A part that brings the PDF along, `nested` under `file` or `flat`."""
    if form == "flat":
        return {"type": "file", "data": base64_text(pdf()), "mime_type": "application/pdf"}
    return {"type": "file", "file": {"filename": "note.pdf", "file_data": data_uri("application/pdf", pdf())}}


def stored_file_part(form: str, name: str) -> dict[str, Any]:
    """A part that refers to an uploaded file, `nested` under `file` or `flat`."""
    return {"type": "file", **({"file_id": name} if form == "flat" else {"file": {"file_id": name}})}
