"""Ways to break the list of files."""

from __future__ import annotations

from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, put, reshape, status
from reference_server.faults.words.files import ghost, listed
from reference_server.faults.words.media import FAIL
from reference_server.faults.words.openai import FILES
from reference_server.faults.words.situations import asked, refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

file_list = rows(FILES)
request = rows(FILES, request_fault)

_later = asked(lambda call: "after" in call.query)


def _ignore(name: str) -> Any:
    """Pass a parameter of the query over."""
    return lambda call: call.query.pop(name, None)


def _empty(body: dict[str, Any]) -> None:
    body.update(data=[], first_id=None, last_id=None, has_more=False)


documents_unlisted = file_list(
    "files.list",
    "PDF files are missing from the list.",
    change("data", lambda entries: [entry for entry in entries if not entry["filename"].endswith(".pdf")]),
    when=listed,
)
files_in_bare_array = file_list(
    "files.list.shape", "The list of files is a bare array.", reshape(lambda body: body["data"])
)
files_without_has_more = file_list(
    "files.list.shape", "The list of files does not say whether more follow.", drop("has_more")
)
listed_files_empty = file_list("files.list.same", "Every listed file has the size 0.", put("data[].bytes", 0))
wrong_list_query_is_server_error = file_list(
    "files.list.robust", "A wrong query of the list gets a 500.", status(500), when=refused("invalid_value")
)
lists_after_a_file_fail = file_list(
    "files.list.robust",
    "A list request with `after` and no limit is answered with a server error.",
    FAIL,
    when=asked(lambda call: "after" in call.query and "limit" not in call.query),
)

# Pages.
file_limit_ignored = request("files.paging.limit", "A page holds all files, whatever `limit` says.", _ignore("limit"))
more_files_denied = file_list("files.paging.has-more", "`has_more` is always false.", put("has_more", False))
file_cursor_ignored = request("files.paging.after", "Every page is the first one.", _ignore("after"))
later_pages_empty = file_list(
    "files.paging.after", "Pages after the first have no files.", reshape(_empty), when=_later
)
more_files_promised = file_list("files.paging.end", "`has_more` is always true.", put("has_more", True))


@file_list("files.paging.end")
def last_file_follows_itself(reply: Reply, call: Call) -> None:
    """The last file is listed again after itself."""
    if reply.ok and "after" in call.query and not reply.body["data"]:
        reply.body["data"] = [ghost(call.query["after"])]


page_without_last_id = file_list("files.paging.cursors", "A page has no `last_id`.", drop("last_id"))
first_id_is_a_number = file_list("files.paging.cursors", "`first_id` of a page is a number.", put("first_id", "1"))


@file_list("files.paging.cursors")
def page_ends_where_it_begins(reply: Reply) -> None:
    """`last_id` of a page is the id of its first file."""
    if reply.ok and reply.body["data"]:
        reply.body["last_id"] = reply.body["data"][0]["id"]


# Order and purpose.
file_order_ignored = request("files.order", "The newest file comes first, whatever `order` asks for.", _ignore("order"))
oldest_file_first = request(
    "files.order", "Without an order the oldest file comes first.", lambda call: call.query.setdefault("order", "asc")
)
purpose_filter_ignored = request(
    "files.purpose", "Files of all purposes are listed, whatever `purpose` asks for.", _ignore("purpose")
)
purpose_filter_finds_nothing = file_list(
    "files.purpose",
    "A list of the files of one purpose is empty.",
    reshape(_empty),
    when=asked(lambda call: "purpose" in call.query),
)
