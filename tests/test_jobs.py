"""Jobs are polled patiently, once, and never faster than a live target allows."""

from __future__ import annotations

import json
from types import SimpleNamespace

import httpx
import pytest

from conformance.errors import Inconclusive
from conformance.wire.exchange import Exchange, Request
from conformance.words.decoders.media import Unreadable, film, picture, sound
from conformance.words.openai import jobs
from conformance.words.samples.media import png, wav
from reference_server.media import music, videos

RULES = {
    "ids": ["job_id", "id"],
    "status_paths": {"videos": "/videos/generations/{id}"},
    "waiting": ["queued"],
    "running": ["processing"],
    "success": ["succeeded"],
    "failure": ["failed"],
    "results": "result",
}


def answered(body, status=200, url="http://gateway.example/v1/x", **headers):
    request = Request("GET", "/x")
    chunks = ((0.0, json.dumps(body).encode()),)
    return Exchange(0, request, url, "", status=status, headers=httpx.Headers(headers), chunks=chunks)


class Asking:
    """Answers from a list, and records its answers and the pauses between requests."""

    def __init__(self, *answers, local=False):
        self.answers, self.known, self.paused = list(answers), {}, []
        self.recorder = SimpleNamespace(target=SimpleNamespace(local=local))

    def get(self, path, *, take=0, after=0.0):
        if (path, take) not in self.known:
            self.paused += [after] if after else []
            self.known[path, take] = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return self.known[path, take]

    def fetch(self, url):
        return self.get(url)


SUBMITTED = answered({"job_id": "a b", "status": "queued"})


def statuses(*states, **headers):
    return [answered({"status": state}, **headers) for state in states]


def test_job_is_followed_to_its_end_and_asked_once_more():
    asking = Asking(*statuses("queued", "processing", "succeeded", "succeeded"))

    job = jobs.follow(asking, RULES, "videos", SUBMITTED)

    assert [body["status"] for body in job.statuses] == ["queued", "processing", "succeeded"]
    assert job.later is not None
    assert {path for path, _ in asking.known} == {"/videos/generations/a%20b"}


def test_live_target_is_asked_every_two_seconds_at_most():
    asking = Asking(*statuses("queued", "queued", "queued", "queued", "failed"))

    jobs.follow(asking, RULES, "videos", SUBMITTED)

    assert min(asking.paused) >= 2


@pytest.mark.parametrize(("header", "expected"), [("7", 7.0), ("0", 2.0), ("3600", 30.0), ("soon", 2.0)])
def test_retry_after_prolongs_the_pause(header, expected):
    asking = Asking(*statuses("queued", "succeeded", **{"retry-after": header}))

    jobs.follow(asking, RULES, "videos", SUBMITTED)

    assert asking.paused[0] == expected


def test_known_answers_are_not_waited_for():
    asking = Asking(*statuses("queued", "succeeded", "succeeded"))
    first = jobs.follow(asking, RULES, "videos", SUBMITTED)
    paused = len(asking.paused)

    assert jobs.follow(asking, RULES, "videos", SUBMITTED) == first
    assert len(asking.paused) == paused


@pytest.mark.parametrize(("local", "least", "most"), [(True, 10, 60), (False, 60, 310)])
def test_patience_ends(local, least, most):
    asking = Asking(*statuses("processing"), local=local)

    job = jobs.follow(asking, RULES, "videos", SUBMITTED)

    assert least < sum(asking.paused) < most + 10
    with pytest.raises(Inconclusive, match="has not ended"):
        assert job.last


@pytest.mark.parametrize("answer", [answered({}, 404), answered({"status": "done"}), answered([])])
def test_what_cannot_be_read_is_not_asked_for_again(answer):
    asking = Asking(answer)

    assert len(jobs.follow(asking, RULES, "videos", SUBMITTED).polls) == 1


@pytest.mark.parametrize("answer", [answered({"error": {}}, 400), answered({"status": "queued"}), answered({"id": 7})])
def test_nothing_is_asked_of_a_job_without_id(answer):
    asking = Asking(answered({}))

    assert jobs.follow(asking, RULES, "videos", answer).polls == ()
    assert not asking.known


def product(kind, recipe):
    return kind.fetch(recipe).data


def test_decoders_read_what_they_should():
    assert film(product(videos, "320x180-1.0-00000000.mp4")) == (320, 180, 1.0)
    assert sound(product(music, "1.0-00000000.mp3")) == "mp3"
    assert sound(wav()) == "wav"
    assert picture(png()) == (64, 64)


@pytest.mark.parametrize("decode", [film, sound, picture])
@pytest.mark.parametrize("data", [b"", b"{}", b"hello" * 1000, png()[:60]])
def test_decoders_refuse_everything_else(decode, data):
    with pytest.raises(Unreadable):
        decode(data)


def test_decoders_tell_kinds_apart():
    for decode, data in (
        (film, png()),
        (film, wav()),
        (sound, product(videos, "320x180-1.0-00000000.mp4")),
        (picture, product(videos, "320x180-1.0-00000000.mp4")),
    ):
        with pytest.raises(Unreadable):
            decode(data)
