"""Legal differences between gateways that make music."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.edits import reshape
from reference_server.faults.words.jobs import as_job
from reference_server.faults.words.media import base64_of
from reference_server.faults.words.openai import MUSIC
from reference_server.media import music
from reference_server.wire.reply import Reply

song = differences(MUSIC, gateway="infery")

music_as_job = song("Music is a job, whose status tells when it is ready.", as_job)


@song()
def music_as_bytes(reply: Reply) -> None:
    """The music comes in base64, without an address."""
    for piece in reply.body["data"] if reply.ok else ():
        file = music.fetch(piece.pop("url").rpartition("/")[2])
        piece["b64_audio"] = base64_of(file.data if file else b"")


music_bare = song(
    "Only the address of the music is given.",
    reshape(lambda body: {"created": body["created"], "data": [{"url": piece["url"]} for piece in body["data"]]}),
)
