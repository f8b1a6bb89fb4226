"""Music over the socket: whole or as a job, and real audio behind the addresses."""

from __future__ import annotations

import copy
import io
import json
from urllib.parse import urlsplit

import av
import pytest

import gateway_contract
from gateway_contract import Contract
from reference_server import fixtures, media
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.call import Call

AUTHORIZED = {"authorization": "Bearer sk-ok"}
PATH = "/music/generations"


def opened(data):
    """Container, seconds and samples of a sound."""
    with av.open(io.BytesIO(data), "r") as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        return container.format.name, container.duration / av.time_base, samples


@pytest.mark.parametrize(
    ("fields", "container", "media_type", "seconds"),
    [
        ({}, "mp3", "audio/mpeg", 5),
        ({"duration_seconds": 2, "response_format": "wav"}, "wav", "audio/wav", 2),
        ({"duration_seconds": 1.5, "response_format": "opus"}, "mp3", "audio/mpeg", 1.5),
        ({"duration_seconds": 1000}, "mp3", "audio/mpeg", 60),
    ],
)
def test_music_plays(server, http, fields, container, media_type, seconds):
    body = http.post(server("infery") + PATH, json={"model": "melody", **fields}, headers=AUTHORIZED).json()
    (piece,) = body["data"]
    response = http.get(piece["url"])
    format_read, lasting, samples = opened(response.content)

    assert gateway_contract.load("infery").operations["createMusic"].response_problem(200, body) is None
    assert response.headers["content-type"] == piece["content_type"] == media_type
    assert format_read == container
    assert lasting == pytest.approx(seconds, abs=0.1)
    assert samples
    assert (piece["duration_seconds"], body["credits_used"]) == (seconds, seconds / 2)


def test_prompts_sound_different(server, http):
    urls = {
        http.post(server("infery") + PATH, json={"model": "melody", "prompt": prompt}, headers=AUTHORIZED).json()[
            "data"
        ][0]["url"]
        for prompt in ("a", "b", "a")
    }

    assert len(urls) == 2


def test_music_may_be_a_job():
    document = copy.deepcopy(gateway_contract.load("infery").document)
    document["x-gateway"]["async"]["music"] = "job"
    now = [1000.0]
    service = Service(Contract("altered", document), fixtures.load(), Store(clock=lambda: now[0]))

    def send(method, path, body=None):
        headers = {**AUTHORIZED, "content-type": "application/json", "host": "127.0.0.1:1"}
        return service.respond(
            Call(service.store.ids(), method, path, headers, json.dumps(body).encode(), service.contract)
        )

    job = send("POST", PATH, {"model": "melody", "prompt": "x"}).body
    now[0] += 1
    status = send("GET", f"{PATH}/{job['job_id']}").body

    assert service.contract.operations["createMusic"].response_problem(200, job) is None
    assert service.contract.operations["retrieveMusic"].response_problem(200, status) is None
    assert (job["status"], status["status"]) == ("queued", "succeeded")
    assert opened(media.reply(urlsplit(status["result"]["url"]).path).body)[0] == "mp3"


@pytest.mark.parametrize("recipe", ["", "5.0-00000000.ogg", "61.0-00000000.mp3", "0.0-00000000.mp3", "5-00000000.mp3"])
def test_other_recipes_are_not_found(server, http, recipe):
    root = server("infery").removesuffix("/v1")

    assert http.get(f"{root}/media/music/{recipe}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"prompt": "x"}, 400),
        ({"model": "none"}, 404),
        ({"model": "film"}, 400),
        ({"model": "melody", "lyrics": 7}, 400),
    ],
)
def test_wrong_requests_are_refused(server, http, body, status):
    response = http.post(server("infery") + PATH, json=body, headers=AUTHORIZED)

    assert response.status_code == status
    assert response.json()["error"]["message"]
