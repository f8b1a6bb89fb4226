"""The models that nearly every gateway has, though it lists none for the purpose: each is tried with one request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.words.samples.media import wav

if TYPE_CHECKING:
    from conformance.wire.exchange import Exchange
    from conformance.words.ask import Ask

USUAL = {
    "embeddings": "text-embedding-3-small",
    "completions": "gpt-3.5-turbo-instruct",
    "moderations": "omni-moderation-latest",
    "speech": "tts-1",
    "transcriptions": "whisper-1",
    "translations": "whisper-1",
    "images": "gpt-image-1",
}
"""By what the model is for."""
HARMLESS = "The cat sat on the mat."
"""A text to moderate."""
PROVIDER = re.compile(r"[\w-]+([:/])[^:/]+$")
"""A name of a model that begins with its provider's, as the names of the other models then do."""
AREAS = {"speech": "audio", "transcriptions": "audio", "translations": "audio", "images": "images"}
"""The areas that cost enough to be tried only where they were asked for."""


def usual_model(ask: Ask, kind: str) -> str:
    """The usual model for that purpose if the target serves it; nothing otherwise."""
    area = AREAS.get(kind, "")
    if kind not in USUAL or (area and area not in ask.recorder.target.include):
        return ""
    style = PROVIDER.match(ask.model)
    name = f"openai{style[1]}{USUAL[kind]}" if style else USUAL[kind]
    return name if serves(ask, kind, name) else ""


def serves(ask: Ask, kind: str, name: str) -> bool:
    """Whether the target answers the plainest request to a model for that purpose."""
    return _try(ask, kind, name).status == 200


def _try(ask: Ask, kind: str, name: str) -> Exchange:
    if kind == "embeddings":
        return ask.post("/embeddings", {"model": name, "input": "Hello."}, patient=False)
    if kind == "completions":
        return ask.post("/completions", {"model": name, "prompt": "Say hello."})
    if kind == "moderations":
        return ask.post("/moderations", {"model": name, "input": HARMLESS}, patient=False)
    if kind == "speech":
        return ask.post("/audio/speech", {"model": name, "input": "Hello.", "voice": "alloy"}, patient=False)
    if kind == "images":
        fields = {"model": name, "prompt": "A plain red circle.", "size": "1024x1024", "quality": "low"}
        return ask.post("/images/generations", fields, patient=False)
    sound = [("file", "tone.wav", "audio/wav", wav())]
    return ask.upload(f"/audio/{kind}", [("model", name)], sound, patient=False)
