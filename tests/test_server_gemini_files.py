"""The files of the Gemini protocol on the reference server."""

from __future__ import annotations

import io

import pytest

from conformance.words.samples.media import png

KEY = {"x-goog-api-key": "sk-ok"}
START = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
LAST = {"x-goog-upload-command": "upload, finalize"}


@pytest.fixture
def root(server):
    return server().removesuffix("/v1") + "/gemini"


@pytest.fixture
def start(root, http):
    """Starts an upload: the address for its bytes."""

    def ask(key=KEY, **file):
        answer = http.post(f"{root}/upload/v1beta/files", headers={**key, **START}, json={"file": file})
        assert answer.headers["x-goog-upload-status"] == "active"
        return answer.headers["x-goog-upload-url"]

    return ask


def test_bytes_come_in_steps(http, start):
    url = start(displayName="note.txt", mimeType="text/plain")

    first = http.post(url, headers={"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"}, content=b"Heron")
    again = http.post(url, headers={**LAST, "x-goog-upload-offset": "0"}, content=b"Heron")
    last = http.post(url, headers={**LAST, "x-goog-upload-offset": "5"}, content=b"s wait.")

    assert first.headers["x-goog-upload-status"] == "active"
    assert again.status_code == 400
    assert last.headers["x-goog-upload-status"] == "final"
    file = last.json()["file"]
    assert (file["displayName"], file["mimeType"], file["sizeBytes"]) == ("note.txt", "text/plain", "12")
    assert http.post(url, headers=LAST, content=b"").status_code == 404


def test_file_is_listed_retrieved_and_deleted(root, http, start):
    file = http.post(start(mimeType="text/plain"), headers=LAST, content=b"Hello").json()["file"]
    address = f"{root}/v1beta/{file['name']}"

    assert http.get(f"{root}/v1beta/files?pageSize=1", headers=KEY).json()["files"] == [file]
    assert http.get(address, headers=KEY).json() == file
    assert http.get(address, headers={"x-goog-api-key": "sk-ok-other"}).status_code == 404
    assert http.delete(address, headers=KEY).json() == {}
    assert http.get(address, headers=KEY).status_code == 404


def test_pages_hold_every_file_once(root, http, start):
    key = {"x-goog-api-key": "sk-ok@pages"}
    for number in range(3):
        http.post(start(key, displayName=f"{number}.txt"), headers=LAST, content=b"x")
    names, token = [], ""
    while token is not None:
        page = http.get(f"{root}/v1beta/files?pageSize=2&pageToken={token}", headers=key).json()
        names += [file["displayName"] for file in page["files"]]
        token = page.get("nextPageToken")

    assert names == ["2.txt", "1.txt", "0.txt", "reference.txt"]


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        (START, b"{}", 401),
        ({**KEY, "x-goog-upload-protocol": "multipart"}, b"{}", 400),
        (KEY, b"{}", 400),
        ({**KEY, **START}, b"{", 400),
        ({**KEY, **START}, b'{"file": [1]}', 400),
        ({**KEY, **START}, b'{"file": {"mimeType": 1}}', 400),
    ],
)
def test_what_is_refused(root, http, headers, content, status):
    refused = http.post(f"{root}/upload/v1beta/files", headers=headers, content=content)

    assert refused.status_code == status
    assert refused.json()["error"]["message"]


def test_uploads_that_never_end_are_few(http, start):
    first = start()
    for _ in range(100):
        start()

    assert http.post(first, headers=LAST, content=b"late").status_code == 404


def test_official_client(root):
    genai = pytest.importorskip("google.genai")
    client = genai.Client(api_key="sk-ok", http_options={"base_url": root})
    note = client.files.upload(
        file=io.BytesIO(b"The codeword is heron."), config={"mime_type": "text/plain", "display_name": "note.txt"}
    )
    square = client.files.upload(file=io.BytesIO(png()), config={"mime_type": "image/png"})
    model = "gemini-2.5-flash"

    assert client.files.get(name=note.name).display_name == "note.txt"
    assert {note.name, square.name} <= {file.name for file in client.files.list()}
    assert "heron" in client.models.generate_content(model=model, contents=[note, "What is the codeword?"]).text
    assert "red" in client.models.generate_content(model=model, contents=[square, "What colour is this?"]).text.lower()
    client.files.delete(name=note.name)
    with pytest.raises(genai.errors.ClientError):
        client.files.get(name=note.name)
