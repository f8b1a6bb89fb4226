"""Videos over the socket: real files behind the addresses, and wrong requests refused as documented."""

from __future__ import annotations

import io
import time

import av
import pytest

import gateway_contract
from reference_server.media import videos

AUTHORIZED = {"authorization": "Bearer sk-ok"}
PATH = "/videos/generations"
BODY = {"model": "film", "prompt": "A cat on a banana"}


@pytest.fixture
def finished(server, http):
    """`finished(gateway, path, status_path, **fields)`: the last status of a job."""

    def finish(gateway, path, status_path, **fields):
        base = server(gateway)
        job = http.post(base + path, json=fields, headers=AUTHORIZED).json()
        for _ in range(100):
            body = http.get(f"{base}{status_path}/{job['id']}", headers=AUTHORIZED).json()
            if body["status"] not in ("queued", "processing", "pending"):
                return body
            time.sleep(0.02)
        raise AssertionError("the job does not end")

    return finish


def opened(data):
    """Codec, width, height, seconds and number of frames of a video."""
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        return stream.codec_context.name, stream.width, stream.height, container.duration / av.time_base, frames


@pytest.mark.parametrize(
    ("fields", "size", "seconds"),
    [
        ({}, (1280, 720), 4),
        ({"duration_seconds": 2, "resolution": "480p", "aspect_ratio": "1:1"}, (480, 480), 2),
        ({"duration": 1, "resolution": "480p", "aspect_ratio": "9:16"}, (480, 852), 1),
        ({"duration_seconds": 1.5, "resolution": "4k", "aspect_ratio": "wide"}, (1280, 720), 1.5),
        ({"duration_seconds": 3600, "resolution": "480p", "aspect_ratio": "4:3"}, (640, 480), 20),
        ({"duration_seconds": 1e300, "resolution": "", "aspect_ratio": "", "n": 1.0}, (1280, 720), 20),
    ],
)
def test_film_is_as_long_and_as_large_as_told(finished, http, fields, size, seconds):
    result = finished("infery", PATH, PATH, **BODY, **fields)["result"]
    response = http.get(result["url"])
    codec, width, height, lasting, frames = opened(response.content)

    assert response.headers["content-type"] == "video/mp4"
    assert (codec, frames) == ("h264", round(seconds * videos.RATE))
    assert (width, height) == size
    assert lasting == pytest.approx(seconds, abs=0.3)
    assert result["resolution"] == f"{width}x{height}"
    assert result["duration_seconds"] == seconds


def test_task_lists_every_film(finished, http):
    body = finished("foxapi", PATH, "/tasks", **BODY, duration=1, resolution="480p")

    assert [opened(http.get(result["url"]).content)[0] for result in body["results"]] == ["h264"]
    assert body["error"] is None


def test_same_prompt_gives_the_same_film():
    name = videos.recipe(320, 180, 1.0, "0a0b0c0d")
    videos._video.cache_clear()
    first = videos.fetch(name)
    videos._video.cache_clear()

    assert first == videos.fetch(name)
    assert first != videos.fetch(videos.recipe(320, 180, 1.0, "ffffffff"))


@pytest.mark.parametrize(
    "recipe",
    ["", "film.mp4", "9999x9999-4.0-00000000.mp4", "10x10-4.0-00000000.mp4", "640x360-99.0-00000000.mp4",
     "640x360-0.0-00000000.mp4", "640x360-4.0-0000.mp4", "../640x360-4.0-00000000.mp4"],
)  # fmt: skip
def test_other_recipes_are_not_found(server, http, recipe):
    root = server("infery").removesuffix("/v1")

    assert http.get(f"{root}/media/videos/{recipe}").status_code == 404


@pytest.mark.parametrize("gateway", ["infery", "foxapi"])
@pytest.mark.parametrize(
    ("fields", "cause", "at"),
    [
        ({"model": None}, "missing_field", "model"),
        ({"prompt": None}, "missing_field", "prompt"),
        ({"model": 7}, "invalid_value", "model"),
        ({"prompt": ["a"]}, "invalid_value", "prompt"),
        ({"prompt": ""}, "invalid_value", "prompt"),
        ({"duration": "long"}, "invalid_value", "duration"),
        ({"model": "no-such-model"}, "unknown_model", "model"),
        ({"model": "echo"}, "invalid_value", "model"),
    ],
)
def test_wrong_requests_are_refused(server, http, gateway, fields, cause, at):
    body = {name: value for name, value in {**BODY, **fields}.items() if value is not None}
    response = http.post(server(gateway) + PATH, json=body, headers=AUTHORIZED)

    contract = gateway_contract.load(gateway)
    assert response.status_code == contract.gateway["errors"]["status"][cause][0]
    assert contract.operations["createVideo"].response_problem(response.status_code, response.json()) is None
    assert response.json()["error"]["param"] == at


@pytest.mark.parametrize(
    ("content", "media_type", "statuses"),
    [
        (b'{"model"', "application/json", {400}),
        (b"[]", "application/json", {400}),
        (b"", "application/json", {400}),
        (b"model=film", "application/x-www-form-urlencoded", {415}),
        (b"--b--", "multipart/form-data; boundary=b", {415}),
        (b" " * (33 * 1024 * 1024), "application/json", {413}),
    ],
)
def test_unreadable_requests_are_refused(server, http, content, media_type, statuses):
    headers = {**AUTHORIZED, "content-type": media_type}

    response = http.post(server("infery") + PATH, content=content, headers=headers)

    assert response.status_code in statuses
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_other_methods_are_refused(server, http, method):
    response = http.request(method, server("infery") + PATH, headers=AUTHORIZED)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


def test_cost_is_told_in_header_and_status(server, http, finished):
    response = http.post(server("infery") + PATH, json={**BODY, "duration_seconds": 2}, headers=AUTHORIZED)

    assert float(response.headers["x-credits-used"]) == 10
    assert finished("infery", PATH, PATH, **BODY, duration_seconds=2)["credits_used"] == 10


@pytest.mark.parametrize(("path", "model"), [(PATH, "film"), ("/music/generations", "melody")])
def test_spent_account_makes_nothing(server, http, path, model):
    headers = {"authorization": "Bearer sk-spend-limited"}

    assert http.post(server("infery") + path, json={"model": model, "prompt": "x"}, headers=headers).status_code == 402
