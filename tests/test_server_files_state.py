"""Files outlive a process, are shared by several, and stay within the storage limit."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from reference_server.serving import application
from reference_server.settings import Settings
from reference_server.wire.asgi import LARGEST_BODY

AUTHORIZED = {"authorization": "Bearer sk-ok"}
MIB = 1024 * 1024


@contextmanager
def serving(state, *options):
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes", "--state", str(state)]
    with subprocess.Popen([*words, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        with httpx.Client(base_url=process.stdout.readline().strip(), headers=AUTHORIZED, timeout=30) as client:
            yield client
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def upload(client, data=b"The codeword is otter.", **headers):
    form = {"file": ("note.txt", data, "text/plain")}
    response = client.post("/files", files=form, data={"purpose": "user_data"}, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()["id"]


def test_files_survive_a_restart(tmp_path):
    with serving(tmp_path / "state") as client:
        first, second = upload(client), upload(client)
        client.delete(f"/files/{second}")
    with serving(tmp_path / "state") as client:
        assert client.get(f"/files/{first}/content").content == b"The codeword is otter."
        assert client.get(f"/files/{second}").status_code == 404
        assert client.get("/files", params={"after": second}).json()["data"][0]["id"] == first


def test_processes_share_their_files(tmp_path):
    with serving(tmp_path / "state") as one, serving(tmp_path / "state") as other:
        name = upload(one)
        assert other.get(f"/files/{name}/content").content == b"The codeword is otter."
        assert other.delete(f"/files/{name}").status_code == 200
        assert one.get(f"/files/{name}").status_code == 404


def test_key_makes_one_file_in_all_processes(tmp_path):
    with ExitStack() as stack:
        options = ("--gateway", "infery")
        clients = [stack.enter_context(serving(tmp_path / "state", *options)) for _ in range(2)]
        uploads = []

        def send(client, key):
            uploads.append((key, upload(client, **{"idempotency-key": key})))

        senders = [threading.Thread(target=send, args=(client, f"key-{n}")) for n in range(8) for client in clients * 2]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        listed = clients[0].get("/files").json()["data"]

    assert len(uploads) == 32
    assert len(set(uploads)) == 8
    assert len(listed) == 8 + 1


def ask(app, path, pieces, content_type):
    """The status of an answer to a body that arrives in pieces."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer sk-ok"), (b"content-type", content_type)],
    }
    sent = []

    async def receive():
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"]


HEAD = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
TAIL = b'\r\n--B\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n--B--\r\n'


def form_of(mebibytes):
    yield HEAD
    for number in range(mebibytes):
        yield bytes([number % 251]) * MIB
    yield TAIL


def test_memory_is_bounded_while_too_much_is_sent():
    app = application(Settings())
    ask(app, "/v1/files", form_of(1), b"multipart/form-data; boundary=B")

    tracemalloc.start()
    status = ask(app, "/v1/files", form_of(200), b"multipart/form-data; boundary=B")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert status == 413
    assert peak < 1.5 * LARGEST_BODY


def test_body_as_large_as_allowed_is_taken():
    exactly = LARGEST_BODY - len(HEAD) - len(TAIL)
    pieces = [HEAD, bytes(exactly), TAIL]

    assert ask(application(Settings()), "/v1/files", iter(pieces), b"multipart/form-data; boundary=B") == 200
    assert ask(application(Settings()), "/v1/files", iter([*pieces, b"x"]), b"multipart/form-data; boundary=B") == 413


def test_server_answers_after_too_much_was_sent(tmp_path):
    with serving(tmp_path / "state") as client:
        headers = {"content-type": "multipart/form-data; boundary=B"}
        response = client.post("/files", content=form_of(64), headers=headers)

        assert response.status_code == 413
        assert response.json()["error"]["code"] == "request_too_large"
        assert client.get(f"/files/{upload(client)}").status_code == 200


def test_no_temporary_file_is_made(monkeypatch):
    def forbidden(*arguments, **options):
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, forbidden)

    assert ask(application(Settings()), "/v1/files", form_of(20), b"multipart/form-data; boundary=B") == 200


@pytest.mark.parametrize("cut", [0, 1, 3])
def test_upload_that_breaks_off_is_not_kept(cut):
    app = application(Settings())
    pieces = list(form_of(3))[:cut]

    assert ask(app, "/v1/files", iter(pieces), b"multipart/form-data; boundary=B") == 400


def test_nothing_but_the_state_is_left_behind(tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with serving(tmp_path / "state") as client:
        upload(client, bytes(20 * MIB))

    assert not list(temporary.iterdir())
    assert {path.name for path in tmp_path.iterdir()} <= {"state", "state-wal", "state-shm", "temporary"}
