"""Ways to break single members of answers about files."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import change, drop, put, query, raw, reshape
from reference_server.faults.words.files import REFERENCE
from reference_server.faults.words.media import FAIL
from reference_server.faults.words.openai import DELETE_FILE, FILE, FILE_CONTENT, FILES, UPLOAD
from reference_server.faults.words.situations import asked, both, served

upload = rows(UPLOAD)
file_list = rows(FILES)


upload_id_empty = upload("files.upload", "The id of an uploaded file is empty.", put("id", ""))
upload_in_array = upload("files.upload", "The file object stands in an array.", reshape(lambda body: [body]))
deletion_of_a_deletion = fault(
    DELETE_FILE,
    "The object of a deletion is `file.deleted` instead of `file`.",
    put("object", "file.deleted"),
    breaks={"files.delete"},
)
download_with_other_line_ends = fault(
    FILE_CONTENT,
    "Every line feed of a download is a carriage return.",
    raw(lambda data: data.replace(b"\n", b"\r")),
    when=served,
    breaks={"files.content", "files.content.binary", "files.content.large"},
)
long_page_of_files_fails = file_list(
    "files.list files.order files.purpose",
    "A page of 100 files is a server error.",
    FAIL,
    when=both(served, asked(lambda call: call.query.get("limit") == 100)),
)
files_of_no_object = file_list("files.list.shape", "The list of files does not say what it is.", drop("object"))
files_by_name = file_list(
    "files.list.shape",
    "The list of files is an object with their ids as names.",
    change("data", lambda entries: {entry["id"]: entry for entry in entries}),
)
files_are_ids = file_list(
    "files.list.shape", "The list of files holds only their ids.", change("data[]", lambda entry: entry["id"])
)
newest_file_never_first = request_fault(
    FILES,
    "The oldest file comes first when the newest is asked for.",
    query(order="asc"),
    when=lambda call: call.query.get("order") == "desc",
    breaks={"files.order"},
)
sibling_gets_another_file = fault(
    FILE,
    "Another key of the account retrieves a different file.",
    put("id", REFERENCE),
    when=asked(lambda call: call.key is not None and call.key.token == "sk-ok-2"),
    breaks={"files.account"},
    gateway="infery",
)
