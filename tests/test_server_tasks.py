"""Tasks over the socket: images, videos and audio at one path."""

from __future__ import annotations

import io
import time

import av
import pytest
from PIL import Image

import gateway_contract

AUTHORIZED = {"authorization": "Bearer sk-ok"}


@pytest.fixture
def completed(server, http):
    """`completed(path, **fields)`: the submission of a task, and its status when it is completed."""

    def complete(path, **fields):
        base = server("foxapi")
        task = http.post(base + path, json=fields, headers=AUTHORIZED).json()
        for _ in range(100):
            body = http.get(f"{base}/tasks/{task['id']}", headers=AUTHORIZED).json()
            if body["status"] not in ("pending", "processing"):
                return task, body
            time.sleep(0.02)
        raise AssertionError("the task does not end")

    return complete


@pytest.mark.parametrize(
    ("path", "operation", "fields", "kind"),
    [
        ("/images/generations", "createImageTask", {"model": "image", "prompt": "x"}, "image"),
        ("/videos/generations", "createVideo", {"model": "film", "prompt": "x", "duration": 1}, "video"),
        ("/audios/generations", "createAudioTask", {"model": "melody", "prompt": "x"}, "audio"),
        ("/audios/generations", "createAudioTask", {"model": "scribe-v2", "audio_url": "https://a.example/x"}, "audio"),
    ],
)
def test_every_kind_is_a_task(completed, path, operation, fields, kind):
    task, status = completed(path, **fields)

    operations = gateway_contract.load("foxapi").operations
    assert operations[operation].response_problem(200, task) is None
    assert operations["retrieveTask"].response_problem(200, status) is None
    assert (task["object"], task["type"], task["status"]) == (f"{kind}.generation.task", kind, "pending")
    assert {name: status[name] for name in ("id", "object", "type", "model", "created")}.items() <= task.items()
    assert (status["status"], status["progress"]) == ("completed", 100)


@pytest.mark.parametrize(
    ("fields", "sides"),
    [
        ({}, [1024]),
        ({"resolution": "2K", "num_outputs": 2}, [2048] * 2),
        ({"num_outputs": 9}, [1024] * 4),
        ({"num_outputs": 2.0}, [1024] * 2),
    ],
)
def test_images_are_as_many_and_as_large_as_asked(completed, http, fields, sides):
    _, status = completed("/images/generations", model="image", prompt="x", **fields)

    pictures = [Image.open(io.BytesIO(http.get(result["url"]).content)) for result in status["results"]]
    assert [picture.size for picture in pictures] == [(side, side) for side in sides]
    assert len({picture.tobytes() for picture in pictures}) == len(sides)


def test_sound_plays(completed, http):
    _, status = completed("/audios/generations", model="melody", prompt="x")

    with av.open(io.BytesIO(http.get(status["results"][0]["url"]).content), "r") as container:
        assert next(iter(container.decode(audio=0))).samples


@pytest.mark.parametrize(("query", "expected"), [("?sync_upstream=true", 200), ("?sync_upstream=maybe", 422)])
def test_latest_status_may_be_asked_for(server, http, completed, query, expected):
    task, _ = completed("/images/generations", model="image", prompt="x")

    assert http.get(f"{server('foxapi')}/tasks/{task['id']}{query}", headers=AUTHORIZED).status_code == expected


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/images/generations", {"model": "image"}, 422),
        ("/images/generations", {"prompt": "x"}, 422),
        ("/images/generations", {"model": "image", "prompt": "x", "num_outputs": 0}, 422),
        ("/images/generations", {"model": "film", "prompt": "x"}, 422),
        ("/audios/generations", {"prompt": "x"}, 422),
        ("/audios/generations", {"model": "none"}, 422),
    ],
)
def test_wrong_requests_are_refused(server, http, path, body, status):
    response = http.post(server("foxapi") + path, json=body, headers=AUTHORIZED)

    assert response.status_code == status
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_unknown_task_has_the_documented_type(server, http):
    response = http.get(f"{server('foxapi')}/tasks/nothing", headers=AUTHORIZED)

    assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found")


@pytest.mark.parametrize("recipe", ["", "64x64.png", "64x64-00.png", f"64x64-{'0' * 32}.gif"])
def test_other_recipes_are_not_found(server, http, recipe):
    root = server("foxapi").removesuffix("/v1")

    assert http.get(f"{root}/media/images/{recipe}").status_code == 404


def test_duration_under_a_name_that_is_not_documented_means_nothing(server, http):
    body = {"model": "film", "prompt": "x", "duration_seconds": "long", "n": "many"}

    response = http.post(f"{server('foxapi')}/videos/generations", json=body, headers=AUTHORIZED)

    assert response.status_code < 300
