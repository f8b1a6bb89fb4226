"""The official client gets embeddings from the reference server."""

from __future__ import annotations

import math

import openai
import pytest

TEXTS = ["The cat sat on the mat.", "Interest rates rose by half a point."]


@pytest.fixture(params=[None, "ofox", "foxapi", "infery"])
def client(server, request):
    with openai.OpenAI(api_key="sk-ok", base_url=server(request.param), max_retries=0) as client:
        yield client


def test_default_format_is_base64_on_the_wire(client):
    whole = client.embeddings.with_raw_response.create(model="text-embedding-3-small", input=TEXTS)
    parsed = whole.parse()

    assert b"base64" in whole.http_request.content
    assert [entry.index for entry in parsed.data] == [0, 1]
    assert all(len(entry.embedding) == 1536 for entry in parsed.data)
    assert math.hypot(*parsed.data[0].embedding) == pytest.approx(1, abs=1e-6)
    assert parsed.usage.total_tokens == parsed.usage.prompt_tokens > 0


def test_both_formats_are_the_same(client):
    coded = client.embeddings.create(model="text-embedding-3-small", input=TEXTS)
    floats = client.embeddings.create(model="text-embedding-3-small", input=TEXTS, encoding_format="float")

    for one, other in zip(coded.data, floats.data, strict=True):
        assert list(one.embedding) == pytest.approx(other.embedding, abs=1e-6)


def test_dimensions(client):
    short = client.embeddings.create(model="text-embedding-3-small", input=TEXTS[0], dimensions=32)

    assert len(short.data[0].embedding) == 32


def test_tokens(client):
    answer = client.embeddings.create(model="text-embedding-3-small", input=[[464, 3797], [1, 2, 3]])

    assert len(answer.data) == 2


def test_errors_have_their_class(client):
    with pytest.raises((openai.BadRequestError, openai.UnprocessableEntityError)):
        client.embeddings.create(model="text-embedding-3-small", input="")
    with pytest.raises((openai.NotFoundError, openai.UnprocessableEntityError)):
        client.embeddings.create(model="none", input=TEXTS)
