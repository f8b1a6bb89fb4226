"""Images, documents and sound in a message.

They are sent to the models that the target names `vision`, `files` and `audio`, otherwise to the usual one. A model so
named has to take them; the usual one may refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.target import Target
from conformance.words.answer import LIMITS, demand_client_error, demand_refused
from conformance.words.ask import PROMPT, Ask, user
from conformance.words.check import NotApplicable, inconclusive, pick, requirement
from conformance.words.openai.chat import Completion
from conformance.words.samples.media import (
    NOT_FETCHED,
    PUBLIC,
    QUESTION,
    audio_part,
    data_uri,
    image_part,
    inline_file_part,
    stored_file_part,
    text_part,
)
from conformance.words.samples.prompts import FEWEST, LONG_RULES
from conformance.words.vision import COLOUR, demand_each_image, demand_kept, leave_unfetched, leave_unseen

BROKEN = "@@@ this is not base64 @@@"
LONGER = "The weather is fine and the sea is calm. " * 8
FORMS = pytest.mark.parametrize("form", ["nested", "flat"])
DemandSupported = Callable[[Completion], Completion]


class Media:
    """Asks with a part that is not text."""

    def __init__(self, ask: Ask, target: Target, demand_supported: DemandSupported) -> None:
        self.ask = ask
        self.target = target
        self.demand_supported = demand_supported

    def send(self, kind: str, *parts: dict[str, Any]) -> Completion:
        """The answer of the model that takes this kind to a question with these parts."""
        model = self.target.models.get(kind, self.ask.model)
        question = COLOUR if kind == "vision" else QUESTION
        return self.ask.chat([text_part(question), *parts], model=model)

    def costs(self, kind: str, *parts: dict[str, Any]) -> tuple[int, int]:
        """The prompt tokens without the parts, and with them."""
        alone, together = (self.send(kind, *sent).tokens("prompt_tokens") for sent in ((), parts))
        return alone, together

    def demand_taken(self, kind: str, answer: Completion) -> None:
        """The answer is a success; a clear refusal passes only from a model that nobody said takes this kind."""
        if answer.status != 200 and (plain := self.send(kind)).status != 200:
            inconclusive(f"the model answers {plain.status} even to plain text")
        if kind not in self.target.models or answer.status in LIMITS:
            self.demand_supported(answer)
        assert answer.status == 200, f"expected 200, got {answer.status}: {answer.exchange.text:.160}"

    def leave_without_counts(self) -> None:
        """Leaves the check when not even text adds to the prompt tokens."""
        longer = self.ask.chat(f"{PROMPT} {LONGER}")
        if longer.tokens("prompt_tokens") <= self.ask.chat(PROMPT).tokens("prompt_tokens"):
            inconclusive("cannot be judged: not even text is counted")

    def demand_counted(self, kind: str, part: dict[str, Any]) -> None:
        """The part adds to the prompt tokens, if anything does."""
        self.leave_without_counts()
        alone, together = self.costs(kind, part)
        assert together > alone, f"the prompt costs {together} tokens with it, {alone} without it"


@pytest.fixture
def media(ask: Ask, target: Target, demand_supported: DemandSupported) -> Media:
    """Asks with a part that is not text."""
    return Media(ask, target, demand_supported)


def _documented(form: str, gateway: dict[str, Any]) -> str:
    """The form of a file part, when the gateway documents it."""
    if form not in (gateway["files"] or {}).get("part", ()):
        raise NotApplicable(f"{gateway['name']} does not document the {form} form of a file part")
    return form


@requirement("chat.vision.data-uri")
def test_vision_data_uri(media: Media) -> None:
    """An image in a `data:` URI is accepted by a model that takes images, and seen."""
    answer = media.send("vision", image_part())

    media.demand_taken("vision", answer)
    leave_unseen(answer.message.get("content"))


@requirement("chat.vision.https-url")
def test_vision_https_url(media: Media) -> None:
    """An image under an https URL is accepted by a model that takes images, and seen."""
    if media.send("vision", image_part()).status != 200:
        inconclusive("the model does not take an image in a data URI either")
    answer = media.send("vision", image_part(PUBLIC))

    if answer.status >= 500 or (answer.status != 200 and NOT_FETCHED.search(answer.exchange.text)):
        inconclusive(f"the image may not have been within reach: {answer.status} {answer.exchange.text:.120}")
    media.demand_taken("vision", answer)
    leave_unfetched(answer.message.get("content"), lambda: media.costs("vision", image_part(PUBLIC)))


@requirement("chat.vision.detail")
@pytest.mark.parametrize("detail", ["auto", "low", "high"])
def test_vision_detail(media: Media, detail: str) -> None:
    """`detail` is accepted as auto, low and high, and the image seen."""
    answer = media.send("vision", image_part(detail=detail))

    media.demand_taken("vision", answer)
    leave_unseen(answer.message.get("content"))


@requirement("chat.vision.counted")
def test_vision_counted(media: Media) -> None:
    """An image reaches the model: it costs prompt tokens."""
    media.demand_counted("vision", image_part())


@requirement("chat.vision.invalid")
@pytest.mark.parametrize(
    "url",
    [f"data:image/png;base64,{BROKEN}", data_uri("image/png", b"This is plain text and no image at all.")],
    ids=["broken-base64", "no-image"],
)
def test_vision_invalid(media: Media, url: str) -> None:
    """Broken base64, or data that is no image, is refused with a 4xx."""
    demand_client_error(media.send("vision", image_part(url)))


@requirement("chat.vision.text-only")
def test_vision_text_only(media: Media) -> None:
    """A model that takes text only refuses an image with a 4xx instead of ignoring it."""
    demand_client_error(media.send("text-only", image_part()))


@requirement("chat.files.inline")
@FORMS
def test_files_inline(media: Media, gateway: dict[str, Any], form: str) -> None:
    """A document that a file part brings along is accepted, in every documented form of the part."""
    part = inline_file_part(_documented(form, gateway))

    media.demand_taken("files", media.send("files", part))


@requirement("chat.files.by-id")
@FORMS
def test_files_by_id(media: Media, gateway: dict[str, Any], form: str) -> None:
    """An uploaded file is accepted by its `file_id`, in every documented form of the part."""
    part = stored_file_part(_documented(form, gateway), media.target.files["reference"])

    media.demand_taken("files", media.send("files", part))


@requirement("chat.files.counted")
def test_files_counted(media: Media, gateway: dict[str, Any]) -> None:
    """A document reaches the model: it costs prompt tokens."""
    media.demand_counted("files", inline_file_part(gateway["files"]["part"][0]))


@requirement("chat.files.unknown-id")
@FORMS
def test_files_unknown_id(media: Media, gateway: dict[str, Any], form: str) -> None:
    """A `file_id` that was never uploaded is refused with a 4xx."""
    demand_client_error(media.send("files", stored_file_part(_documented(form, gateway), "file-0000nobody")))


@requirement("chat.audio.input")
def test_audio_input(media: Media) -> None:
    """Sound in `input_audio` is accepted by a model that takes sound."""
    media.demand_taken("audio", media.send("audio", audio_part()))


@requirement("chat.audio.counted")
def test_audio_counted(media: Media) -> None:
    """Sound reaches the model: it costs prompt tokens."""
    media.demand_counted("audio", audio_part())


@requirement("chat.audio.invalid")
def test_audio_invalid(media: Media) -> None:
    """Sound in broken base64 is refused with a 4xx."""
    demand_client_error(media.send("audio", audio_part(BROKEN)))


@requirement("chat.audio.unsupported")
def test_audio_unsupported(media: Media, gateway: dict[str, Any]) -> None:
    """A model that takes no sound refuses it with the status documented for that, or for an invalid value."""
    own = "unsupported_audio" if "unsupported_audio" in gateway["errors"]["status"] else "invalid_value"

    demand_refused(media.send("no-audio", audio_part()), gateway, own)


@requirement("chat.audio.unsupported-code")
def test_audio_unsupported_code(media: Media, promised: bool) -> None:
    """The refusal of sound has the code `audio_not_supported_by_model` where that is documented."""
    if not promised:
        raise NotApplicable("no code is documented for it")
    answer = media.send("no-audio", audio_part())
    if answer.status < 400:
        inconclusive(f"the request was answered {answer.status}")

    code = pick(answer.exchange.json, "error", kind=dict).get("code")

    assert code == "audio_not_supported_by_model", f"code is {code!r}"


@requirement("chat.vision.text-after")
def test_vision_text_after(media: Media) -> None:
    """The text after an image reaches the model: it costs prompt tokens."""
    without, alone = media.costs("vision", image_part())
    if alone <= without:
        inconclusive("an image is not counted")
    _, together = media.costs("vision", image_part(), text_part(LONG_RULES))

    assert together >= alone + FEWEST, f"an image and a text after it cost {together} tokens, the image {alone}"


@requirement("chat.vision.turns")
def test_vision_turns(media: Media) -> None:
    """Of three images in two turns each reaches the model."""
    parts = [text_part(COLOUR), image_part()]
    turns = [user(parts), {"role": "assistant", "content": "I see."}, user([*parts, image_part()])]
    model = media.target.models.get("vision", media.ask.model)
    together = media.ask.chat(messages=turns, model=model).tokens("prompt_tokens")

    demand_each_image(*media.costs("vision", image_part()), together)


@requirement("chat.vision.kept")
def test_vision_kept(media: Media) -> None:
    """An image that costs no tokens is seen at least: the answer tells its colour."""
    alone, together = media.send("vision"), media.send("vision", image_part())
    if together.status != 200 or alone.status != 200:
        inconclusive(f"the model answers {alone.status}, and {together.status} to an image")

    def longer() -> int:
        return media.send("vision", text_part(LONGER)).tokens("prompt_tokens")

    demand_kept(together.message.get("content"), *media.costs("vision", image_part()), longer)
