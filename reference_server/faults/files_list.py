"""Ways to break the list of files."""

from __future__ import annotations

from functools import partial
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, put, reshape, status
from reference_server.faults.words.files import ghost, listed
from reference_server.faults.words.media import FAIL
from reference_server.faults.words.openai import FILES
from reference_server.faults.words.situations import asked, refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

page = partial(fault, FILES)
query = partial(request_fault, FILES)

_later = asked(lambda call: "after" in call.query)


def _ignore(name: str) -> Any:
    """Pass a parameter of the query over."""
    return lambda call: call.query.pop(name, None)


def _empty(body: dict[str, Any]) -> None:
    body.update(data=[], first_id=None, last_id=None, has_more=False)


documents_unlisted = page(
    "PDFs are not listed.",
    change("data", lambda entries: [entry for entry in entries if not entry["filename"].endswith(".pdf")]),
    when=listed,
    breaks={"files.list"},
)
files_in_bare_array = page(
    "The body is the array of files itself.", reshape(lambda body: body["data"]), breaks={"files.list.shape"}
)
files_without_has_more = page(
    "The list does not say whether others follow.", drop("has_more"), breaks={"files.list.shape"}
)
listed_files_empty = page("Every listed file has the size 0.", put("data[].bytes", 0), breaks={"files.list.same"})
wrong_list_query_is_server_error = page(
    "A wrong query parameter of the list is the server's failure.",
    status(500),
    when=refused("invalid_value"),
    breaks={"files.list.robust"},
)
lists_after_a_file_fail = page(
    "A page after a file fails when no limit is given.",
    FAIL,
    when=asked(lambda call: "after" in call.query and "limit" not in call.query),
    breaks={"files.list.robust"},
)

# Pages.

file_limit_ignored = query("A page has all files.", _ignore("limit"), breaks={"files.paging.limit"})
more_files_denied = page("`has_more` is always false.", put("has_more", False), breaks={"files.paging.has-more"})
file_cursor_ignored = query("Every page is the first.", _ignore("after"), breaks={"files.paging.after"})
later_pages_empty = page(
    "Pages after the first have no files.", reshape(_empty), when=_later, breaks={"files.paging.after"}
)
more_files_promised = page("`has_more` is always true.", put("has_more", True), breaks={"files.paging.end"})


@page(breaks={"files.paging.end"})
def last_file_follows_itself(reply: Reply, call: Call) -> None:
    """The last file is listed again after itself."""
    if reply.ok and "after" in call.query and not reply.body["data"]:
        reply.body["data"] = [ghost(call.query["after"])]


page_without_last_id = page("A page does not name its last file.", drop("last_id"), breaks={"files.paging.cursors"})
first_id_is_a_number = page("A page numbers its first file.", put("first_id", "1"), breaks={"files.paging.cursors"})


@page(breaks={"files.paging.cursors"})
def page_ends_where_it_begins(reply: Reply) -> None:
    """`last_id` of a page is the id of its first file."""
    if reply.ok and reply.body["data"]:
        reply.body["last_id"] = reply.body["data"][0]["id"]


# Order and purpose.

file_order_ignored = query(
    "The newest file comes first, whatever is asked for.", _ignore("order"), breaks={"files.order"}
)
oldest_file_first = query(
    "The oldest file comes first by default.",
    lambda call: call.query.setdefault("order", "asc"),
    breaks={"files.order"},
)
purpose_filter_ignored = query(
    "Files of all purposes are listed, whatever is asked for.", _ignore("purpose"), breaks={"files.purpose"}
)
purpose_filter_finds_nothing = page(
    "No file is listed when a purpose is asked for.",
    reshape(_empty),
    when=asked(lambda call: "purpose" in call.query),
    breaks={"files.purpose"},
)
