"""How checks upload, read and delete files in the Gemini protocol."""

from __future__ import annotations

from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import Answer, JsonAnswer
from conformance.words.ask import encoded
from conformance.words.check import inconclusive, pick
from conformance.words.gemini.contents import PROTOCOL, Gemini

UPLOAD_URL = "x-goog-upload-url"
MEDIA_TYPE, TEXT = "text/plain", b"The codeword is heron."
START = {
    "x-goog-upload-protocol": "resumable",
    "x-goog-upload-command": "start",
    "x-goog-upload-header-content-length": str(len(TEXT)),
    "x-goog-upload-header-content-type": MEDIA_TYPE,
    "content-type": "application/json",
}
FINISH = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}


class GeminiFiles:
    """Uploads one text and asks for it. What was asked once is not asked again; another `take` uploads it anew."""

    def __init__(self, gemini: Gemini, version: str = "v1beta", label: str = "note.txt", take: int = 0) -> None:
        self.gemini = gemini
        self.version = version
        self.label = label
        self.take = take

    def start(self) -> Answer:
        """The answer that tells where the bytes are sent."""
        body = encoded({"file": {"displayName": self.label, "mimeType": MEDIA_TYPE}})
        return Answer(self._send("POST", f"/upload/{self.version}/files", body, headers=START, take=self.take))

    def upload(self) -> JsonAnswer:
        """The answer to the bytes, which are sent without a key; inconclusive when nothing tells where to."""
        url = self.start().taken.headers.get(UPLOAD_URL) or inconclusive(f"there is no {UPLOAD_URL}")
        send = self.gemini.ask.send
        return JsonAnswer(send("POST", url, TEXT, headers=FINISH, key=None, protocol=PROTOCOL, take=self.take))

    @property
    def file(self) -> dict[str, Any]:
        """The description of the uploaded file."""
        return dict(pick(self.upload().body, "file", kind=dict))

    @property
    def name(self) -> str:
        """The name of the uploaded file, such as `files/heron-1`."""
        name = str(pick(self.file, "name", kind=str))
        return name if name.startswith("files/") else inconclusive(f"the name of the file is {name!r:.80}")

    def retrieve(self, take: int = 0) -> JsonAnswer:
        """`GET` of the uploaded file."""
        return JsonAnswer(self._send("GET", f"/{self.version}/{self.name}", take=take))

    def page(self) -> JsonAnswer:
        """The first 100 files, as they are once the file was uploaded."""
        return JsonAnswer(self._send("GET", f"/{self.version}/files?pageSize=100"))

    def delete(self) -> Answer:
        """`DELETE` of the uploaded file."""
        return Answer(self._send("DELETE", f"/{self.version}/{self.name}"))

    def _send(
        self, method: str, path: str, body: bytes | None = None, *, take: int = 0, headers: dict[str, str] | None = None
    ) -> Exchange:
        sent = self.gemini.credential | (headers or {})
        return self.gemini.ask.send(method, path, body, take=take, headers=sent, protocol=PROTOCOL)
