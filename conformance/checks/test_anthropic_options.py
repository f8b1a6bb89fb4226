"""The Anthropic protocol: sampling, stop sequences, images, documents, thinking, counting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_count, demand_kind, demand_status, demand_text, leave_at_limit
from conformance.words.anthropic.messages import PROTOCOL, STOP, THINKING, Anthropic, Message
from conformance.words.anthropic.stream import Block
from conformance.words.anthropic.tools import TOOLS
from conformance.words.ask import MODELS, PROMPT, user
from conformance.words.check import Unsupported, each, inconclusive, pick, requirement
from conformance.words.samples import media
from conformance.words.samples.media import NOT_FETCHED, PUBLIC
from conformance.words.samples.prompts import COUNT, FEWEST, LONG_RULES
from conformance.words.vision import COLOUR, demand_each_image, demand_kept, leave_unfetched, leave_unseen

EPHEMERAL = {"type": "ephemeral"}
IMAGE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": media.base64_text(media.png())},
}
PLAIN = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "The codeword is heron."}}
PDF = {
    "type": "document",
    "source": {"type": "base64", "media_type": "application/pdf", "data": media.base64_text(media.pdf())},
}


@requirement("anthropic.sampling")
@each("fields", [{"temperature": 0}, {"temperature": 1}, {"temperature": 0.5}, {"top_p": 0.9}, {"top_k": 5}])
def test_sampling(anthropic: Anthropic, demand_supported: Callable[..., Any], fields: dict[str, Any]) -> None:
    """`temperature` from 0 to 1, `top_p` and `top_k` are accepted, one at a time, in version 2023-06-01."""
    answer = anthropic.message(**fields)

    demand_supported(answer)


@requirement("anthropic.stop")
def test_stop(anthropic: Anthropic) -> None:
    """A stop sequence ends the answer and does not stand in it."""
    stopped = _stopped(anthropic)

    assert STOP not in stopped.words, f"the stop sequence is {STOP!r}, the text {stopped.words!r:.120}"


@requirement("anthropic.stop.named")
def test_stop_named(anthropic: Anthropic) -> None:
    """An answer that a stop sequence ended has `stop_reason` stop_sequence, and `stop_sequence` says which."""
    stopped = _stopped(anthropic)
    if STOP in stopped.words:
        inconclusive("cannot be judged: the stop sequence is ignored")

    assert stopped.stop_reason == "stop_sequence", f"stop_reason is {stopped.stop_reason!r:.80}"
    word = stopped.body.get("stop_sequence")
    assert word == STOP, f"stop_sequence is {word!r:.80}, not {STOP!r}"


def _stopped(anthropic: Anthropic) -> Message:
    """An answer that would hold the stop sequence, and is to stop before it."""
    free = anthropic.message(COUNT)
    if STOP not in free.text:
        inconclusive("the model does not count as asked")
    return anthropic.message(COUNT, stop_sequences=["no such text", STOP])


@requirement("anthropic.metadata")
def test_metadata(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """`metadata` with a `user_id` is accepted."""
    answer = anthropic.message(metadata={"user_id": "user-7f3a"})

    demand_supported(answer)


@requirement("anthropic.cache-control")
def test_cache_control(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """`cache_control` on a system block and on a content block is accepted."""
    system = [{"type": "text", "text": LONG_RULES, "cache_control": EPHEMERAL}]
    content = [{"type": "text", "text": PROMPT, "cache_control": EPHEMERAL}]

    demand_supported(anthropic.message([user(content)], system=system))


@requirement("anthropic.vision")
def test_vision(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """An image in base64 is accepted, and seen."""
    answer = demand_supported(_pictured(anthropic, IMAGE))

    leave_unseen(answer.words)


@requirement("anthropic.vision.counted")
def test_vision_counted(anthropic: Anthropic) -> None:
    """An image reaches the model: it costs input tokens."""
    _demand_dearer(*_costs(anthropic, _pictured(anthropic, IMAGE)), "an image")


@requirement("anthropic.vision.text-after")
def test_vision_text_after(anthropic: Anthropic) -> None:
    """The text after an image reaches the model: it costs input tokens."""
    without, alone = _costs(anthropic, _pictured(anthropic, IMAGE))
    if alone <= without:
        inconclusive("an image is not counted")
    together = _shown(anthropic, IMAGE, f"{COLOUR} {LONG_RULES}").input

    assert together >= alone + FEWEST, f"with a longer text after an image {together} tokens are counted, else {alone}"


@requirement("anthropic.vision.turns")
def test_vision_turns(anthropic: Anthropic) -> None:
    """Of three images in two turns each reaches the model."""
    blocks = [IMAGE, {"type": "text", "text": COLOUR}]
    answer = anthropic.message([user(blocks), {"role": "assistant", "content": "I see."}, user([IMAGE, *blocks])])

    demand_each_image(*_costs(anthropic, _pictured(anthropic, IMAGE)), answer.input)


@requirement("anthropic.vision.kept")
def test_vision_kept(anthropic: Anthropic) -> None:
    """An image that costs no tokens is seen at least: the answer tells its colour."""
    if not MODELS[PROTOCOL].search(anthropic.model.lower()):
        inconclusive(f"nobody says that {anthropic.model} takes images")
    answer = _pictured(anthropic, IMAGE)

    demand_kept(answer.words, *_costs(anthropic, answer), lambda: anthropic.message(f"{LONG_RULES} {COLOUR}").input)


def _fetched(anthropic: Anthropic) -> Message:
    """The answer to an image under a public address, where the model takes images and the address is within reach."""
    if _pictured(anthropic, IMAGE).status != 200:
        inconclusive("the model does not take an image in base64 either")
    answer = _pictured(anthropic, {"type": "image", "source": {"type": "url", "url": PUBLIC}})
    if answer.status >= 500 or (answer.status != 200 and NOT_FETCHED.search(answer.exchange.text)):
        inconclusive(f"the image may not have been within reach: {answer.status} {answer.exchange.text:.120}")
    return answer


@requirement("anthropic.vision.url")
def test_vision_url(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """An image under a public address is accepted, and seen."""
    answer = demand_supported(_fetched(anthropic))

    leave_unfetched(answer.words, lambda: _costs(anthropic, answer))


@requirement("anthropic.vision.url.counted")
def test_vision_url_counted(anthropic: Anthropic) -> None:
    """An image under a public address reaches the model: it costs input tokens."""
    without, with_it = _costs(anthropic, _pictured(anthropic, IMAGE))
    if with_it <= without:
        inconclusive("an image in base64 costs nothing either")

    _demand_dearer(*_costs(anthropic, _fetched(anthropic)), "an image under an address")


@requirement("anthropic.documents")
@each("document", [PLAIN, PDF], label=lambda document: document["source"]["media_type"])
def test_documents(anthropic: Anthropic, demand_supported: Callable[..., Any], document: dict[str, Any]) -> None:
    """A document is accepted, as a PDF in base64 and as plain text."""
    demand_supported(_shown(anthropic, document))


@requirement("anthropic.documents.counted")
def test_documents_counted(anthropic: Anthropic) -> None:
    """A document reaches the model: it costs input tokens."""
    _demand_dearer(anthropic.message().input, _shown(anthropic, PLAIN).input, "a document")


def _shown(anthropic: Anthropic, block: dict[str, Any], prompt: str = PROMPT) -> Message:
    return anthropic.message([user([block, {"type": "text", "text": prompt}])])


def _pictured(anthropic: Anthropic, image: dict[str, Any]) -> Message:
    """The answer to a question about an image."""
    return _shown(anthropic, image, COLOUR)


def _costs(anthropic: Anthropic, pictured: Message) -> tuple[int, int]:
    """The input tokens of the question about an image without it, and with it."""
    return anthropic.message(COLOUR).input, pictured.input


def _demand_dearer(without: int, with_it: int, what: str) -> None:
    assert with_it > without, f"{what} costs nothing: {without} input tokens without, {with_it} with"


@requirement("anthropic.thinking")
def test_thinking(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """With `thinking` enabled a thinking block with text and signature stands before the text."""
    answer = demand_supported(_thought(anthropic))
    if answer.blocks("redacted_thinking"):
        inconclusive("the thinking is hidden")
    if all(block.get("type") == "text" for block in answer.content) and not _streamed_thoughts(anthropic):
        inconclusive("the model does not think aloud")

    first = pick(answer.content, 0, kind=dict)
    assert first.get("type") == "thinking", f"the first block is {first.get('type')!r:.80}"
    demand_kind(first.get("thinking"), "thinking", str)
    demand_text(first.get("signature"), "signature")
    assert answer.words or answer.stop_reason == "max_tokens", "no text follows the thinking"


@requirement("anthropic.thinking.returned")
def test_thinking_returned(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """A thinking block returns with its turn in the next request."""
    answer = _thought(anthropic)
    pick(answer.blocks("thinking"), 0, "thinking", kind=str)
    turns = [user(PROMPT), {"role": "assistant", "content": answer.content}, user("Once more, please.")]

    demand_supported(anthropic.message(turns, max_tokens=2048, thinking=THINKING), answer)


def _thought(anthropic: Anthropic) -> Message:
    return anthropic.message(max_tokens=2048, thinking=THINKING)


def _streamed_thoughts(anthropic: Anthropic) -> list[Block]:
    stream = anthropic.stream(max_tokens=2048, thinking=THINKING)
    return [block for block in stream.blocks if block.type == "thinking"]


@requirement("anthropic.count-tokens")
def test_count_tokens(anthropic: Anthropic) -> None:
    """The tokens of a request are counted as an integer above zero."""
    answer = _counting(anthropic)

    demand_status(answer, {200})
    demand_count(demand_kind(answer.json, "the body", dict).get("input_tokens"), "input_tokens", 1)


@requirement("anthropic.count-tokens.grows")
def test_count_tokens_grows(anthropic: Anthropic) -> None:
    """A longer request, a system prompt and tools count more tokens."""
    plain = _count(_counting(anthropic))
    larger = {
        "a longer prompt": anthropic.count(f"{PROMPT} {LONG_RULES}"),
        "a system prompt": anthropic.count(system=LONG_RULES),
        "tools": anthropic.count(tools=TOOLS),
    }

    for what, answer in larger.items():
        assert _count(answer) > plain, f"{what} counts {_count(answer)} tokens, the plain request {plain}"


@requirement("anthropic.count-tokens.agrees")
def test_count_tokens_agrees(anthropic: Anthropic) -> None:
    """The count is near the `input_tokens` of the same request when it is answered."""
    system, question = LONG_RULES * 4, f"{COUNT} {LONG_RULES}"
    counted = _count(anthropic.count(question, system=system))
    charged = anthropic.message(question, system=system).input

    assert abs(counted - charged) <= charged / 4 + 16, f"{counted} tokens are counted, {charged} are charged"


def _counting(anthropic: Anthropic) -> Exchange:
    answer = anthropic.count()
    leave_at_limit(answer)
    if 400 <= answer.status < 500 and anthropic.message().status == 200:
        raise Unsupported(f"the target does not count for this model: {answer.text:.160}")
    return answer


def _count(answer: Exchange) -> int:
    return pick(answer.json, "input_tokens", kind=int)
