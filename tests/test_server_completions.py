"""Completions of the reference server, as before chat."""

from __future__ import annotations

import pytest

MODEL = "gpt-3.5-turbo-instruct"


@pytest.fixture
def complete(server, http):
    """`complete("Hello", **fields)`: the response to one request."""

    def send(prompt="Hello", gateway=None, **fields):
        body = {"model": MODEL, "prompt": prompt, **fields}
        return http.post(f"{server(gateway)}/completions", json=body, headers={"authorization": "Bearer sk-ok"})

    return send


@pytest.mark.parametrize("gateway", [None, "strict-openai"])
def test_text_is_completed(complete, gateway):
    answer = complete(gateway=gateway).json()

    assert answer["object"] == "text_completion"
    assert answer["choices"] == [{"index": 0, "text": "You said: Hello", "logprobs": None, "finish_reason": "stop"}]
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]


def test_several_texts_and_choices(complete):
    answer = complete(["a", "b"], n=2, echo=True).json()

    assert [choice["text"] for choice in answer["choices"]] == ["aYou said: a"] * 2 + ["bYou said: b"] * 2
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2, 3]


def test_sixteen_tokens_unless_more_are_asked_for(complete):
    text = "Count from 1 to 50"

    assert complete(text).json()["usage"]["completion_tokens"] == 16
    assert complete(text, max_tokens=200).json()["choices"][0]["finish_reason"] == "stop"


def test_stream_holds_the_text(complete, events):
    *chunks, done = events(complete(stream=True, echo=True, stream_options={"include_usage": True}).content)

    assert done == "[DONE]"
    assert "".join(choice["text"] for chunk in chunks for choice in chunk["choices"]) == "HelloYou said: Hello"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": [1, 2]}, "prompt"),
        ({"best_of": 1, "n": 2}, "best_of"),
        ({"best_of": 2, "stream": True}, "best_of"),
        ({"prompt": "a " * 10_000, "echo": True, "logprobs": 5}, "logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"n": 0}, "n"),
        ({"n": 128, "prompt": ["a"] * 17}, "prompt"),
    ],
)
def test_what_is_refused(complete, fields, param):
    refused = complete(**{"prompt": "Hello", **fields})

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)


def test_best_of_several_costs_them_all(complete):
    one, best = complete().json(), complete(best_of=3, n=2).json()

    assert len(best["choices"]) == 2
    assert best["usage"]["completion_tokens"] == 3 * one["usage"]["completion_tokens"]


def test_suffix_is_read_and_not_repeated(complete):
    answer = complete(suffix=" and bye", echo=True).json()

    assert answer["choices"][0]["text"] == "HelloYou said: Hello [...]  and bye"
    assert answer["usage"]["prompt_tokens"] > complete().json()["usage"]["prompt_tokens"]


@pytest.mark.parametrize("echo", [False, True])
def test_probabilities_of_each_token(complete, echo):
    choice = complete(logprobs=2, echo=echo).json()["choices"][0]
    probable, whole = choice["logprobs"], "Hello" + choice["text"].removeprefix("Hello")

    assert "".join(probable["tokens"]) == choice["text"]
    assert all(
        whole[at:].startswith(token) for at, token in zip(probable["text_offset"], probable["tokens"], strict=True)
    )
    assert {len(values) for values in probable.values()} == {len(probable["tokens"])}
    assert (probable["token_logprobs"][0], probable["top_logprobs"][0]) == (None, None) if echo else True
    assert len(probable["top_logprobs"][-1]) == 2
    assert complete(logprobs=0).json()["choices"][0]["logprobs"]["top_logprobs"][0] == {}


def test_probabilities_come_with_their_pieces(complete, events):
    whole = complete(logprobs=1, echo=True).json()["choices"][0]["logprobs"]
    *chunks, _ = events(complete(logprobs=1, echo=True, stream=True).content)
    pieces = [chunk["choices"][0]["logprobs"] for chunk in chunks[:-1]]

    assert {name: [one for piece in pieces for one in piece[name]] for name in whole} == whole


def test_other_gateways_do_not_document_it(complete):
    assert complete(gateway="foxora").status_code == 404


def test_official_client(server):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=server(), api_key="sk-ok") as client:
        whole = client.completions.create(model=MODEL, prompt="Hello")
        stream = client.completions.create(model=MODEL, prompt="Hello", stream=True)

        assert whole.choices[0].text == "".join(chunk.choices[0].text for chunk in stream) == "You said: Hello"
