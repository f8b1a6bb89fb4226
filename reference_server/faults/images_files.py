"""Ways to spoil images that are kept as files."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import raw
from reference_server.faults.words.openai import FILE_CONTENT
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

download = rows(FILE_CONTENT, gateway="infery")


def _large_image(reply: Reply, _: Call) -> bool:
    """The answer is an image of more than 1000 bytes."""
    return reply.ok and isinstance(reply.body, bytes) and reply.body.startswith(b"\x89PNG") and len(reply.body) > 1000


kept_image_cut = download(
    "images.b64.kept",
    "An image of more than 1000 bytes is read back without its end.",
    raw(lambda data: data[:1000]),
    when=_large_image,
)
kept_image_as_text = download(
    "images.b64.kept",
    "The bytes of an image of more than 1000 are read back as text.",
    raw(lambda data: data.decode("utf-8", "replace").encode()),
    when=_large_image,
)
