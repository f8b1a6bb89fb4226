"""What is sent arrives, whole and at the model that was meant."""

from __future__ import annotations

from conformance.target import Target
from conformance.words.answer import leave_at_limit
from conformance.words.ask import PROMPT, Ask, encoded, user
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.chat import Completion
from conformance.words.samples.media import image_part, text_part
from conformance.words.samples.prompts import FEWEST, LONG_TEXT
from conformance.words.samples.unicode import CODE_PROMPT, demand_code

PADDING = 300_000
"""Bytes of white space: more than many proxies buffer, less than one photo in base64."""
COUNTED = {"include_usage": True}
ENOUGH = 128
"""Tokens for the code."""
TRIES = 2
"""Other models that are asked until one answers."""
SYSTEM = {"role": "system", "content": "You are a terse assistant who never uses more than five words."}


@requirement("chat.prompt.large-body")
def test_large_body(ask: Ask, chat: Completion) -> None:
    """A request of 300 kB, which is mostly white space between its members, is answered like any other."""
    if chat.status != 200:
        inconclusive(f"even a small request is answered {chat.status}")
    plain = encoded(ask.body())
    answer = ask.post("/chat/completions", plain[:-1] + b" " * PADDING + b"}")
    leave_at_limit(answer)

    assert answer.status == 200, f"{len(plain) + PADDING} bytes are answered {answer.status or answer.broken}"


@requirement("chat.prompt.long-text")
def test_long_text(ask: Ask) -> None:
    """A long text is not cut: twice the text costs at least half as many prompt tokens again."""
    once, twice = (ask.chat(LONG_TEXT * factor + PROMPT).tokens("prompt_tokens") for factor in (1, 2))
    if once <= ask.chat().tokens("prompt_tokens"):
        inconclusive("cannot be judged: the length of a text is not counted")

    assert twice >= 1.5 * once, f"a text of twice the length costs {twice} prompt tokens, the text {once}"


@requirement("chat.prompt.streamed")
def test_streamed(ask: Ask) -> None:
    """A system message is part of the prompt of a stream as of a whole answer."""
    messages = [SYSTEM, user(PROMPT)]
    whole, without = ask.chat(messages=messages).tokens("prompt_tokens"), ask.chat().tokens("prompt_tokens")
    if whole < without + FEWEST:
        inconclusive("cannot be judged: not even whole answers count the system message")
    plain = pick(ask.stream(stream_options=COUNTED).usage, "prompt_tokens", kind=int)
    if plain != without:
        inconclusive(f"cannot be judged: a plain prompt costs {without} tokens, streamed {plain}")
    streamed = pick(ask.stream(messages=messages, stream_options=COUNTED).usage, "prompt_tokens", kind=int)

    assert streamed >= without + FEWEST, (
        f"streamed, the prompt costs {streamed} tokens, without its system message {without}"
    )


@requirement("chat.prompt.images")
def test_images(ask: Ask, target: Target) -> None:
    """Of two images both are part of the prompt, where one is counted."""
    model, parts = target.models.get("vision", ask.model), [text_part("What is it?"), image_part(), image_part()]
    none, one, two = (ask.chat(parts[:count], model=model).tokens("prompt_tokens") for count in (1, 2, 3))
    if one <= none:
        inconclusive("cannot be judged: an image is not counted")

    assert two > one, f"two images cost {two} prompt tokens, one {one}"


@requirement("chat.prompt.model")
def test_model(ask: Ask, chat: Completion) -> None:
    """A model that is asked what another was asked gives an answer of its own, not the remembered one."""
    listed = pick(ask.get("/models").json, "data", kind=list)
    names = [str(entry.get("id")) for entry in listed if isinstance(entry, dict) and entry.get("id") != ask.model]
    similar = [name for name in names if _family(name) == _family(ask.model)]
    first = pick(chat.body, "id", kind=str)
    if not first or first == pick(ask.chat("Name one colour.").body, "id"):
        inconclusive("cannot be judged: answers have no ids of their own")
    answers = (ask.chat(model=name) for name in similar[:TRIES])
    other = next((answer for answer in answers if answer.status == 200), None)
    if other is None:
        inconclusive("no second model of the same family answers")

    assert pick(other.body, "id") != first, f"two models gave one answer, {first!r:.80}"


def _family(model: str) -> str:
    return model.rpartition("/")[2][:3].lower()


@requirement("chat.prompt.system-later")
def test_system_later(ask: Ask) -> None:
    """A second `system` message, after some turns, reaches the model, or is refused: neither of the two is dropped."""
    turns = [SYSTEM, user("Which colours do you know?"), {"role": "assistant", "content": "All of them."}]
    answer = ask.chat(messages=[*turns, {"role": "system", "content": "Never use more than five words."}, user(PROMPT)])
    if 400 <= answer.status < 500:
        inconclusive(f"the target refuses it: {answer.status}")

    alone = ask.chat(messages=[*turns, user(PROMPT)]).tokens("prompt_tokens")
    together = answer.tokens("prompt_tokens")
    assert together > alone, f"with a second instruction the prompt costs {together} tokens, without it {alone}"


@requirement("chat.prompt.code")
def test_code(ask: Ask) -> None:
    """Code that is to be repeated comes back in valid JSON, letter for letter."""
    answer = ask.chat(CODE_PROMPT, **ask.room(ENOUGH))

    assert answer.taken.json is not None, f"the body is no JSON: {answer.exchange.text:.160}"
    demand_code(answer.text)


@requirement("chat.prompt.code.stream")
def test_code_stream(ask: Ask) -> None:
    """Code that is to be repeated comes back letter for letter in a stream as well."""
    demand_code(ask.stream(CODE_PROMPT, **ask.room(ENOUGH)).text())
