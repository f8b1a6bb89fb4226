"""The reference server stores files: visibility, order, expiry, and refusals."""

from __future__ import annotations

import itertools
from urllib.parse import parse_qs

import msgspec
import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.service import Service
from reference_server.state.files import MOST_BYTES, plain_name
from reference_server.state.ledger import DAY
from reference_server.state.store import Store
from reference_server.wire.call import Call

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
NOTE = ("note.txt", "text/plain", b"The codeword is otter.")
FORM = "multipart/form-data; boundary=B"


class Server:
    """A gateway with a clock that is set by hand and ids that count."""

    def __init__(self, gateway=None):
        self.now = 1_800_000_000.0
        numbers = itertools.count(1)
        store = Store(clock=lambda: self.now, ids=lambda: f"{next(numbers):032x}")
        self.service = Service(gateway_contract.load(gateway), fixtures.load(), store)

    def send(self, method, path, body=None, key="sk-ok", **headers):
        path, _, query = path.partition("?")
        known = {"authorization": f"Bearer {key}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call(self.service.store.ids(), method, path, known, body, self.service.contract)
        call.query = parse_qs(query, keep_blank_values=True)
        return self.service.respond(call)

    def upload(self, name="note.txt", media_type="text/plain", data=NOTE[2], key="sk-ok", headers=(), **fields):
        parts = [f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}' for field, value in fields.items()]
        file = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {media_type}\r\n\r\n'
        encoded = [part.encode() for part in parts] + [file.encode() + data]
        body = b"".join(b"--B\r\n" + part + b"\r\n" for part in encoded) + b"--B--\r\n"
        return self.send("POST", "/files", body, key, content_type=FORM, **dict(headers))

    def file(self, name="note.txt", purpose="user_data", **options):
        reply = self.upload(name, purpose=purpose, **options)
        assert reply.status == 200, reply.body
        return reply.body["id"]

    def ids(self, query="", **options):
        return [entry["id"] for entry in self.send("GET", f"/files{query}", **options).body["data"]]


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def infery():
    return Server("infery")


def error(reply):
    return reply.status, reply.body["error"]["param"], reply.body["error"]["code"]


@pytest.mark.parametrize("gateway", [None, "infery"])
def test_file_is_told_and_kept(gateway):
    server = Server(gateway)
    reply = server.upload("square.png", "image/png", PNG, purpose="vision")

    assert reply.body == {
        "id": f"file-{2:032x}",
        "object": "file",
        "bytes": len(PNG),
        "created_at": 1_800_000_000,
        "filename": "square.png",
        "purpose": "vision",
        "status": "processed",
    }
    assert server.send("GET", f"/files/{reply.body['id']}").body == reply.body
    assert reply.body in server.send("GET", "/files").body["data"]


@pytest.mark.parametrize("gateway", [None, "infery"])
def test_answers_satisfy_the_contract(gateway):
    server = Server(gateway)
    operations = gateway_contract.load(gateway).operations
    uploaded = server.upload(purpose="user_data").body
    answers = {
        "uploadFile": uploaded,
        "listFiles": server.send("GET", "/files").body,
        "retrieveFile": server.send("GET", f"/files/{uploaded['id']}").body,
        "deleteFile": server.send("DELETE", f"/files/{uploaded['id']}").body,
    }

    for name, body in answers.items():
        assert operations[name].response_problem(200, body) is None


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("image/png", "image/png"),
        ("text/html; charset=utf-8", "text/html"),
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("nonsense", "application/octet-stream"),
        ("a/b/c", "application/octet-stream"),
        ("té/xt", "application/octet-stream"),
    ],
)
def test_download_is_what_was_uploaded(server, sent, answered):
    name = server.file(media_type=sent, data=PNG)
    reply = server.send("GET", f"/files/{name}/content")

    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, PNG, answered)
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''note.txt"


def test_name_of_a_download_fits_into_a_header(server):
    name = server.file("Überblick 概要.txt")

    disposition = server.send("GET", f"/files/{name}/content").headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''%C3%9Cberblick%20%E6%A6%82%E8%A6%81.txt"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("note.txt", "note.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\folder\\note.txt", "note.txt"),
        ("a\x00b\x1f\x7f.txt", "ab.txt"),
        ("", "file"),
        ("folder/", "file"),
        ("x" * 300, "x" * 255),
        ("概" * 300, "概" * 255),
    ],
)
def test_plain_name(sent, name):
    assert plain_name(sent) == name


def test_deleted_file_is_gone(server):
    name = server.file()

    assert server.send("DELETE", f"/files/{name}").body == {"id": name, "object": "file", "deleted": True}
    for method, path in [("GET", ""), ("GET", "/content"), ("DELETE", "")]:
        assert error(server.send(method, f"/files/{name}{path}")) == (404, "file_id", "not_found")
    assert name not in server.ids()


def test_file_of_the_fixtures_belongs_to_everybody(server):
    for key in ("sk-ok", "sk-ok-other", "sk-ok@new"):
        assert server.ids(key=key) == ["file-reference"]
        assert server.send("GET", "/files/file-reference/content", key=key).body == b"The codeword is heron."
    assert server.send("DELETE", "/files/file-reference").status == 403


def test_files_belong_to_an_account(server):
    name = server.file()

    assert server.send("GET", f"/files/{name}", key="sk-ok-2").status == 200
    for key in ("sk-ok-other", "sk-ok@new"):
        for method, path in [("GET", ""), ("GET", "/content"), ("DELETE", "")]:
            assert server.send(method, f"/files/{name}{path}", key=key).status == 404
        assert name not in server.ids(key=key)


def test_newest_file_comes_first(server):
    first, second = server.file(), server.file()

    assert server.ids() == server.ids("?order=desc") == [second, first, "file-reference"]
    assert server.ids("?order=asc") == ["file-reference", first, second]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_are_the_list(server, order):
    for _ in range(5):
        server.file()
    whole, pages, after = server.ids(f"?order={order}"), [], ""
    while True:
        body = server.send("GET", f"/files?order={order}&limit=2{after}").body
        ids = [entry["id"] for entry in body["data"]]
        assert (body["first_id"], body["last_id"]) == (ids[0], ids[-1])
        pages += ids
        if not body["has_more"]:
            break
        after = f"&after={ids[-1]}"

    assert pages == whole
    assert len(whole) == 6


def test_page_after_the_last_file_is_empty(server):
    body = server.send("GET", "/files?after=file-reference").body

    assert body == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


def test_list_goes_on_after_a_file_that_was_deleted(server):
    names = [server.file() for _ in range(4)][::-1]
    pages = []
    page = server.ids("?limit=1")
    while page != ["file-reference"]:
        pages += page
        server.send("DELETE", f"/files/{page[0]}")
        page = server.ids(f"?limit=1&after={page[0]}")

    assert pages == names


def test_pages_of_a_purpose(server):
    images = [server.file(purpose="vision") for _ in range(3)][::-1]
    server.file(purpose="batch")

    assert server.ids("?purpose=vision") == images
    assert server.ids("?purpose=vision&limit=1") == images[:1]
    assert server.ids(f"?purpose=vision&limit=1&after={images[0]}") == images[1:2]
    assert server.ids("?purpose=evals") == []
    assert server.send("GET", "/files?purpose=vision&limit=3").body["has_more"] is False


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=10001", "limit"),
        ("limit=many", "limit"),
        ("limit=1.5", "limit"),
        ("limit=1&limit=2", "limit"),
        ("order=sideways", "order"),
        ("after=nothing", "after"),
        ("after=", "after"),
    ],
)
def test_wrong_query_is_refused(server, query, param):
    status, named, _ = error(server.send("GET", f"/files?{query}"))

    assert (status, named) == (400, param)


def test_limits_of_the_list_are_the_gateways(infery):
    assert infery.send("GET", "/files?limit=100").status == 200
    assert infery.send("GET", "/files?limit=101").status == 400
    assert infery.send("GET", "/files?purpose=evals").status == 400


def part(disposition, data=b"x"):
    return b"--B\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\n" + data + b"\r\n"


FILE = part(b'name="file"; filename="a.txt"')
PURPOSE = part(b'name="purpose"', b"user_data")
END = b"--B--\r\n"


@pytest.mark.parametrize(
    ("body", "content_type", "known"),
    [
        (PURPOSE + END, FORM, (400, "file", "missing_required_parameter")),
        (FILE + END, FORM, (400, "purpose", "missing_required_parameter")),
        (END, FORM, (400, "file", "missing_required_parameter")),
        (part(b'name="document"; filename="a"') + PURPOSE + END, FORM, (400, "file", "missing_required_parameter")),
        (FILE + part(b'name="purpose"', b"fun") + END, FORM, (400, "purpose", "invalid_value")),
        (FILE + part(b'name="purpose"', b"") + END, FORM, (400, "purpose", "invalid_value")),
        (part(b'name="file"', b"text") + PURPOSE + END, FORM, (400, "file", "invalid_value")),
        (FILE + part(b'name="purpose"; filename="p"', b"vision") + END, FORM, (400, "purpose", "invalid_value")),
        (FILE + FILE + PURPOSE + END, FORM, (400, "file", "invalid_value")),
        (FILE + PURPOSE + PURPOSE + END, FORM, (400, "purpose", "invalid_value")),
        (part(b'name="file"; filename="a"', b"") + PURPOSE + END, FORM, (400, "file", "empty_file")),
        (FILE + PURPOSE, FORM, (400, None, "invalid_json")),
        (b"", FORM, (400, None, "invalid_json")),
        (FILE + PURPOSE + END, "multipart/form-data", (400, None, "invalid_json")),
        (FILE + PURPOSE + END, "multipart/form-data; boundary=C", (400, None, "invalid_json")),
        (b"{}", "application/json", (415, None, "unsupported_media_type")),
        (b"file=a&purpose=b", "application/x-www-form-urlencoded", (415, None, "unsupported_media_type")),
        (FILE + PURPOSE + END, "", (415, None, "unsupported_media_type")),
        (None, FORM, (413, None, "request_too_large")),
    ],
)
def test_wrong_upload_is_refused(server, body, content_type, known):
    reply = server.send("POST", "/files", body, content_type=content_type)

    assert error(reply) == known
    assert reply.body["error"]["message"]
    assert server.ids() == ["file-reference"]


def expiring(seconds, anchor="created_at"):
    return {"purpose": "batch", "expires_after[anchor]": anchor, "expires_after[seconds]": seconds}


def test_file_expires(server):
    name = server.upload(**expiring(3600)).body["id"]
    stays = server.file()

    assert server.send("GET", f"/files/{name}").body["expires_at"] == server.now + 3600
    server.now += 3599
    assert name in server.ids()
    server.now += 1
    assert server.send("GET", f"/files/{name}").status == 404
    assert server.send("GET", f"/files/{name}/content").status == 404
    assert server.ids() == [stays, "file-reference"]
    assert server.ids(f"?order=asc&after={name}") == [stays]


@pytest.mark.parametrize(
    "fields",
    [
        expiring(3599),
        expiring(2592001),
        expiring("soon"),
        expiring(3600, "now"),
        {"purpose": "batch", "expires_after[seconds]": 3600},
        {"purpose": "batch", "expires_after": "soon"},
    ],
)
def test_wrong_expiry_is_refused(server, fields):
    status, named, _ = error(server.upload(**fields))

    assert status == 400
    assert named.startswith("expires_after")


def test_same_key_is_the_same_file_for_a_day(infery):
    def upload(under, **options):
        return infery.upload(purpose="user_data", headers={"idempotency_key": under}, **options).body["id"]

    first = upload("one")

    assert upload("one") == first
    assert upload("one", data=b"something else") == first
    assert upload("two") != first
    assert upload("one", key="sk-ok-other") != first
    infery.now += DAY - 1
    assert upload("one") == first
    infery.now += 1
    assert upload("one") != first
    assert infery.send("GET", f"/files/{first}").status == 200


def test_key_of_a_deleted_file_makes_a_new_one(infery):
    keyed = {"purpose": "user_data", "headers": {"idempotency_key": "one"}}
    first = infery.upload(**keyed).body["id"]
    infery.send("DELETE", f"/files/{first}")

    second = infery.upload(**keyed).body["id"]
    assert second != first
    assert infery.upload(**keyed).body["id"] == second


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "key#1", "schlüssel", "a/b", "one\n"])
def test_wrong_key_is_refused(infery, key):
    reply = infery.upload(purpose="user_data", headers={"idempotency_key": key})

    assert error(reply) == (400, None, "invalid_idempotency_key")


def test_longest_key_is_taken(infery):
    key = "aZ09_.:-" * 31 + "1234567"

    assert infery.upload(purpose="user_data", headers={"idempotency_key": key}).status == 200


def test_key_means_nothing_where_it_is_not_documented(server):
    keyed = {"purpose": "user_data", "headers": {"idempotency_key": "one"}}

    assert server.upload(**keyed).body["id"] != server.upload(**keyed).body["id"]


@pytest.mark.parametrize(
    ("media_type", "data", "status"),
    [
        ("image/png", PNG, 200),
        ("image/png", b"text", 400),
        ("application/pdf", PNG, 400),
        ("text/plain", PNG, 400),
        ("text/plain", b"text", 200),
        ("application/octet-stream", PNG, 200),
        ("audio/x-wav", b"RIFF\x00\x00\x00\x00WAVE", 200),
        ("image/webp", b"RIFF\x00\x00\x00\x00WAVE", 400),
        ("audio/mpeg", b"\xff\xfb\x90\x00", 200),
        ("application/zip", b"PK\x03\x04", 200),
    ],
)
def test_content_is_compared_with_its_media_type(infery, server, media_type, data, status):
    assert infery.upload(media_type=media_type, data=data, purpose="user_data").status == status
    assert server.upload(media_type=media_type, data=data, purpose="user_data").status == 200


def test_storage_is_told(infery):
    def storage(reply):
        return [int(reply.headers[f"x-{name}"]) for name in ("storage-used-bytes", "files-used")]

    assert storage(infery.send("GET", "/files")) == [0, 0]
    reply = infery.upload(purpose="user_data")
    assert storage(reply) == [22, 1]
    assert storage(infery.upload(purpose="user_data", data=b"123")) == [25, 2]
    assert storage(infery.send("GET", "/files", key="sk-ok-other")) == [0, 0]
    assert storage(infery.send("DELETE", f"/files/{reply.body['id']}")) == [3, 1]
    assert infery.send("GET", "/files").headers["x-storage-limit-bytes"] == str(MOST_BYTES)


def test_storage_is_told_only_where_it_is_documented(server):
    assert not [name for name in server.send("GET", "/files").headers if "storage" in name]


def test_full_storage_takes_no_more(infery, monkeypatch):
    monkeypatch.setattr("reference_server.state.files.MOST_BYTES", 30)
    first = infery.file()

    assert error(infery.upload(purpose="user_data")) == (413, "file", "storage_limit_exceeded")
    infery.send("DELETE", f"/files/{first}")
    assert infery.upload(purpose="user_data").status == 200


def test_number_of_files_is_limited(server, monkeypatch):
    monkeypatch.setattr("reference_server.state.files.MOST_FILES", 2)
    for _ in range(2):
        server.file()

    assert server.upload(purpose="user_data").status == 413
    assert server.upload(purpose="user_data", key="sk-ok-other").status == 200


def answer(server, part, key="sk-ok", model="gpt-4o"):
    content = [{"type": "text", "text": "What is the codeword?"}, part]
    body = msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": content}]})
    return server.send("POST", "/chat/completions", body, key, content_type="application/json")


NESTED = pytest.param(None, lambda name: {"type": "file", "file": {"file_id": name}}, id="nested")
FLAT = pytest.param("infery", lambda name: {"type": "file", "file_id": name}, id="flat")
IN_INFERY = pytest.param("infery", lambda name: {"type": "file", "file": {"file_id": name}}, id="nested-in-infery")


@pytest.mark.parametrize(("gateway", "refer"), [NESTED, FLAT, IN_INFERY])
def test_model_reads_an_uploaded_text(gateway, refer):
    server = Server(gateway)
    name = server.file()

    assert answer(server, refer(name)).body["choices"][0]["message"]["content"] == "The codeword is otter."
    assert answer(server, refer("file-reference")).body["choices"][0]["message"]["content"] == "The codeword is heron."
    assert answer(server, refer(name), key="sk-ok-2").status == 200


@pytest.mark.parametrize(("gateway", "refer"), [NESTED, FLAT, IN_INFERY])
def test_model_does_not_read_what_is_not_there(gateway, refer):
    server = Server(gateway)
    name = server.file()

    assert answer(server, refer(name), key="sk-ok-other").status == 400
    server.send("DELETE", f"/files/{name}")
    for unknown in (name, "file-nobody"):
        reply = answer(server, refer(unknown))
        assert reply.status == 400
        assert reply.body["error"]["param"].endswith("file_id")


def test_longer_file_costs_more(server):
    def cost(data):
        part = {"type": "file", "file": {"file_id": server.file(data=data)}}
        return answer(server, part).body["usage"]["prompt_tokens"]

    assert cost(bytes(4000)) > cost(bytes(400)) > 0


@pytest.mark.parametrize("gateway", ["foxora", "ofox", "foxapi"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/files"), ("POST", "/files"), ("GET", "/files/file-reference")])
def test_gateways_without_files_have_no_route(gateway, method, path):
    reply = Server(gateway).send(method, path)

    assert reply.status in gateway_contract.load(gateway).gateway["errors"]["status"]["unknown_route"]
