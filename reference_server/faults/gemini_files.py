"""Ways to break files by address in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import answer, change
from reference_server.faults.words.gemini import GENERATE
from reference_server.faults.words.situations import asks, both, served

_DETAIL = {"detail": [{"loc": ["body", "contents", 0, "parts", 1, "inlineData"], "msg": "Field required"}]}

gemini_file_data_unknown = fault(
    GENERATE,
    "A part without `inlineData` is refused, without an error object.",
    answer(_DETAIL, 422),
    when=both(served, asks('"fileData"')),
    breaks={"gemini.file-data"},
)
gemini_file_data_dropped = request_fault(
    GENERATE,
    "A file by URI does not reach the model.",
    change("contents[].parts", lambda parts: [part for part in parts if "fileData" not in part]),
    breaks={"gemini.file-data.counted"},
)
