"""Legal differences between gateways that keep files."""

from __future__ import annotations

from reference_server.faults import differences, request_variation
from reference_server.faults.words.edits import answer, change, drop, label, query, refuse, reshape, status, swap
from reference_server.faults.words.files import from_account
from reference_server.faults.words.openai import FILE, FILE_CONTENT, FILES, UPLOAD
from reference_server.faults.words.situations import UNKNOWN, both, either, refused, served
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY
from reference_server.wire.reply import Reply

upload = differences(UPLOAD)
retrieval = differences(FILE)
file_list = differences(FILES)
download = differences(FILE_CONTENT)
unjudged = differences(UPLOAD, request_variation, before="validation")


def _of_other_purpose(reply: Reply, _: Call) -> bool:
    """The file is not for batches."""
    return reply.ok and reply.headers["content-type"] != "application/jsonl"


upload_created = upload("An upload is answered with 201.", status(201), when=served)
upload_not_yet_processed = upload(
    "An upload has the status `uploaded`, and is `processed` only later.",
    reshape(lambda body: {"status_details": None, "expires_at": None, **body, "status": "uploaded"}),
)
retrieved_without_status = retrieval("A file has no status, which is deprecated.", drop("status"))
list_names_no_first_file = file_list("A page names only its last file.", drop("first_id"))
last_page_names_no_file = file_list(
    "The last page of files has no cursor.",
    reshape(lambda body: body if body["has_more"] else body | {"last_id": None}),
    gateway="infery",
)
oldest_file_listed_first = request_variation(
    FILES, "The oldest file comes first where no order is documented.", query(order="asc"), gateway="infery"
)
wrong_list_query_ignored = file_list(
    "A list request with a wrong query gets an empty page.",
    answer({"object": "list", "data": [], "has_more": False}),
    when=refused("invalid_value"),
)
download_as_octets = download("Every download is labelled as application/octet-stream.", label(BINARY))
download_by_purpose = download(
    "Only files for batches can be downloaded.",
    refuse(400, "Not allowed to download files of this purpose.", code="not_allowed"),
    when=_of_other_purpose,
)
no_download_at_all = download(
    "No file can be downloaded, whether it exists or not.",
    refuse(403, "Files cannot be downloaded.", code="not_allowed"),
    when=either(served, UNKNOWN),
)
user_data_not_taken = unjudged("The purpose `user_data` is refused.", swap("purpose", "user_data", "unknown"))
foreign_files_forbidden = retrieval(
    "A request for another account's file is answered as forbidden, where no status is documented.",
    status(403),
    when=both(UNKNOWN, from_account("second")),
)
no_expiry_taken = unjudged("An upload with `expires_after` is refused.", change("expires_after", lambda _: None))
