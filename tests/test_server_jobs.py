"""Jobs: states that follow from the clock, visibility, and shared state."""

from __future__ import annotations

import itertools
import json

import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.service import Service
from reference_server.state import jobs
from reference_server.state.jobs import Job
from reference_server.state.store import Store
from reference_server.wire.call import Call


class Clock:
    """A clock that stands still until it is moved, or goes on by `step` at each look."""

    now = 1000.0
    step = 0.0

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def playing(clock):
    """`playing(gateway, state=None)`: a service that plays a gateway by that clock."""

    def play(gateway, state=None):
        ids = (f"{number:032x}" for number in itertools.count(1))
        store = Store(clock=clock, ids=lambda: next(ids), state=state)
        return Service(gateway_contract.load(gateway), fixtures.load(), store)

    return play


def send(service, method, path, body=None, key="sk-ok"):
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "host": "127.0.0.1:1"}
    raw = b"" if body is None else json.dumps(body).encode()
    return service.respond(Call(service.store.ids(), method, path, headers, raw, service.contract))


def submitted(service, path="/videos/generations", **fields):
    return send(service, "POST", path, {"model": "film", "prompt": "A cat", **fields}).body


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0.0, ("waiting", 0)),
        (0.09, ("waiting", 0)),
        (0.1, ("running", 1)),
        (0.15, ("running", 25)),
        (0.2, ("running", 50)),
        (0.31, ("success", 100)),
        (1e6, ("success", 100)),
    ],
)
def test_state_follows_from_the_clock(age, expected):
    job = Job("a", "video", "film", 0.0, [], 0.0, False)

    assert jobs.state(job, age) == expected


def test_progress_never_shrinks():
    progress = [jobs.state(Job("a", "video", "film", 0.0, [], 0.0, True), age / 1000)[1] for age in range(400)]

    assert progress == sorted(progress)
    assert progress[-1] < 100


@pytest.mark.parametrize("gateway", ["infery", "foxapi"])
def test_status_is_of_one_moment(playing, clock, gateway):
    service = playing(gateway)
    words = service.contract.gateway["async"]
    job = submitted(service)
    path = words["status_paths"]["videos"].replace("{id}", job["id"])
    end, clock.step = clock.now + jobs.QUEUED + jobs.RUNNING, 0.001

    for looks in range(10):
        clock.now = end - looks * clock.step
        body = send(service, "GET", path).body
        assert (body["status"] in words["success"]) == bool(body.get(words["results"]))


def test_job_outlives_its_process(playing, clock, tmp_path):
    first = playing("infery", tmp_path / "state")
    job = submitted(first)
    first.store.close()
    clock.now += 1
    second = playing("infery", tmp_path / "state")

    status = send(second, "GET", f"/videos/generations/{job['job_id']}").body

    assert status["status"] == "succeeded"
    assert status["result"]["url"].startswith("http://127.0.0.1:1/media/videos/")


def test_processes_tell_the_same(playing, clock, tmp_path):
    one, other = playing("foxapi", tmp_path / "state"), playing("foxapi", tmp_path / "state")
    task = submitted(one)
    clock.now += 0.2

    assert send(one, "GET", f"/tasks/{task['id']}").body == send(other, "GET", f"/tasks/{task['id']}").body


@pytest.mark.parametrize(
    ("gateway", "path"), [("infery", "/videos/generations/"), ("infery", "/music/generations/"), ("foxapi", "/tasks/")]
)
def test_unknown_job_is_not_found(playing, gateway, path):
    reply = send(playing(gateway), "GET", path + "nothing")

    assert (reply.status, reply.cause) == (404, "unknown_object")


def test_job_belongs_to_its_account(playing):
    service = playing("infery")
    path = f"/videos/generations/{submitted(service)['id']}"

    assert send(service, "GET", path, key="sk-ok-2").status == 200
    assert send(service, "GET", path, key="sk-ok-other").status == 404


def test_film_is_no_music(playing):
    service = playing("infery")

    assert send(service, "GET", f"/music/generations/{submitted(service)['id']}").status == 404


def test_only_what_succeeds_is_booked(playing):
    service = playing("infery")
    submitted(service, duration_seconds=4)
    submitted(service, model="failing-video")

    (booked,) = service.store.booked("first", 0, 1)

    assert (booked.model, booked.requests, booked.credits) == ("film", 1, 20.0)


def test_failure_has_an_error_and_no_result(playing, clock):
    service = playing("infery")
    job = submitted(service, model="failing-video")
    clock.now += 1

    status = send(service, "GET", f"/videos/generations/{job['id']}").body

    assert status["status"] == "failed"
    assert status["error"]
    assert not {"result", "credits_used"} & status.keys()


@pytest.mark.parametrize("age", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("model", ["film", "failing-video"])
@pytest.mark.parametrize("gateway", ["infery", "foxapi"])
def test_every_state_keeps_its_contract(playing, clock, gateway, model, age):
    service = playing(gateway)
    job = submitted(service, model=model)
    clock.now += age
    path, operation = ("/tasks/", "retrieveTask") if gateway == "foxapi" else ("/videos/generations/", "retrieveVideo")

    status = send(service, "GET", path + job["id"]).body

    assert service.contract.operations["createVideo"].response_problem(200, job) is None
    assert service.contract.operations[operation].response_problem(200, status) is None


@pytest.mark.parametrize(
    ("model", "status"),
    [("no-such-model", 404), ("echo", 400), ("upstream-error", 502), ("maintenance", 503), ("forbidden-model", 403)],
)
def test_model_that_cannot_is_refused_at_once(playing, model, status):
    reply = send(playing("infery"), "POST", "/videos/generations", {"model": model, "prompt": "A cat"})

    assert reply.status == status


@pytest.mark.parametrize("gateway", [None, "foxora", "ofox"])
def test_other_gateways_have_no_films(playing, gateway):
    reply = send(playing(gateway), "POST", "/videos/generations", {"model": "film", "prompt": "A cat"})

    assert (reply.status, reply.cause) == (404, "unknown_route")
