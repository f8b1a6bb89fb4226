"""How an answer in the Gemini protocol is configured: limits, samples, JSON, images."""

from __future__ import annotations

from collections.abc import Callable

from conformance.words.answer import demand_kind, demand_objects, demand_served
from conformance.words.ask import MODELS
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.counting import demand_numbers_counted
from conformance.words.gemini.configured import (
    BOOK,
    JSON,
    JSON_SCHEMA,
    LIMIT,
    LIST,
    SCHEMA,
    UP_TO_NINE,
    demand_book,
    value_of,
)
from conformance.words.gemini.contents import PROTOCOL, Gemini, Generated, picture, pictured, text_of, turn
from conformance.words.samples.media import NOT_FETCHED, PUBLIC
from conformance.words.samples.prompts import FEWEST, LONG_RULES
from conformance.words.vision import COLOUR, demand_each_image, demand_kept, leave_unfetched, leave_unseen


@requirement("gemini.max-tokens")
def test_max_tokens(gemini: Gemini) -> None:
    """An answer has no more than `maxOutputTokens` tokens."""
    answer = gemini.generate(LIST, config={"maxOutputTokens": LIMIT})
    demand_served(answer)
    tokens = pick(answer.usage.get("candidatesTokenCount") or 0, kind=int)

    assert tokens <= LIMIT, f"maxOutputTokens is {LIMIT}, candidatesTokenCount {tokens}"
    assert "150" not in str(answer.parts), f"maxOutputTokens is {LIMIT}, and the answer counts beyond 150"


@requirement("gemini.max-tokens.finish-reason")
def test_max_tokens_finish_reason(gemini: Gemini) -> None:
    """An answer that the limit cuts off ends with MAX_TOKENS."""
    answer = gemini.generate(LIST, config={"maxOutputTokens": LIMIT})
    if answer.tokens("candidatesTokenCount") < LIMIT - 1 and answer.finish_reason != "MAX_TOKENS":
        inconclusive("the model stopped before the limit")
    if "150" in str(answer.parts):
        inconclusive("the limit was not kept")
    if answer.finish_reason != "MAX_TOKENS" and not _is_cut(answer, gemini.generate(LIST)):
        inconclusive("the limit did not cut the answer off")

    assert answer.finish_reason == "MAX_TOKENS", f"finishReason of a cut answer is {answer.finish_reason!r:.60}"


def _is_cut(answer: Generated, free: Generated) -> bool:
    """Whether an answer is the beginning of what the model says with more room."""
    return len(answer.text) < len(free.text) and free.text.startswith(answer.text)


@requirement("gemini.usage.numbers")
def test_usage_numbers(gemini: Gemini) -> None:
    """An answer that counts costs tokens for its numbers."""
    answer = gemini.generate(LIST, config={"maxOutputTokens": LIMIT})

    demand_numbers_counted(answer.text, answer.tokens("candidatesTokenCount"), "the answer", LIMIT)


@requirement("gemini.safety-settings")
def test_safety_settings(gemini: Gemini) -> None:
    """`safetySettings` are accepted."""
    settings = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]

    demand_served(gemini.generate(safetySettings=settings))


@requirement("gemini.stop")
def test_stop(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """The text ends before a stop sequence."""
    answer = demand_supported(gemini.generate(UP_TO_NINE, config={"stopSequences": ["5"]}))
    text = answer.text
    if "4" not in text:
        inconclusive(f"the model did not count: {text:.80}")

    assert "5" not in text, f"stopSequences are ['5'], the text is {text!r:.120}"


@requirement("gemini.sampling")
def test_sampling(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """`temperature`, `topP`, `topK` and `seed` are accepted."""
    demand_supported(gemini.generate(config={"temperature": 0, "topP": 0.9, "topK": 20, "seed": 7}))


@requirement("gemini.candidate-count")
def test_candidate_count(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """`candidateCount` 2 gives two candidates with the indices 0 and 1."""
    answer = demand_supported(gemini.generate(config={"candidateCount": 2}))
    candidates = [one for one in pick(answer.body, "candidates", kind=list) if isinstance(one, dict)]

    indices = sorted(one.get("index") or 0 for one in candidates)
    assert indices == [0, 1], f"the indices of the candidates are {indices}"


@requirement("gemini.logprobs")
def test_logprobs(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """`responseLogprobs` gives the probability of each chosen token."""
    answer = demand_supported(gemini.generate(config={"responseLogprobs": True, "logprobs": 2}))
    result = demand_kind(answer.candidate.get("logprobsResult"), "logprobsResult", dict)

    for token in demand_objects(result.get("chosenCandidates"), "chosenCandidates"):
        demand_kind(token.get("token"), "token", str)
        logarithm = demand_kind(token.get("logProbability"), "logProbability", (int, float))
        assert logarithm <= 0, f"a token is {token!r:.80}"


@requirement("gemini.json")
def test_json(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """With `responseMimeType` application/json the text is JSON."""
    value_of(demand_supported(gemini.generate(BOOK, config=JSON)))


@requirement("gemini.json.schema")
def test_json_schema_of_openapi(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """The text satisfies `responseSchema`."""
    demand_book(demand_supported(gemini.generate(BOOK, config={**JSON, "responseSchema": SCHEMA})))


@requirement("gemini.json.json-schema")
def test_json_schema(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """The text satisfies `responseJsonSchema`."""
    demand_book(demand_supported(gemini.generate(BOOK, config={**JSON, "responseJsonSchema": JSON_SCHEMA})))


@requirement("gemini.vision")
def test_vision(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """An image in `inlineData` is accepted by a model that takes images, and seen."""
    answer = demand_supported(gemini.generate(picture()))

    leave_unseen(text_of(answer.parts))


@requirement("gemini.vision.counted")
def test_vision_counted(gemini: Gemini) -> None:
    """An image reaches the model: it costs prompt tokens."""
    less, more = _costs(gemini, gemini.generate(picture()))

    assert more > less + 10, f"with an image are {more} prompt tokens, without it {less}"


@requirement("gemini.vision.kept")
def test_vision_kept(gemini: Gemini) -> None:
    """An image that costs no tokens is seen at least: the answer tells its colour."""
    if not MODELS[PROTOCOL].search(gemini.model.lower()):
        inconclusive(f"nobody says that {gemini.model} takes images")
    answer = gemini.generate(picture())

    demand_kept(
        text_of(answer.parts), *_costs(gemini, answer), lambda: _counted(gemini.generate(f"{LONG_RULES} {COLOUR}"))
    )


def _costs(gemini: Gemini, answer: Generated) -> tuple[int, int]:
    """The prompt tokens of the question about an image without it, and with it."""
    return _counted(gemini.generate(pictured())), _counted(answer)


def _counted(answer: Generated) -> int:
    return answer.tokens("promptTokenCount")


def _fetched(gemini: Gemini) -> Generated:
    """The answer to an image under a public address, where the model takes images and the address is within reach."""
    if gemini.generate(picture()).status != 200:
        inconclusive("the model does not take an image in `inlineData` either")
    file = {"mimeType": "image/png", "fileUri": PUBLIC}
    answer = gemini.generate(pictured({"fileData": file}))
    if answer.status >= 500 or (answer.status != 200 and NOT_FETCHED.search(answer.exchange.text)):
        inconclusive(f"the image may not have been within reach: {answer.status} {answer.exchange.text:.120}")
    return answer


@requirement("gemini.vision.text-after")
def test_vision_text_after(gemini: Gemini) -> None:
    """The text after an image reaches the model: it costs prompt tokens."""
    turns = picture()
    longer = [{**turns[0], "parts": [*turns[0]["parts"], {"text": LONG_RULES}]}]
    without, alone = _costs(gemini, gemini.generate(turns))
    if alone <= without:
        inconclusive("an image is not counted")
    together = _counted(gemini.generate(longer))

    assert together >= alone + FEWEST, f"an image and a text after it cost {together} tokens, the image {alone}"


@requirement("gemini.vision.turns")
def test_vision_turns(gemini: Gemini) -> None:
    """Of three images in two turns each reaches the model."""
    shown = picture()[0]
    both = {**shown, "parts": [*shown["parts"], shown["parts"][-1]]}
    answer = gemini.generate([shown, turn("I see.", "model"), both])

    demand_each_image(*_costs(gemini, gemini.generate(picture())), _counted(answer))


@requirement("gemini.file-data")
def test_file_data(gemini: Gemini, demand_supported: Callable[..., Generated]) -> None:
    """An image in `fileData`, under a public address, is accepted, and seen."""
    answer = demand_supported(_fetched(gemini))

    leave_unfetched(text_of(answer.parts), lambda: _costs(gemini, answer))


@requirement("gemini.file-data.counted")
def test_file_data_counted(gemini: Gemini) -> None:
    """An image in `fileData` reaches the model: it costs prompt tokens."""
    less, inline = _costs(gemini, gemini.generate(picture()))
    if inline <= less + 10:
        inconclusive("an image in `inlineData` is not counted either")
    more = _counted(_fetched(gemini))

    assert more > less + 10, f"with an image under an address are {more} prompt tokens, without it {less}"
