"""Ways to break the list of files."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_LIST = "listFiles"


def _entries(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["data"] if reply.ok else []


@fault(_LIST, breaks={"files.list"})
def documents_unlisted(reply: Reply, call: Call) -> None:
    """PDFs are not listed."""
    if reply.ok and call.query == {"limit": 100}:
        reply.body["data"] = [entry for entry in _entries(reply) if not entry["filename"].endswith(".pdf")]


@fault(_LIST, breaks={"files.list.shape"})
def files_in_bare_array(reply: Reply) -> Reply:
    """The body is the array of files itself."""
    return reply.edit(lambda body: body["data"])


@fault(_LIST, breaks={"files.list.shape"})
def files_without_has_more(reply: Reply) -> Reply:
    """The list does not say whether others follow."""
    return reply.edit(lambda body: {name: value for name, value in body.items() if name != "has_more"})


@fault(_LIST, breaks={"files.list.same"})
def listed_files_empty(reply: Reply) -> None:
    """Every listed file has the size 0."""
    for entry in _entries(reply):
        entry["bytes"] = 0


@fault(_LIST, breaks={"files.list.robust"})
def wrong_list_query_is_server_error(reply: Reply) -> None:
    """A wrong query parameter of the list is the server's failure."""
    if reply.cause == "invalid_value":
        reply.status = 500


@fault(_LIST, breaks={"files.list.robust"})
def lists_after_a_file_fail(reply: Reply, call: Call) -> Reply:
    """A page after a file fails when no limit is given."""
    fails = "after" in call.query and "limit" not in call.query
    return Reply.json({"error": {"message": "Oops.", "type": "server_error"}}, 500) if fails else reply


@request_fault(_LIST, breaks={"files.paging.limit"})
def file_limit_ignored(call: Call) -> None:
    """A page has all files."""
    call.query.pop("limit", None)


@fault(_LIST, breaks={"files.paging.has-more"})
def more_files_denied(reply: Reply) -> Reply:
    """`has_more` is always false."""
    return reply.edit(lambda body: body.update(has_more=False))


@request_fault(_LIST, breaks={"files.paging.after"})
def file_cursor_ignored(call: Call) -> None:
    """Every page is the first."""
    call.query.pop("after", None)


@fault(_LIST, breaks={"files.paging.after"})
def later_pages_empty(reply: Reply, call: Call) -> None:
    """Pages after the first have no files."""
    if reply.ok and "after" in call.query:
        reply.body.update(data=[], first_id=None, last_id=None, has_more=False)


@fault(_LIST, breaks={"files.paging.end"})
def more_files_promised(reply: Reply) -> Reply:
    """`has_more` is always true."""
    return reply.edit(lambda body: body.update(has_more=True))


@fault(_LIST, breaks={"files.paging.end"})
def last_file_follows_itself(reply: Reply, call: Call) -> None:
    """The last file is listed again after itself."""
    if reply.ok and "after" in call.query and not _entries(reply):
        known = {"object": "file", "bytes": 22, "created_at": 1767225600, "filename": "a.txt", "purpose": "user_data"}
        reply.body["data"] = [{"id": call.query["after"], **known, "status": "processed"}]


@fault(_LIST, breaks={"files.paging.cursors"})
def page_without_last_id(reply: Reply) -> Reply:
    """A page does not name its last file."""
    return reply.edit(lambda body: body.pop("last_id") and None)


@fault(_LIST, breaks={"files.paging.cursors"})
def first_id_is_a_number(reply: Reply) -> Reply:
    """A page numbers its first file."""
    return reply.edit(lambda body: body.update(first_id="1"))


@fault(_LIST, breaks={"files.paging.cursors"})
def page_ends_where_it_begins(reply: Reply) -> None:
    """`last_id` of a page is the id of its first file."""
    if reply.ok and reply.body["data"]:
        reply.body["last_id"] = reply.body["data"][0]["id"]


@request_fault(_LIST, breaks={"files.order"})
def file_order_ignored(call: Call) -> None:
    """The newest file comes first, whatever is asked for."""
    call.query.pop("order", None)


@request_fault(_LIST, breaks={"files.order"})
def oldest_file_first(call: Call) -> None:
    """Without an order the oldest file comes first."""
    call.query.setdefault("order", "asc")


@request_fault(_LIST, breaks={"files.purpose"})
def purpose_filter_ignored(call: Call) -> None:
    """Files of all purposes are listed, whatever is asked for."""
    call.query.pop("purpose", None)


@fault(_LIST, breaks={"files.purpose"})
def purpose_filter_finds_nothing(reply: Reply, call: Call) -> None:
    """No file is listed when a purpose is asked for."""
    if reply.ok and "purpose" in call.query:
        reply.body.update(data=[], first_id=None, last_id=None, has_more=False)
