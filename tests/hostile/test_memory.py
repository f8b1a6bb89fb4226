"""However much comes, the memory of a run is bounded, and an answer is judged whole all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.report import har
from conformance.wire.exchange import Exchange, Request
from conformance.wire.record import PART, WHOLE, from_record, to_record
from conformance.wire.spill import AT_HAND, Spill, Stored

from .conftest import Judge
from .gateway import Behaviour, Call

WELL = (
    b'{"id":"c-1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,'
    b'"finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}],"more":%b}'
)
MOST = 8 << 20
MEDIA = b"\xff\xfb\x90\x64" * (63 << 18)


def _always(body: bytes, *headers: str, kind: str = "application/json") -> Behaviour:
    """What a run finds out with its first requests is right; anything after that is answered so."""

    def behave(call: Call) -> None:
        call.relay() if call.number <= 4 else call.answer(200, body, *headers, kind=kind)

    return behave


def _media(call: Call) -> None:
    """Speech, and files, of almost as many bytes as are read of any answer."""
    large = call.number > 6 and call.path.endswith(("/audio/speech", "/content"))
    call.answer(200, MEDIA, kind="audio/mpeg") if large else call.relay()


CASES = {
    "8-MiB": _always(WELL % (b'"%b"' % (b"x" * (MOST - 300)))),
    "60-kB": _always(WELL % (b'"%b"' % (b"x" * 60_000))),
    "lists": _always(WELL % (b"[%b[]]" % (b"[]," * (MOST // 3 - 200)))),
    "events": _always(b"data:{}\n\n" * (MOST // 9), kind="text/event-stream"),
    "media": _media,
    "headers": _always(WELL % b"0", *(f"x-{number}: {'v' * 4000}" for number in range(20))),
}


ENOUGH = ("--max-requests", "80")
"""Where each answer takes long: many times as many as memory could hold."""
WORDS = {
    "60-kB": ("--max-requests", "300"),
    "8-MiB": ENOUGH,
    "lists": ENOUGH,
    "events": ENOUGH,
    "media": (*ENOUGH, "--include", "audio", "--feature", "audio.speech", "--feature", "files"),
}


@pytest.mark.parametrize("case", CASES)
def test_run_ends_in_bounded_memory(judge: Judge, case: str) -> None:
    """`judge` demands the bound."""
    assert not judge(CASES[case], *WORDS.get(case, ())).ended("errored")


def _kept(spill: Spill, *pieces: bytes, path: str = "/chat/completions") -> Exchange:
    chunks = spill.kept([(0.5, len(piece)) for piece in pieces], b"".join(pieces))
    return Exchange(1, Request("POST", path, b"{}"), "http://h/v1", "", status=200, chunks=chunks)


def test_large_answer_is_judged_whole() -> None:
    spill = Spill()
    first, last = (_kept(spill, b'{"a": "', sign * AT_HAND, b'"}') for sign in (b"x", b"y"))

    assert isinstance(first.chunks, Stored)
    assert first.json == {"a": "x" * AT_HAND}
    assert last.json == {"a": "y" * AT_HAND}
    assert not {"body", "json"} & vars(first).keys()
    assert b"".join(data for _, data in first.chunks) == first.body


def test_recording_has_a_part_of_a_large_answer(tmp_path: Path) -> None:
    exchange = _kept(Spill(), b"[", b"1," * (WHOLE // 2), b"1]", path="/videos/1/content")
    har.save([to_record(exchange)], tmp_path / "exchanges.har", {"base_url": "http://h/v1"})

    assert (tmp_path / "exchanges.har").stat().st_size < 200_000
    again = from_record(har.load(tmp_path / "exchanges.har")[0], exchange.request, 1)
    assert again.broken == PART
    assert exchange.body.startswith(again.body)
    entry = json.loads((tmp_path / "exchanges.har").read_text())["log"]["entries"][0]
    assert entry["_cut"]["size"] == exchange.size


def test_recording_has_all_of_most_answers() -> None:
    exchange = _kept(Spill(), b"[", b"1," * (1 << 20), b"1]")

    assert from_record(to_record(exchange), exchange.request, 1).body == exchange.body
