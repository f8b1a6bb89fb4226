"""Ways to break the upload of a file, its retrieval and its deletion."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    fill,
    put,
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
from reference_server.faults.words.media import FAIL, as_bytes, label, on, say
from reference_server.faults.words.openai import DELETE_FILE, FILE, FILE_CONTENT, FILES, UPLOAD
from reference_server.faults.words.situations import MALFORMED, UNKNOWN, both, refused, served
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY, Upload
from reference_server.wire.reply import Reply

upload = partial(fault, UPLOAD)
unjudged = partial(request_fault, UPLOAD, before="validation")
retrieval = partial(fault, FILE)
download = partial(fault, FILE_CONTENT)
deletion = partial(fault, DELETE_FILE)

# The answer to an upload.

upload_without_object = upload("The file object does not say what it is.", drop("object"), breaks={"files.upload"})
upload_answers_in_envelope = upload(
    "The file object stands inside another object.", reshape(lambda body: {"file": body}), breaks={"files.upload"}
)
upload_labelled_as_text = upload("The file object is labelled as text.", label("text/plain"), breaks={"files.upload"})
upload_fails = upload("Every upload is a server error.", FAIL, when=served, breaks={"files.upload"})
bytes_of_base64 = upload(
    "The size is that of base64.", change("bytes", lambda size: (size + 2) // 3 * 4), breaks={"files.upload.bytes"}
)


@upload(breaks={"files.upload.bytes"})
def bytes_are_letters(reply: Reply, call: Call) -> Reply:
    """The size of a text is the number of its letters."""
    letters = len(call.uploads["file"][0].data.decode("utf-8", "surrogateescape")) if reply.ok else 0
    return reply.edit(lambda body: body.update(bytes=letters))


upload_created_in_milliseconds = upload(
    "The upload's time is in milliseconds.", scale("created_at", 1000), breaks={"files.upload.created-at"}
)
upload_created_as_text = upload(
    "The upload's time is a date in text.",
    put("created_at", "2026-11-20T12:00:00Z"),
    breaks={"files.upload.created-at"},
)
upload_name_dropped = upload("Every file is called `file`.", put("filename", "file"), breaks={"files.upload.filename"})
unicode_name_replaced = upload(
    "Characters beyond ASCII in a file name become question marks.",
    change("filename", lambda name: name.encode("ascii", "replace").decode()),
    breaks={"files.upload.unicode-name"},
)
upload_purpose_replaced = upload(
    "Every file is told to be for assistants.", put("purpose", "assistants"), breaks={"files.upload.purpose"}
)
upload_without_status = upload(
    "The file object has no status.", drop("status"), breaks={"files.upload.status"}, gateway="infery"
)
texts_share_one_id = upload(
    "All small texts have one id.",
    put("id", REFERENCE),
    when=lambda reply, _: reply.ok and reply.body["bytes"] < 100,
    breaks={"files.upload.unique"},
)
upload_status_is_number = upload("The status of a file is a number.", put("status", 7), breaks={"files.schema"})
file_created_at_is_true = upload(
    "`created_at` of an uploaded file is true.",
    put("created_at", True),
    breaks={"files.upload.created-at", "files.retrieve", "files.list.same"},
)

# What must be refused of an upload.


@unjudged(breaks={"files.upload.no-file"})
def file_optional(call: Call) -> None:
    """A form without a file makes one."""
    if "file" not in call.body:
        call.body["file"] = "untitled"
        call.uploads["file"] = [Upload("untitled", BINARY, b"\0")]


purpose_optional = unjudged(
    "A form without a purpose is taken.", fill("purpose", "assistants"), breaks={"files.upload.no-purpose"}
)
any_purpose_taken = unjudged(
    "A purpose that does not exist counts as another one.",
    swap("purpose", "no-such-purpose", "assistants"),
    breaks={"files.upload.unknown-purpose"},
)
broken_form_taken = upload(
    "A broken form is kept in part.", answer(ghost("file-half")), when=MALFORMED, breaks={"files.upload.broken-form"}
)
broken_form_is_server_error = upload(
    "A broken form is the server's failure.", status(500), when=MALFORMED, breaks={"files.upload.broken-form"}
)
upload_in_json_taken = upload(
    "An upload in JSON is a success.",
    answer(ghost("file-json")),
    when=refused("wrong_media_type"),
    breaks={"files.upload.not-a-form"},
)
upload_in_json_is_server_error = upload(
    "An upload in JSON is answered 500.",
    status(500),
    when=refused("wrong_media_type"),
    breaks={"files.upload.not-a-form"},
)

# Retrieval.

retrieved_file_renamed = retrieval(
    "A file is called by its id once it is retrieved.",
    reshape(lambda body: body | {"filename": body["id"]}),
    breaks={"files.retrieve"},
)
retrieved_file_is_new = retrieval(
    "A retrieved file is younger each time.", add("created_at", 60), breaks={"files.retrieve"}
)
uploaded_file_lost = retrieval(
    "A file cannot be retrieved after its upload.", refuse(404, "No such file."), when=served, breaks={"files.retrieve"}
)
unknown_file_is_server_error = retrieval(
    "A file that nobody uploaded is the server's failure.", status(500), when=of_nobody, breaks={"files.unknown"}
)
unknown_file_is_null = retrieval(
    "A file that nobody sent is null.", as_bytes("application/json", b"null"), when=of_nobody, breaks={"files.unknown"}
)
unknown_download_is_empty = download(
    "The download of an unknown file is empty.", as_bytes(BINARY, b""), when=of_nobody, breaks={"files.unknown"}
)
unknown_deletion_confirmed = deletion(
    "Every deletion is confirmed, also that of a file that nobody uploaded.",
    confirm,
    when=both(UNKNOWN, from_account("first")),
    breaks={"files.unknown"},
)
file_errors_in_text = retrieval(
    "An error about a file is plain text.", say("text/plain", b"Not found."), when=refused(), breaks={"files.errors"}
)
upload_errors_without_envelope = upload(
    "The error of an upload does not stand under `error`.",
    lambda reply, _: reply.edit_error(lambda body: body["error"]),
    breaks={"files.errors"},
)

# Deletion.

deletion_unsaid = deletion("A deletion does not say that it happened.", drop("deleted"), breaks={"files.delete"})
deletion_of_another_name = deletion("A deletion names another file.", put("id", "file-other"), breaks={"files.delete"})
deletion_without_content = deletion(
    "A deletion is answered with 204.", lambda *_: Reply(204), when=served, breaks={"files.delete"}
)
deleted_file_retrieved = retrieval(
    "A deleted file can still be retrieved.",
    lambda _, call: Reply.json(ghost(name_of(call))),
    when=GONE,
    breaks={"files.delete.gone"},
)
deleted_file_downloaded = download(
    "A deleted file can still be downloaded.", as_bytes(BINARY, b"\0"), when=GONE, breaks={"files.delete.gone"}
)


@fault("*", breaks={"files.delete.unlisted"})
def deleted_file_listed(reply: Reply, call: Call) -> None:
    """The file that was deleted last stays in the list."""
    if on(DELETE_FILE)(reply, call) and reply.ok:
        call.memory["deleted"] = reply.body["id"]
    if on(FILES)(reply, call) and reply.ok and "deleted" in call.memory and listed(reply, call):
        time = reply.body["data"][0]["created_at"]
        reply.body["data"].insert(0, ghost(call.memory["deleted"]) | {"created_at": time})


second_deletion_confirmed = deletion(
    "A file can be deleted once more.", confirm, when=GONE, breaks={"files.delete.again"}
)
