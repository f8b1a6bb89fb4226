"""The official client uploads, lists, reads and deletes files of the reference server."""

from __future__ import annotations

import io

import openai
import pytest

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(params=[None, "infery"])
def client(server, request):
    key = f"sk-ok@{request.node.nodeid.rpartition('::')[2]}"
    with openai.OpenAI(api_key=key, base_url=server(request.param), max_retries=0) as client:
        yield client


def text(name="note.txt", content=b"The codeword is otter."):
    return (name, content, "text/plain")


def test_upload_and_retrieve(client):
    uploaded = client.files.create(file=text(), purpose="user_data")

    assert (uploaded.bytes, uploaded.filename, uploaded.purpose) == (22, "note.txt", "user_data")
    assert client.files.retrieve(uploaded.id) == uploaded


@pytest.mark.parametrize("name", ["Überblick 概要.txt", 'say "hi".txt', "a b.txt"])
def test_names_come_back(client, name):
    assert client.files.create(file=text(name), purpose="user_data").filename == name


def test_upload_of_open_files_and_paths(client, tmp_path):
    path = tmp_path / "square.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        uploads = [client.files.create(file=one, purpose="vision") for one in (path, file)]
    uploads.append(client.files.create(file=("square.png", io.BytesIO(PNG)), purpose="vision"))

    assert [(one.filename, one.bytes) for one in uploads] == [("square.png", len(PNG))] * 3


def test_pages_turn_by_themselves(client):
    uploaded = [client.files.create(file=text(), purpose="user_data").id for _ in range(4)]

    assert [file.id for file in client.files.list(limit=1)] == [*uploaded[::-1], "file-reference"]
    assert [file.id for file in client.files.list(limit=3)] == [*uploaded[::-1], "file-reference"]


def test_files_can_be_deleted_while_pages_turn(client):
    uploaded = [client.files.create(file=text(), purpose="batch").id for _ in range(4)]
    deleted = [client.files.delete(file.id).id for file in client.files.list(limit=1, purpose="batch")]

    assert deleted == uploaded[::-1]
    assert list(client.files.list(purpose="batch")) == []


def test_list_by_purpose(client):
    client.files.create(file=text(), purpose="user_data")
    image = client.files.create(file=("square.png", PNG, "image/png"), purpose="vision")

    assert [file.id for file in client.files.list(purpose="vision")] == [image.id]


def test_content(client, tmp_path):
    name = client.files.create(file=("square.png", PNG, "image/png"), purpose="vision").id
    content = client.files.content(name)
    content.write_to_file(tmp_path / "whole.png")
    with client.files.with_streaming_response.content(name) as streamed:
        streamed.stream_to_file(tmp_path / "streamed.png")

    assert content.read() == PNG
    assert content.response.headers["content-type"] == "image/png"
    assert (tmp_path / "whole.png").read_bytes() == (tmp_path / "streamed.png").read_bytes() == PNG


def test_deletion(client):
    name = client.files.create(file=text(), purpose="user_data").id
    deleted = client.files.delete(name)

    assert (deleted.id, deleted.object, deleted.deleted) == (name, "file", True)
    for operation in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError) as raised:
            operation(name)
        assert raised.value.code == "not_found"
        assert raised.value.request_id


def test_uploaded_file_in_chat(client):
    name = client.files.create(file=text(), purpose="user_data").id
    content = [{"type": "text", "text": "What is the codeword?"}, {"type": "file", "file": {"file_id": name}}]
    completion = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])

    assert completion.choices[0].message.content == "The codeword is otter."


def test_wrong_purpose(client):
    with pytest.raises(openai.BadRequestError) as raised:
        client.files.create(file=text(), purpose="fun")

    assert raised.value.param == "purpose"


def test_processing_is_waited_for(client):
    name = client.files.create(file=text(), purpose="user_data").id

    assert client.files.wait_for_processing(name, poll_interval=0.01).status == "processed"


def test_order(server):
    with openai.OpenAI(api_key="sk-ok@order", base_url=server(), max_retries=0) as client:
        uploaded = [client.files.create(file=text(), purpose="user_data").id for _ in range(3)]

        assert [file.id for file in client.files.list(order="asc", limit=1)] == ["file-reference", *uploaded]


def test_expiry(server):
    with openai.OpenAI(api_key="sk-ok@expiry", base_url=server(), max_retries=0) as client:
        expires = {"anchor": "created_at", "seconds": 3600}
        file = client.files.create(file=text(), purpose="batch", expires_after=expires)

        assert file.expires_at == file.created_at + 3600
        with pytest.raises(openai.BadRequestError):
            client.files.create(file=text(), purpose="batch", expires_after={"anchor": "created_at", "seconds": 60})


def test_idempotency_and_storage(server):
    with openai.OpenAI(api_key="sk-ok@twice", base_url=server("infery"), max_retries=0) as client:
        keyed = {"Idempotency-Key": "my-upload-1"}
        answers = [
            client.files.with_raw_response.create(file=text(), purpose="user_data", extra_headers=keyed)
            for _ in range(2)
        ]

        assert answers[0].parse().id == answers[1].parse().id
        assert [answer.headers["X-Storage-Used-Bytes"] for answer in answers] == ["22", "22"]


@pytest.mark.anyio
async def test_pages_turn_asynchronously(server):
    async with openai.AsyncOpenAI(api_key="sk-ok@async", base_url=server(), max_retries=0) as client:
        uploaded = [(await client.files.create(file=text(), purpose="user_data")).id for _ in range(2)]

        assert [file.id async for file in client.files.list(limit=1)] == [*uploaded[::-1], "file-reference"]


@pytest.fixture
def anyio_backend():
    return "asyncio"
