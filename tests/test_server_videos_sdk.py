"""The official client submits and follows jobs through its generic calls; it has none of its own for them."""

from __future__ import annotations

import time

import openai
import pytest


@pytest.fixture
def client(server):
    """`client(gateway)`: the official client for a gateway."""
    clients = []

    def make(gateway):
        clients.append(openai.OpenAI(api_key="sk-ok", base_url=server(gateway), max_retries=0))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


def followed(client, path):
    for _ in range(100):
        body = client.get(path, cast_to=object)
        if body["status"] not in ("queued", "pending", "processing"):
            return body
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def test_film(client):
    infery = client("infery")
    job = infery.post("/videos/generations", body={"model": "veo-3-1-fast", "prompt": "A cat"}, cast_to=object)

    status = followed(infery, f"/videos/generations/{job['job_id']}")

    assert status["status"] == "succeeded"
    assert status["result"]["url"].endswith(".mp4")


def test_failed_film(client):
    infery = client("infery")
    job = infery.post("/videos/generations", body={"model": "failing-video", "prompt": "A cat"}, cast_to=object)

    assert followed(infery, f"/videos/generations/{job['job_id']}")["error"]


def test_music(client):
    body = {"model": "lyria-3-clip-preview", "prompt": "A waltz"}

    assert client("infery").post("/music/generations", body=body, cast_to=object)["data"][0]["url"].endswith(".mp3")


@pytest.mark.parametrize(
    ("path", "model"),
    [("/images/generations", "gpt-image-1"), ("/videos/generations", "film"), ("/audios/generations", "melody")],
)
def test_task(client, path, model):
    foxapi = client("foxapi")
    task = foxapi.post(path, body={"model": model, "prompt": "A cat"}, cast_to=object)

    assert followed(foxapi, f"/tasks/{task['id']}")["results"]


@pytest.mark.parametrize(("gateway", "path"), [("infery", "/videos/generations/none"), ("foxapi", "/tasks/none")])
def test_unknown_job_has_its_class(client, gateway, path):
    with pytest.raises(openai.NotFoundError):
        client(gateway).get(path, cast_to=object)


@pytest.mark.parametrize(
    ("gateway", "error"), [("infery", openai.BadRequestError), ("foxapi", openai.UnprocessableEntityError)]
)
def test_missing_prompt_has_its_class(client, gateway, error):
    with pytest.raises(error):
        client(gateway).post("/videos/generations", body={"model": "film"}, cast_to=object)
