"""Ways to break the files of the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import drop, header, put, reshape
from reference_server.faults.words.gemini import GENERATE
from reference_server.faults.words.situations import asks, both, served
from reference_server.faults.words.typed import reject
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

UPLOAD, LIST, FILE, DELETE = "uploadGeminiFile", "listGeminiFiles", "retrieveGeminiFile", "deleteGeminiFile"
uploading = rows(UPLOAD, when=served)
listing = rows(LIST, when=served)
retrieving = rows(FILE, when=served)
deleting = rows(DELETE, when=served)


def _described(reply: Reply, _: Call) -> bool:
    return reply.ok and isinstance(reply.body, dict)


gemini_upload_without_address = uploading(
    "gemini.files.upload", "The start of an upload does not say where to.", header("x-goog-upload-url", None)
)
gemini_upload_bare = uploading(
    "gemini.files.upload", "An uploaded file is not below `file`.", reshape(lambda body: body["file"]), when=_described
)
gemini_upload_without_uri = uploading("gemini.files.upload", "An uploaded file has no uri.", drop("file.uri"))
gemini_upload_of_bytes = uploading(
    "gemini.files.upload",
    "The media type of an uploaded file is forgotten.",
    put("file.mimeType", "application/octet-stream"),
)
gemini_file_of_another_name = retrieving(
    "gemini.files.retrieve", "A file is answered under another name.", put("name", "files/1")
)
gemini_files_unlisted = listing("gemini.files.list", "The list has no files.", put("files", []))
gemini_file_unusable = rows(GENERATE)(
    "gemini.files.use",
    "Content with the uri of an uploaded file is answered 500.",
    reject({"error": {"code": 500, "message": "Internal error.", "status": "INTERNAL"}}, 500),
    when=both(served, asks("/files/")),
)
gemini_file_not_deletable = deleting(
    "gemini.files.delete", "A file cannot be deleted.", reject({"error": {"code": 501, "message": "No."}}, 501)
)


@retrieving("gemini.files.delete", when=None)
def gemini_file_kept(reply: Reply, call: Call) -> Reply | None:
    """A file that was deleted is answered as before."""
    known = call.memory.setdefault("gemini_file_kept", {})
    if reply.ok:
        known[call.path] = dict(reply.body)
    return Reply.json(known[call.path]) if call.path in known else None


gemini_file_below_v1_unlisted = rows("listGeminiFilesV1", when=served)(
    "gemini.files.v1", "The list below v1 has no files.", put("files", [])
)
gemini_file_below_v1_nameless = rows("uploadGeminiFileV1", when=served)(
    "gemini.files.v1", "A file that is uploaded below v1 has no name.", drop("file.name")
)
