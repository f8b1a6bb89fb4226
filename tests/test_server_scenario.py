"""Scenarios: what rules match, what they answer in each protocol, and in what order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import httpx
import pytest

import gateway_contract
from reference_server.running import ScenarioRefused, serving

MODEL = "gpt-5.5"
CONTRACT = gateway_contract.load(None)
OPERATIONS = {
    "chat": ("/v1/chat/completions", "createChatCompletion"),
    "responses": ("/v1/responses", "createResponse"),
    "messages": ("/anthropic/v1/messages", "createMessage"),
    "gemini": (f"/gemini/v1beta/models/{MODEL}:generateContent", "generateContent"),
}
KEYS = {"authorization": "Bearer sk-ok", "x-api-key": "sk-ok", "x-goog-api-key": "sk-ok"}
HEADERS = {**KEYS, "anthropic-version": "2023-06-01"}
TEXT = "It is sunny."


def body_of(protocol, content, **fields):
    messages = [{"role": "user", "content": content}]
    match protocol:
        case "responses":
            return {"model": MODEL, "input": content, **fields}
        case "gemini":
            return {"contents": [{"role": "user", "parts": [{"text": content}]}]}
        case "messages":
            return {"model": MODEL, "max_tokens": 200, "messages": messages, **fields}
    return {"model": MODEL, "messages": messages, **fields}


@pytest.fixture
def post(running):
    """`post("Hello", protocol="chat", headers={}, stream=False, **fields)`: the response to one request."""

    def send(content="Hello", protocol="chat", headers=None, stream=False, **fields):
        path, _ = OPERATIONS[protocol]
        if stream and protocol == "gemini":
            path = path.replace(":generateContent", ":streamGenerateContent?alt=sse")
        elif stream:
            fields["stream"] = True
        body = body_of(protocol, content, **fields)
        return httpx.post(f"{running.root}{path}", json=body, headers={**HEADERS, **(headers or {})}, timeout=5)

    return send


def said(answer):
    return answer.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize("protocol", OPERATIONS)
@pytest.mark.parametrize(
    "answer",
    [
        {"text": TEXT},
        {"refusal": TEXT},
        {"json": {"sunny": TEXT}},
        {"text": TEXT, "reasoning": "I look outside.", "tool_calls": [{"name": "look", "arguments": {"at": "it"}}]},
        {"text": TEXT, "finish": "content_filter"},
    ],
    ids=lambda answer: "-".join(answer),
)
def test_answers_of_a_model_follow_the_contract(play, post, events, protocol, answer):
    play({"answer": answer})
    operation = CONTRACT.operations[OPERATIONS[protocol][1]]

    whole, streamed = post(protocol=protocol), post(protocol=protocol, stream=True)
    assert whole.status_code == 200
    assert operation.response_problem(200, whole.json()) is None
    assert TEXT in json.dumps(whole.json())
    assert TEXT in spoken(events(streamed.content))
    assert ("look" in whole.text, "look" in streamed.text) == ("tool_calls" in answer, "tool_calls" in answer)


def spoken(chunks):
    """All texts of a stream, one after another: those of other members are among them."""
    texts = []

    def collect(value):
        if isinstance(value, dict):
            texts.extend(
                part
                for name, part in value.items()
                if isinstance(part, str) and name in ("content", "text", "refusal", "delta", "partial_json")
            )
            [collect(part) for part in value.values()]
        elif isinstance(value, list):
            [collect(part) for part in value]

    collect(chunks)
    return "".join(texts)


def test_calls_after_a_text(play, post, events):
    play(
        {"answer": {"text": TEXT, "tool_calls": [{"name": "a", "arguments": {"n": 1}}, {"name": "b", "id": "call_7"}]}}
    )

    message = post().json()["choices"][0]["message"]
    assert message["content"] == TEXT
    assert [call["function"] for call in message["tool_calls"]] == [
        {"name": "a", "arguments": '{"n":1}'}, {"name": "b", "arguments": "{}"}
    ]  # fmt: skip
    assert message["tool_calls"][1]["id"] == "call_7"
    blocks = post(protocol="messages").json()["content"]
    assert blocks[1]["id"].startswith("toolu_")
    assert blocks[2]["id"] == "call_7"
    items = [event for event in events(post(protocol="responses", stream=True).content) if "item" in event]
    done = [event["item"] for event in items if event["type"] == "response.output_item.done"]
    assert [(item["type"], item.get("arguments")) for item in done] == [
        ("message", None), ("function_call", '{"n":1}'), ("function_call", "{}")
    ]  # fmt: skip


def test_usage_is_counted_or_given(play, post):
    play(
        {"when": {"last": "given"}, "answer": {"text": TEXT, "usage": {"prompt": 1000, "completion": 5}}},
        {"answer": {"text": TEXT}},
    )

    assert post("given").json()["usage"]["total_tokens"] == 1005
    assert post().json()["usage"]["completion_tokens"] == 4
    assert post("given", "messages").json()["usage"]["input_tokens"] == 1000
    assert post("given", "gemini").json()["usageMetadata"]["totalTokenCount"] == 1005


def test_limits_of_the_request_hold(play, post):
    play({"answer": {"text": "one two three"}})

    cut = post(max_tokens=1).json()["choices"][0]
    assert (cut["message"]["content"], cut["finish_reason"]) == ("one", "length")
    assert said(post(stop=" three")) == "one two"


@pytest.mark.parametrize("protocol", OPERATIONS)
def test_status_has_the_error_of_its_protocol(play, post, protocol):
    play({"answer": {"status": 429, "error": {"message": "Slow down."}, "headers": {"retry-after": "7"}}})

    refused = post(protocol=protocol)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert refused.json()["error"]["message"] == "Slow down."
    assert CONTRACT.operations[OPERATIONS[protocol][1]].response_problem(429, refused.json()) is None


def test_body_is_sent_as_it_is(play, running, post):
    play(
        {"when": {"path": "/v1/fine_tuning/*"}, "answer": {"body": {"id": "ft-1"}}},
        {"answer": {"status": 502, "body": "<html>"}},
    )

    job = httpx.get(f"{running.base_url}/fine_tuning/jobs", headers=HEADERS)
    assert (job.status_code, job.json()) == (200, {"id": "ft-1"})
    assert (post().status_code, post().text) == (502, "<html>")


def test_sequence_then_the_last_answer_stays(play, post):
    play({"answer": [{"status": 429, "times": 2}, {"text": TEXT}]})

    assert [post().status_code for _ in range(4)] == [429, 429, 200, 200]


def test_rule_ends_after_its_times(play, post):
    play({"answer": {"text": TEXT, "times": 1}})

    assert [said(post()) for _ in range(2)] == [TEXT, "You said: Hello"]


def test_states(play, post):
    play(
        {"when": {"state": "start", "last": "pay"}, "answer": [{"status": 500}, {"text": "Paid."}], "then": "paid"},
        {"when": {"state": "paid", "last": "pay"}, "answer": {"status": 409}},
    )

    assert [post("pay").status_code for _ in range(4)] == [500, 200, 409, 409]


@pytest.mark.parametrize(
    ("when", "request_", "other"),
    [
        ({"model": "gpt-5*"}, {}, {"model": "echo"}),
        ({"protocol": "openai"}, {}, {"protocol": "messages"}),
        ({"operation": "createResponse"}, {"protocol": "responses"}, {}),
        ({"path": "/v1/chat/*"}, {}, {"protocol": "responses"}),
        ({"last": "sunny"}, {"content": "Is it sunny?"}, {}),
        ({"last": {"pattern": r"^\w+ \d+$"}}, {"content": "Day 12"}, {"content": "Day of 12"}),
        ({"stream": False}, {}, {"protocol": "gemini", "stream": True}),
        ({"header": {"X-User": "alice"}}, {"headers": {"x-user": "alice"}}, {}),
        ({"header": {"x-user": {"pattern": "^.$"}}}, {"headers": {"x-user": "a"}}, {"headers": {"x-user": "ab"}}),
        ({"key": "sk-ok@*"}, {"headers": {"authorization": "Bearer sk-ok@b"}}, {}),
        ({"test": "b"}, {"headers": {"authorization": "Bearer sk-ok@b"}}, {"headers": {"x-test-id": "a"}}),
        ({"test": "b"}, {"headers": {"x-test-id": "b"}}, {}),
    ],
)  # fmt: skip
def test_what_rules_match(play, post, when, request_, other):
    play({"when": when, "answer": {"text": TEXT}})

    assert TEXT in post(**request_).text
    assert TEXT not in post(**other).text


CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
ASKED = {"role": "user", "content": "?"}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "rain"}]}
LOOKED = {
    "chat": {
        "messages": [
            ASKED,
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        ]
    },
    "responses": {
        "input": [
            ASKED,
            {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "rain"},
        ]
    },
    "messages": {
        "messages": [
            ASKED,
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "look", "input": {}}]},
            {"role": "user", "content": [RESULT]},
        ]
    },
    "gemini": {
        "contents": [
            {"role": "user", "parts": [{"text": "?"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"result": "rain"}}}]},
        ]
    },
}


@pytest.mark.parametrize("protocol", OPERATIONS)
def test_results_of_tools_and_earlier_messages(play, running, protocol):
    play(
        {"when": {"tool_result": "snow"}, "answer": {"text": "White."}},
        {"when": {"tool_result": True, "any": "?"}, "answer": {"text": "Wet."}},
    )
    path, _ = OPERATIONS[protocol]

    body = {**body_of(protocol, "Hello"), **LOOKED[protocol]}
    answer = httpx.post(f"{running.root}{path}", json=body, headers=HEADERS)
    assert "Wet." in answer.text
    plain = httpx.post(f"{running.root}{path}", json=body_of(protocol, "?"), headers=HEADERS)
    assert "Wet." not in plain.text


def test_nth_counts_what_matches(play, post):
    play({"when": {"last": "a", "nth": [2, 4]}, "answer": {"text": TEXT}})

    words = ["a", "b", "a", "a", "a"]
    assert [said(post(word)) == TEXT for word in words] == [False, False, True, False, True]


def test_probability_follows_from_the_seed(play, post):
    drawn = []
    for seed in (1, 1, 2):
        play({"when": {"probability": 0.5}, "answer": {"status": 503}}, seed=seed)
        drawn.append([post().status_code for _ in range(12)])

    assert drawn[0] == drawn[1] != drawn[2]
    assert {*drawn[0]} == {200, 503}


@pytest.mark.parametrize("stream", [False, True])
def test_stall(play, post, stream):
    play(answer={"text": TEXT, "time": {"stall_after": 2, "stall": 0.3}})
    begun = time.monotonic()

    answer = post(stream=stream)

    assert answer.status_code == 200
    assert 0.3 <= time.monotonic() - begun < 3


def test_stall_of_a_model_and_of_an_answer(play, post):
    play({"answer": {"time": {"stall": 0.1}}}, models={MODEL: {"stall_after": 1}})

    assert post().elapsed.total_seconds() >= 0.1


def test_requests_are_judged_first(play, post):
    play({"answer": {"text": TEXT}})

    assert post(headers={"authorization": "Bearer sk-wrong"}).status_code == 401
    assert post(temperature="hot").status_code == 400
    assert post(model="nobody").status_code == 404


def test_words_of_a_model_answer_only_where_models_speak(play, running, post):
    play({"answer": [{"status": 500, "times": 1}, {"text": TEXT}]})

    assert httpx.get(f"{running.base_url}/models", headers=HEADERS).status_code == 200
    assert post().status_code == 500


def test_model_that_fails_says_what_is_scripted(play, post):
    play({"answer": {"text": TEXT}})

    assert said(post(model="upstream-error")) == TEXT


@pytest.mark.parametrize(
    ("fault", "stream", "sign"),
    [
        ("stream_without_done", True, lambda text: "[DONE]" not in text),
        (["stream_without_done", "lines_end_in_crlf"], True, lambda text: "\r\n" in text and "[DONE]" not in text),
    ],
)
def test_faults_by_name(play, post, fault, stream, sign):
    play({"answer": {"fault": fault, "text": TEXT, "times": 1}})

    first, second = post(stream=stream), post(stream=stream)
    assert sign(first.text)
    assert not sign(second.text)


def test_faults_in_how_a_request_is_understood(play, post):
    play({"answer": {"fault": "n_ignored"}})

    assert len(post(n=2).json()["choices"]) == 1


WRONG = [
    ("rules:\n- answer: {txt: hi}\n", "line 2: there is no `txt` here (at rules[0].answer.txt); did you mean `text`?"),
    ("rules:\n- when:\n    nth: 0\n", "line 3: expected `int` >= 1"),
    ("rules:\n- answer:\n  - {text: a}\n  - {text: yes}\n", "line 4: expected `str | null`, got `bool`"),
    ("rules:\n- answer: {fault: stream_without_don}", "line 2: there is no fault named 'stream_without_don'"),
    ("rules:\n- answer: {text: a}\n  when: {last: {pattern: '(?=a)'}}", "line 3: the pattern '(?=a)' is not supported"),
    ("rules:\n- answer: {text: a, text: b}", "line 2: `text` stands here a second time"),
    ("models:\n  a: {first: 1}\n  b: {fist: 1}", "line 3: there is no `fist` here"),
    ("rules: [", "line 1"),
    ("rules:\n- answer: {text: a, status: 400}", "line 2: this is said by a model, and is no answer of a model"),
    ("rules:\n- answer: {text: a, json: {}}", "`text` and `json` do not go together"),
    ("rules:\n- answer: {status: 200}", "this status needs a `body`"),
    ("rules:\n- answer: {error: {message: wrong}}", "`error` needs a `status`"),
    ("rules:\n- answer: {after: 1}", "add `connection`"),
    ('rules:\n- answer: {headers: {a: "b\\r\\nc: d"}}', "cannot be sent"),
    ("a: &a [1, *a]", "too many values"),
    ("rules:\n- when:\n    operation: createChat\n", "line 3: there is no operation 'createChat'"),
    ("rules:\n- when: {operation: create*s*d}", "line 2: there is no operation"),
    ("rules:\n- answer: {text: a}\n  when: {operation: createEmbedding}", "line 3: no model speaks in createEmbedding"),
    ("rules:\n- then: paid\n- when: {state: payed}", "line 3: no rule leads to the state 'payed'"),
    ("rules:\n- when: {state: payed}\n- then: paid", "did you mean 'paid'?"),
    ("rules:\n- answer: {time: {stall: 1}}", "line 2: `stall` says for how long"),
    ("models:\n  a: {first: 1}\n  gpt-*: {stall: 1}", "line 3: `stall` says for how long"),
    ('{"rules":\n\t[{"answer": {"text": 1}}]}', "line 2: expected `str | null`, got `int`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_scenario_is_refused_with_its_line(play, running, text, message):
    refused = httpx.post(f"{running.root}/_control/scenario", content=text)

    assert refused.status_code == 400
    assert message in refused.json()["error"]["message"]


def test_wrong_script_is_refused(play):
    with pytest.raises(ScenarioRefused, match="did you mean `text`"):
        play(answer={"txt": "Hello"})


def test_scenario_is_shown_and_cleared(play, running, post):
    play({"when": {"last": "Hello"}, "answer": {"text": TEXT}, "then": "greeted"})
    post()

    url = f"{running.root}/_control/scenario"
    shown = httpx.get(url).json()
    assert shown["scenario"] == {"rules": [{"when": {"last": "Hello"}, "answer": {"text": TEXT}, "then": "greeted"}]}
    assert (shown["state"], shown["plays"]) == ("greeted", [1])
    assert httpx.delete(url).json()["scenario"] is None
    assert said(post()) != TEXT
    assert httpx.put(url).status_code == 405


def test_file_is_read_again_when_it_changes(tmp_path, capfd):
    file = tmp_path / "scenario.json"
    file.write_text('{"rules": [{"answer": {"text": "one"}}]}', "utf-8")
    with serving("--scenario", str(file)) as server:

        def answer():
            sent = httpx.post(f"{server.base_url}/chat/completions", json=body_of("chat", "Hello"), headers=HEADERS)
            return said(sent)

        assert answer() == "one"
        file.write_text('{"rules": [{"answer": {"text": "two, later"}}]}', "utf-8")
        assert answer() == "two, later"
        file.write_text('{"rules": [{"answer": {"txt": "three"}}]}', "utf-8")
        assert answer() == "two, later"
        assert "did you mean `text`" in httpx.get(f"{server.root}/_control/scenario").json()["error"]
        os.utime(file, (1, 1))
        file.write_text('{"rules": []}', "utf-8")
        assert answer() == "You said: Hello"
    assert "scenario.json, line 1: there is no `txt` here" in capfd.readouterr().err


def run(*options):
    words = [sys.executable, "-m", "reference_server", *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=20)


def test_wrong_file_ends_the_command(tmp_path):
    (tmp_path / "wrong.yaml").write_text("rules: 3", "utf-8")

    wrong, missing = run("--scenario", str(tmp_path / "wrong.yaml")), run("--scenario", str(tmp_path / "none.yaml"))
    assert (wrong.returncode, missing.returncode) == (2, 2)
    assert "wrong.yaml, line 1: expected `array`, got `int` (at rules)" in wrong.stderr
    assert "none.yaml" in missing.stderr


@pytest.mark.parametrize(("gateway", "status"), [("openai", 2), ("infery", 0)])
def test_operation_of_another_gateway_is_refused(gateway, status, tmp_path):
    """No request to this one could match."""
    file = tmp_path / "video.yaml"
    file.write_text("rules:\n- when: {operation: createVideo}\n  answer: {body: {}}", "utf-8")
    played = [] if gateway == "openai" else ["--gateway", gateway]
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes", *played]

    done = subprocess.run(
        [*words, "--scenario", str(file)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
    )

    assert done.returncode == status
    assert ("video.yaml, line 2: this gateway has no operation 'createVideo'" in done.stderr) is bool(status)


def test_schema_is_printed():
    printed = run("--scenario-schema")

    assert json.loads(printed.stdout)["title"] == "A scenario of reference-server"


def test_control_is_opt_in(server):
    root = server().removesuffix("/v1")

    assert httpx.post(f"{root}/_control/scenario", json={}, headers=HEADERS).status_code == 404
