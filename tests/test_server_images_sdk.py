"""The official client makes and edits images with the reference server."""

from __future__ import annotations

import base64
import io

import httpx
import openai
import pytest
from PIL import Image


def picture(colour):
    written = io.BytesIO()
    Image.new("RGBA", (64, 64), colour).save(written, "PNG")
    return ("image.png", written.getvalue(), "image/png")


def size_of(image):
    with Image.open(io.BytesIO(base64.b64decode(image.b64_json, validate=True))) as opened:
        opened.load()
        return opened.size


@pytest.fixture(params=[None, "ofox"])
def client(server, request):
    with openai.OpenAI(api_key="sk-ok", base_url=server(request.param), max_retries=0) as client:
        yield client


def test_generate(client):
    response = client.images.generate(model="gpt-image-1", prompt="A red apple", n=2, size="1536x1024", quality="low")

    assert [size_of(image) for image in response.data] == [(1536, 1024)] * 2
    assert response.created
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_generate_under_a_url(client):
    response = client.images.generate(
        model="dall-e-3", prompt="A red apple", response_format="url", output_format="jpeg"
    )

    with Image.open(io.BytesIO(httpx.get(response.data[0].url).content)) as image:
        assert (image.format, image.size) == ("JPEG", (1024, 1024))


def test_edit_one(client):
    response = client.images.edit(model="gpt-image-2", image=picture("red"), prompt="Make it blue", size="256x256")

    assert size_of(response.data[0]) == (256, 256)
    assert response.usage.input_tokens_details.image_tokens == 85


@pytest.mark.parametrize("number", [1, 2, 16])
def test_edit_list(client, number):
    response = client.images.edit(model="gpt-image-1", image=[picture("red")] * number, prompt="Put them together")

    assert response.usage.input_tokens_details.image_tokens == 85 * number


def test_edit_with_mask(client):
    response = client.images.edit(
        model="gpt-image-1", image=picture("red"), mask=picture((0, 0, 0, 0)), prompt="Make it blue", n=2
    )

    assert [size_of(image) for image in response.data] == [(1024, 1024)] * 2


def test_refusals_have_their_class(client):
    with pytest.raises(openai.BadRequestError) as raised:
        client.images.edit(model="gpt-image-1", image=("note.txt", b"Hello.", "text/plain"), prompt="Make it blue")
    with pytest.raises(openai.NotFoundError):
        client.images.generate(model="no-such-model", prompt="A red apple")

    assert raised.value.param == "image"
    assert raised.value.code
