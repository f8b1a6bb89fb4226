"""How the files of the Gemini protocol may legally differ."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.edits import answer, change
from reference_server.faults.words.situations import served

gemini_file_of_texts_in_utf8 = differences("uploadGeminiFile", when=served)(
    "The media type has a parameter.", change("file.mimeType", lambda kind: f"{kind}; charset=utf-8")
)
gemini_file_forbidden_when_gone = differences("retrieveGeminiFile")(
    "A file that is not there is refused with 403.",
    answer({"error": {"code": 403, "message": "You may not see it.", "status": "PERMISSION_DENIED"}}, 403),
    when=lambda reply, _: reply.status == 404,
)
