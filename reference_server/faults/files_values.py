"""Ways to break single members of answers about files."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_UPLOAD = "uploadFile"
_LIST = "listFiles"
_CONTENT = "downloadFile"


@fault(_UPLOAD, breaks={"files.upload"})
def upload_id_empty(reply: Reply) -> Reply:
    """The id of an uploaded file is empty."""
    return reply.edit(lambda body: body.update(id=""))


@fault(_UPLOAD, breaks={"files.upload"})
def upload_in_array(reply: Reply) -> Reply:
    """The file object stands in an array."""
    return reply.edit(lambda body: [body])


@fault("deleteFile", breaks={"files.delete"})
def deletion_of_a_deletion(reply: Reply) -> Reply:
    """The object of a deletion is a deletion, and no file."""
    return reply.edit(lambda body: body.update(object="file.deleted"))


@fault(_CONTENT, breaks={"files.content", "files.content.binary", "files.content.large"})
def download_with_other_line_ends(reply: Reply) -> None:
    """Every line feed of a download is a carriage return."""
    if reply.ok:
        reply.body = reply.body.replace(b"\n", b"\r")


@fault(_LIST, breaks={"files.list", "files.order", "files.purpose"})
def long_page_of_files_fails(reply: Reply, call: Call) -> Reply:
    """A page of 100 files is a server error."""
    failed = Reply.json({"error": {"message": "Oops.", "type": "server_error"}}, 500)
    return failed if reply.ok and call.query.get("limit") == 100 else reply


@fault(_LIST, breaks={"files.list.shape"})
def files_of_no_object(reply: Reply) -> Reply:
    """The list of files does not say what it is."""
    return reply.edit(lambda body: body.pop("object") and None)


@fault(_LIST, breaks={"files.list.shape"})
def files_by_name(reply: Reply) -> Reply:
    """The list of files has their ids as names."""
    return reply.edit(lambda body: body.update(data={entry["id"]: entry for entry in body["data"]}))


@fault(_LIST, breaks={"files.list.shape"})
def files_are_ids(reply: Reply) -> Reply:
    """The list of files has nothing but their ids."""
    return reply.edit(lambda body: body.update(data=[entry["id"] for entry in body["data"]]))


@request_fault(_LIST, breaks={"files.order"})
def newest_file_never_first(call: Call) -> None:
    """The oldest file comes first when the newest is asked for."""
    if call.query.get("order") == "desc":
        call.query["order"] = "asc"


@fault("retrieveFile", breaks={"files.account"}, gateway="infery")
def sibling_gets_another_file(reply: Reply, call: Call) -> None:
    """Another key of the account retrieves another file."""
    if reply.ok and call.key and call.key.token == "sk-ok-2":
        reply.body["id"] = "file-reference"
