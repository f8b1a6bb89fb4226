"""Music, which comes whole or as a job."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_kind, demand_objects, demand_refused, leave_at_default
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, inconclusive, pick, requirement
from conformance.words.decoders.media import sound as decoded_sound
from conformance.words.openai import job_checks, jobs
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.jobs import Job
from conformance.words.schema import demand_body
from gateway_contract import Contract

PATH = "/music/generations"
PROMPT = "A calm piano, very short."
SECONDS = 5
NAMES = ("audio/", "application/ogg", "video/mp4")
"""How the media types of sound begin."""


@dataclass(frozen=True)
class Music:
    """What was answered to a request for music. `job` is None when the music came whole."""

    exchange: Exchange
    job: Job | None

    @property
    def pieces(self) -> list[dict[str, Any]]:
        """The pieces of music, when there are any by now."""
        if self.job:
            pieces: list[Any] = self.job.made(self.job.success)
        elif jobs.accepted(self.exchange):
            pieces = pick(self.exchange.json, "data", kind=list)
        else:
            inconclusive(f"the request was answered {self.exchange.status}: {self.exchange.text:.120}")
        return [piece for piece in pieces if isinstance(piece, dict)] or inconclusive("there is no piece of music")


@pytest.fixture
def music(ask: Ask, gateway: dict[str, Any]) -> Music:
    """A short piece, at its end when it is a job."""
    plain = {"model": ask.model_for("music"), "prompt": PROMPT}
    answer = jobs.submit(ask, PATH, {**plain, "duration_seconds": SECONDS}, plain)
    body, rules = answer.json if isinstance(answer.json, dict) else {}, gateway["async"]
    a_job = jobs.accepted(answer) and "data" not in body and jobs.identity(rules, body)
    return Music(answer, jobs.follow(ask, rules, "music", answer) if a_job else None)


@requirement("music.answer")
def test_answer(music: Music, gateway: dict[str, Any]) -> None:
    """A request for music is answered with the music, or with a job that has an id."""
    answer = music.exchange

    assert jobs.accepted(answer), f"the request is answered {answer.status or answer.broken}: {answer.text:.160}"
    body = demand_kind(answer.json, "the body", dict)
    if not music.job:
        names = gateway["async"]["ids"]
        assert "data" in body, f"the answer has neither data nor {' or '.join(names)}: {answer.text:.120}"
        demand_objects(body["data"], "data")


@requirement("music.schema")
def test_schema(music: Music, contract: Contract) -> None:
    """The answer satisfies the documented schema."""
    if music.job:
        job_checks.schema(music.job, contract, "createMusic", "retrieveMusic")
    elif not jobs.accepted(music.exchange):
        inconclusive(f"the request was answered {music.exchange.status}")
    else:
        demand_body(contract.operations["createMusic"], music.exchange.json, music.exchange.status)


@requirement("music.sound")
def test_sound(music: Music) -> None:
    """Every piece of music has an absolute `url`, or its bytes in base64."""
    for piece in music.pieces:
        url, text = piece.get("url"), piece.get("b64_audio")
        assert url or text, f"a piece has neither url nor b64_audio: {piece!r:.120}"
        assert not url or jobs.is_address(url), f"url is {url!r:.80}"
        assert not text or _bytes(text), f"b64_audio is {text!r:.60}"


@requirement("music.plays")
def test_plays(ask: Ask, music: Music) -> None:
    """The music can be fetched without a credential, and played."""
    sources = [piece for piece in music.pieces if jobs.is_address(piece.get("url")) or _bytes(piece.get("b64_audio"))]
    for piece in sources or inconclusive("no piece has an address or bytes"):
        if jobs.is_address(piece.get("url")):
            job_checks.opens(ask.fetch(piece["url"]), decoded_sound)
        else:
            job_checks.decodes(_bytes(piece["b64_audio"]), "b64_audio", decoded_sound)


@requirement("music.media-type")
def test_media_type(music: Music) -> None:
    """A piece that has a media type has one of sound."""
    for piece in music.pieces:
        media_type = piece.get("content_type")
        assert media_type is None or str(media_type).startswith(NAMES), f"content_type is {media_type!r:.60}"


def _bytes(text: Any) -> bytes:
    """The bytes of base64, none when it is not that."""
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


@requirement("music.job")
def test_job(music: Music) -> None:
    """Where the answer is a job, the documented path gives its status, in documented words and never going back."""
    if not music.job:
        raise NotApplicable("the music came whole")

    job_checks.statuses(music.job)
    job_checks.order(music.job)


@requirement("music.unknown")
def test_unknown(ask: Ask, gateway: dict[str, Any], music: Music) -> None:
    """The status of a job that does not exist is not found."""
    nobodys = jobs.nobodys_job(music.job or Job(gateway["async"], music.exchange))
    answer = ask.get(jobs.status_path(gateway["async"], "music", nobodys.id))

    demand_refused(answer, gateway, *nobodys.causes, "unknown_route", "wrong_method")


@requirement("music.missing-model")
def test_missing_model(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """A request without `model` is refused with the status of a missing field."""
    answer = ask.post(PATH, {"prompt": PROMPT})

    leave_at_default(answer, promised)
    demand_refused(answer, gateway, "missing_field")


@requirement("music.unknown-model")
def test_unknown_model(ask: Ask, gateway: dict[str, Any]) -> None:
    """A request for a model that does not exist is refused with its documented status."""
    demand_refused(ask.post(PATH, {"model": NOWHERE, "prompt": PROMPT}), gateway, "unknown_model")


@requirement("music.credential")
@pytest.mark.usefixtures("guarded")
def test_credential(ask: Ask, gateway: dict[str, Any]) -> None:
    """Without a credential no music is made."""
    answer = ask.post(PATH, {"model": ask.model_for("music"), "prompt": PROMPT}, key=None)

    demand_refused(answer, gateway, "missing_credential")
