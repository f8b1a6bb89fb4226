"""Forms: every part is read in memory, and a broken form is refused."""

from __future__ import annotations

import tempfile

import pytest

from reference_server.errors import Refusal
from reference_server.wire import form
from reference_server.wire.form import BINARY, Upload

TYPE = "multipart/form-data; boundary=B"
FILE = {"type": "string", "contentMediaType": BINARY}
TEXT = {"type": "string"}


def part(disposition, data=b"x", *headers):
    lines = [f"Content-Disposition: form-data; {disposition}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def body(*parts):
    return b"".join(b"--B\r\n" + one + b"\r\n" for one in parts) + b"--B--\r\n"


def read(*parts):
    return form.read(body(*parts), TYPE)


def test_texts_and_files_are_read_apart():
    texts, uploads = read(
        part('name="purpose"', b"vision"), part('name="file"; filename="a.png"', b"\x89PNG", "Content-Type: image/png")
    )

    assert texts == {"purpose": ["vision"]}
    assert uploads == {"file": [Upload("a.png", "image/png", b"\x89PNG")]}


def test_bytes_stay_what_they_are():
    data = bytes(range(256)) + b"\r\n--A\r\n-B--\r\n\r\n"

    assert read(part('name="file"; filename="a"', data))[1]["file"][0].data == data


def test_form_without_parts_is_empty():
    assert form.read(b"--B--\r\n", TYPE) == ({}, {})


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("", BINARY),
        ("Content-Type: ", BINARY),
        ("Content-Type: Text/Plain; charset=utf-8", "text/plain"),
    ],
)
def test_media_type_of_a_file(sent, known):
    headers = [sent] if sent else []

    assert read(part('name="file"; filename="a"', b"x", *headers))[1]["file"][0].media_type == known


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="a b.txt"', "a b.txt"),
        ("filename=a.txt", "a.txt"),
        ('filename="Überblick 概要.txt"', "Überblick 概要.txt"),
        ("filename*=UTF-8''%C3%9Cberblick%20%E6%A6%82%E8%A6%81.txt", "Überblick 概要.txt"),
        ("filename*=utf-8'en'%E6%A6%82.txt", "概.txt"),
        ("filename*=ISO-8859-1''%DCber.txt", "Über.txt"),
        ("filename=\"plain.txt\"; filename*=UTF-8''%E6%A6%82.txt", "概.txt"),
        ('filename="say %22hi%22.txt"', 'say "hi".txt'),
        ('filename=""', ""),
    ],
)
def test_file_names(disposition, name):
    assert read(part(f'name="file"; {disposition}'))[1]["file"][0].name == name


def test_brackets_at_the_end_of_a_name_do_not_count():
    texts, uploads = read(part('name="include[]"'), part('name="image[]"; filename="a"'))

    assert (list(texts), list(uploads)) == (["include"], ["image"])


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", 'multipart/form-data; boundary=""', "multipart/form-data; charset=utf-8"]
)
def test_missing_boundary_is_refused(content_type):
    with pytest.raises(Refusal, match="boundary") as raised:
        form.read(body(part('name="a"')), content_type)

    assert raised.value.cause == "malformed_body"


WHOLE = body(part('name="file"; filename="a"', b"y" * 100))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"hello",
        b'{"file": "a"}',
        WHOLE.replace(b"--B", b"--C"),
        WHOLE[: len(WHOLE) // 2],
        WHOLE[:-6],
        WHOLE[: WHOLE.index(b"\r\n\r\n")],
        body(b"no header"),
        body(b"Content-Type: text/plain\r\n\r\nx"),
        body(b"Content-Disposition: form-data\r\n\r\nx"),
        body(b'Content-Disposition: form-data; filename="a"\r\n\r\nx'),
        body(part('name="a"', b"x", "Content-Type: text/plain; charset=klingon")),
        body(part('name="a"', b"\xff\xfe")),
        body(part("name=\"a\"; filename*=klingon''%41")),
        body(part("name=\"a\"; filename*=UTF-8''%FF")),
        body(part('name="a"', b"x", f"X-Long: {'y' * 100_000}")),
        body(part('name="a"', b"x", *(f"X-{number}: y" for number in range(1000)))),
        body(*(part(f'name="a{number}"') for number in range(5000))),
    ],
)
def test_broken_form_is_refused(raw):
    with pytest.raises(Refusal) as raised:
        form.read(raw, TYPE)

    assert raised.value.cause == "malformed_body"


@pytest.mark.parametrize("cut", range(0, len(WHOLE) - 6, 7))
def test_form_cut_anywhere_is_refused(cut):
    with pytest.raises(Refusal):
        form.read(WHOLE[:cut], TYPE)


def test_no_temporary_file_is_made(monkeypatch):
    def forbidden(*arguments, **options):
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, forbidden)
    large = b"z" * (9 * 1024 * 1024)

    assert read(part('name="file"; filename="a"', large))[1]["file"][0].data == large


def test_text_becomes_what_its_schema_asks_for():
    schemas = {
        "n": {"type": "integer"},
        "temperature": {"type": "number"},
        "stream": {"type": ["boolean", "null"]},
        "tags": {"type": "array", "items": {"type": "integer"}},
        "extra": {"type": "object"},
        "name": {"type": "string"},
    }
    sent = {
        "n": ["2"],
        "temperature": ["0.5"],
        "stream": ["true"],
        "tags": ["1", "2"],
        "extra": ['{"a": 1}'],
        "name": ["7"],
        "unknown": ["7"],
    }

    assert form.values(sent, {}, schemas) == {
        "n": 2,
        "temperature": 0.5,
        "stream": True,
        "tags": [1, 2],
        "extra": {"a": 1},
        "name": "7",
        "unknown": "7",
    }


def test_members_of_an_object_have_names_in_brackets():
    schemas = {"expires_after": {"type": "object", "properties": {"seconds": {"type": "integer"}}}}
    sent = {"expires_after[seconds]": ["3600"], "expires_after[anchor]": ["created_at"], "other[a]": ["1"]}

    assert form.values(sent, {}, schemas) == {
        "expires_after": {"seconds": 3600, "anchor": "created_at"},
        "other[a]": "1",
    }


def test_member_beside_the_whole_object_is_refused():
    schemas = {"extra": {"type": "object"}}

    with pytest.raises(Refusal):
        form.values({"extra": ["{}"], "extra[a]": ["1"]}, {}, schemas)


def test_file_stands_as_its_name():
    uploads = {"file": [Upload("a.txt", BINARY, b"x")], "image": [Upload("b", BINARY, b"x"), Upload("c", BINARY, b"x")]}

    assert form.values({}, uploads, {"file": FILE, "image": {"type": "array", "items": FILE}}) == {
        "file": "a.txt",
        "image": ["b", "c"],
    }


@pytest.mark.parametrize(
    ("texts", "files", "param"),
    [
        ({"purpose": ["a", "b"]}, {}, "purpose"),
        ({}, {"file": 2}, "file"),
        ({"file": ["the text of a file"]}, {}, "file"),
        ({}, {"purpose": 1}, "purpose"),
    ],
    ids=["field-twice", "file-twice", "file-as-text", "text-as-file"],
)
def test_wrong_kind_or_number_is_refused(texts, files, param):
    uploads = {name: [Upload("a", BINARY, b"x")] * count for name, count in files.items()}

    with pytest.raises(Refusal) as raised:
        form.values(texts, uploads, {"file": FILE, "purpose": TEXT})

    assert (raised.value.cause, raised.value.param) == ("invalid_value", param)


def test_empty_file_is_a_file():
    assert read(part('name="file"; filename="a"', b""))[1]["file"] == [Upload("a", BINARY, b"")]
