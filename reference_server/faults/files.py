"""Ways to break the upload of a file, its retrieval and its deletion."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    error_body,
    fill,
    label,
    put,
    query,
    raw,
    refuse,
    reshape,
    scale,
    status,
    swap,
)
from reference_server.faults.words.files import (
    GONE,
    REFERENCE,
    confirm,
    from_account,
    ghost,
    listed,
    name_of,
    of_nobody,
)
from reference_server.faults.words.media import FAIL, as_bytes, on, say
from reference_server.faults.words.openai import DELETE_FILE, FILE, FILE_CONTENT, FILES, UPLOAD
from reference_server.faults.words.situations import MALFORMED, UNKNOWN, asked, both, refused, served
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY, Upload
from reference_server.wire.reply import Reply

upload = rows(UPLOAD)
unjudged = rows(UPLOAD, request_fault, before="validation")
retrieval = rows(FILE)
download = rows(FILE_CONTENT)
deletion = rows(DELETE_FILE)
file_list = rows(FILES)

# The answer to an upload.
upload_without_object = upload("files.upload", "An uploaded file has no `object`.", drop("object"))
upload_answers_in_envelope = upload(
    "files.upload", "An uploaded file is answered inside another object.", reshape(lambda body: {"file": body})
)
upload_labelled_as_text = upload("files.upload", "The file object is labelled as text.", label("text/plain"))
upload_fails = upload("files.upload", "Every upload is answered with a server error.", FAIL, when=served)
bytes_of_base64 = upload(
    "files.upload.bytes", "`bytes` is the size in base64.", change("bytes", lambda size: (size + 2) // 3 * 4)
)


@upload("files.upload.bytes")
def bytes_are_letters(reply: Reply, call: Call) -> Reply:
    """`bytes` of a text file is the number of its letters."""
    letters = len(call.uploads["file"][0].data.decode("utf-8", "surrogateescape")) if reply.ok else 0
    return reply.edit(lambda body: body.update(bytes=letters))


upload_created_in_milliseconds = upload(
    "files.upload.created-at", "`created_at` of an upload is in milliseconds.", scale("created_at", 1000)
)
upload_created_as_text = upload(
    "files.upload.created-at", "`created_at` of an upload is a date string.", put("created_at", "2026-11-20T12:00:00Z")
)
upload_name_dropped = upload("files.upload.filename", "Every file is called `file`.", put("filename", "file"))
unicode_name_replaced = upload(
    "files.upload.unicode-name",
    "Characters outside ASCII in a file name become question marks.",
    change("filename", lambda name: name.encode("ascii", "replace").decode()),
)
upload_purpose_replaced = upload(
    "files.upload.purpose", "Every file gets the purpose `assistants`.", put("purpose", "assistants")
)
upload_without_status = upload(
    "files.upload.status", "An uploaded file has no status.", drop("status"), gateway="infery"
)
texts_share_one_id = upload(
    "files.upload.unique",
    "All small texts have the same id.",
    put("id", REFERENCE),
    when=lambda reply, _: reply.ok and reply.body["bytes"] < 100,
)
upload_status_is_number = upload("files.schema", "The status of a file is a number.", put("status", 7))
file_created_at_is_true = upload(
    "files.upload.created-at files.retrieve files.list.same", "`created_at` of a file is true.", put("created_at", True)
)

# What must be refused of an upload.


@unjudged("files.upload.no-file")
def file_optional(call: Call) -> None:
    """A form without a file is accepted as an empty file."""
    if "file" not in call.body:
        call.body["file"] = "untitled"
        call.uploads["file"] = [Upload("untitled", BINARY, b"\0")]


purpose_optional = unjudged(
    "files.upload.no-purpose", "A form without a purpose is accepted.", fill("purpose", "assistants")
)
any_purpose_taken = unjudged(
    "files.upload.unknown-purpose", "An unknown purpose is replaced.", swap("purpose", "no-such-purpose", "assistants")
)
broken_form_taken = upload(
    "files.upload.broken-form", "A broken form is accepted in part.", answer(ghost("file-half")), when=MALFORMED
)
broken_form_is_server_error = upload(
    "files.upload.broken-form", "A broken form is answered with a server error.", status(500), when=MALFORMED
)
upload_in_json_taken = upload(
    "files.upload.not-a-form",
    "An upload in JSON is accepted.",
    answer(ghost("file-json")),
    when=refused("wrong_media_type"),
)
upload_in_json_is_server_error = upload(
    "files.upload.not-a-form", "An upload in JSON is answered with 500.", status(500), when=refused("wrong_media_type")
)

# Retrieval.
retrieved_file_renamed = retrieval(
    "files.retrieve", "A retrieved file has its id as its name.", reshape(lambda body: body | {"filename": body["id"]})
)
retrieved_file_is_new = retrieval(
    "files.retrieve", "A file has a later creation time each time it is retrieved.", add("created_at", 60)
)
uploaded_file_lost = retrieval(
    "files.retrieve", "A file cannot be retrieved after its upload.", refuse(404, "No such file."), when=served
)
unknown_file_is_server_error = retrieval(
    "files.unknown", "A request for an unknown file is answered with a server error.", status(500), when=of_nobody
)
unknown_file_is_null = retrieval(
    "files.unknown", "An unknown file is answered with null.", as_bytes("application/json", b"null"), when=of_nobody
)
unknown_download_is_empty = download(
    "files.unknown", "The download of an unknown file is empty.", as_bytes(BINARY, b""), when=of_nobody
)
unknown_deletion_confirmed = deletion(
    "files.unknown", "The deletion of an unknown file is confirmed.", confirm, when=both(UNKNOWN, from_account("first"))
)
file_errors_in_text = retrieval(
    "files.errors", "An error about a file is plain text.", say("text/plain", b"Not found."), when=refused()
)
upload_errors_without_envelope = upload(
    "files.errors", "The error of a refused upload has no `error` around it.", error_body(lambda body: body["error"])
)

# Deletion.
deletion_unsaid = deletion("files.delete", "The answer to a deletion lacks `deleted`.", drop("deleted"))
deletion_of_another_name = deletion(
    "files.delete", "The answer to a deletion names another file.", put("id", "file-other")
)
deletion_without_content = deletion(
    "files.delete", "A deletion is answered with 204 and no body.", lambda *_: Reply(204), when=served
)
deleted_file_retrieved = retrieval(
    "files.delete.gone", "A deleted file can be retrieved.", lambda _, call: Reply.json(ghost(name_of(call))), when=GONE
)
deleted_file_downloaded = download(
    "files.delete.gone", "A deleted file can still be downloaded.", as_bytes(BINARY, b"\0"), when=GONE
)


@fault("*", breaks={"files.delete.unlisted"})
def deleted_file_listed(reply: Reply, call: Call) -> None:
    """The file deleted last stays in the list."""
    if on(DELETE_FILE)(reply, call) and reply.ok:
        call.memory["deleted"] = reply.body["id"]
    if on(FILES)(reply, call) and reply.ok and "deleted" in call.memory and listed(reply, call):
        time = reply.body["data"][0]["created_at"]
        reply.body["data"].insert(0, ghost(call.memory["deleted"]) | {"created_at": time})


second_deletion_confirmed = deletion("files.delete.again", "A deleted file can be deleted again.", confirm, when=GONE)

# Values of a wrong kind.
upload_id_empty = upload("files.upload", "The id of an uploaded file is empty.", put("id", ""))
upload_in_array = upload("files.upload", "An uploaded file is answered inside an array.", reshape(lambda body: [body]))
deletion_of_a_deletion = deletion(
    "files.delete", "`object` of a deletion is `file.deleted` instead of `file`.", put("object", "file.deleted")
)
download_with_other_line_ends = download(
    "files.content files.content.binary files.content.large",
    "Every line feed of a download becomes a carriage return.",
    raw(lambda data: data.replace(b"\n", b"\r")),
    when=served,
)
long_page_of_files_fails = file_list(
    "files.list files.order files.purpose",
    "A page of 100 files is answered with a server error.",
    FAIL,
    when=both(served, asked(lambda call: call.query.get("limit") == 100)),
)
files_of_no_object = file_list("files.list.shape", "The list of files has no `object`.", drop("object"))
files_by_name = file_list(
    "files.list.shape",
    "The list of files is an object, with the ids as its keys.",
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
sibling_gets_another_file = retrieval(
    "files.account",
    "Another key of the account retrieves a different file.",
    put("id", REFERENCE),
    when=asked(lambda call: call.key is not None and call.key.token == "sk-ok-2"),
    gateway="infery",
)
