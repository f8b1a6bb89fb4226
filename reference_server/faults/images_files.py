"""Ways to spoil images that are kept as files."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.wire.reply import Reply

_PNG = b"\x89PNG"


@fault("downloadFile", breaks={"images.b64.kept"}, gateway="infery")
def kept_image_cut(reply: Reply) -> None:
    """An image of more than 1000 bytes is read back without its end."""
    if reply.ok and isinstance(reply.body, bytes) and reply.body.startswith(_PNG):
        reply.body = reply.body[:1000]


@fault("downloadFile", breaks={"images.b64.kept"}, gateway="infery")
def kept_image_as_text(reply: Reply) -> None:
    """The bytes of an image of more than 1000 are read back as text."""
    if reply.ok and isinstance(reply.body, bytes) and reply.body.startswith(_PNG) and len(reply.body) > 1000:
        reply.body = reply.body.decode("utf-8", "replace").encode()
