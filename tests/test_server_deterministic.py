"""With `--deterministic` the same requests, in the same order, are answered by the same bytes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import httpx

from reference_server.__main__ import main
from reference_server.state.frozen import START

HELLO = {"model": "gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]}
REQUESTS = [
    ("POST", "/chat/completions", HELLO),
    ("POST", "/chat/completions", {**HELLO, "stream": True}),
    ("POST", "/chat/completions", {**HELLO, "model": "no-such-model"}),
    ("POST", "/responses", {"model": "gpt-5.5", "input": "Hello"}),
    ("POST", "/embeddings", {"model": "text-embedding-3-small", "input": "Hello"}),
    ("POST", "/images/generations", {"model": "gpt-image-2", "prompt": "a cat", "size": "64x64"}),
    ("POST", "/audio/speech", {"model": "tts-1", "input": "Hello", "voice": "alloy"}),
    ("GET", "/models", None),
]


@contextmanager
def serving(*options):
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes", *options]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        base_url = process.stdout.readline().strip()
        with httpx.Client(base_url=base_url, headers={"authorization": "Bearer sk-ok"}, timeout=30) as client:
            yield client
        process.stdin.close()


def answers(*options):
    """The answers to all requests, each as its status, headers and bytes."""
    with serving(*options) as client:
        responses = [client.request(method, path, json=body) for method, path, body in REQUESTS]
    return [(response.status_code, response.headers.multi_items(), response.content) for response in responses]


def test_same_requests_have_the_same_answers():
    assert answers("--deterministic") == answers("--deterministic", "0")


def test_other_seed_gives_other_ids():
    with serving("--deterministic", "1") as one, serving("--deterministic", "2") as other:
        assert (
            one.post("/responses", json=REQUESTS[3][2]).json()["id"]
            != (other.post("/responses", json=REQUESTS[3][2]).json()["id"])
        )


def test_clock_stands_still_but_jobs_end_and_limits_pass():
    with serving("--deterministic", "--gateway", "infery") as client:
        job = client.post("/videos/generations", json={"model": "veo-3-1-fast", "prompt": "a cat"}).json()
        states = [client.get(f"/videos/generations/{job['job_id']}").json()["status"] for _ in range(3)]
        limited = {"authorization": "Bearer sk-limited-2"}
        statuses = [client.post("/chat/completions", json=HELLO, headers=limited).status_code for _ in range(4)]
        created = client.post("/chat/completions", json=HELLO).json()["created"]

    assert job["created"] == START
    assert states == ["processing", "processing", "succeeded"]
    assert statuses == [200, 200, 429, 200]
    assert created - START == 1


def test_state_and_determinism_exclude_each_other(tmp_path):
    assert main(["--deterministic", "--state", str(tmp_path / "state")]) == 2
