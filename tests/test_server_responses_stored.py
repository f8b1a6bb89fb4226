"""Stored responses of the reference server: retrieved, listed and deleted."""

from __future__ import annotations

import pytest

ITEMS = [
    {"role": "user", "content": "Look."},
    {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c", "output": "rain"},
]


@pytest.fixture
def ask(server, http):
    """`ask("GET", "/resp_1", key="sk-ok", **fields)`: the response to a request below /responses."""

    def send(method, path="", key="sk-ok", gateway=None, **fields):
        url = f"{server(gateway)}/responses{path}"
        return http.request(method, url, json=fields or None, headers={"authorization": f"Bearer {key}"})

    return send


def make(ask, **fields):
    return ask("POST", **{"model": "echo", "input": "Hello", **fields})


@pytest.mark.parametrize("gateway", [None, "strict-openai"])
def test_response_is_retrieved_as_it_was_given(ask, gateway):
    given = make(ask, gateway=gateway).json()

    assert ask("GET", f"/{given['id']}", gateway=gateway).json() == given


def test_streamed_response_is_retrieved(ask, events):
    whole = events(make(ask, stream=True).content)[-1]["response"]

    assert ask("GET", f"/{whole['id']}").json() == whole


def test_stream_of_a_stored_response_is_refused(ask):
    name = make(ask).json()["id"]

    assert ask("GET", f"/{name}?stream=false").status_code == 200
    refused = ask("GET", f"/{name}?stream=true")
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "stream")


def test_deleted_response_is_gone(ask):
    name = make(ask).json()["id"]

    assert ask("DELETE", f"/{name}").json() == {"id": name, "object": "response", "deleted": True}
    assert {ask(method, f"/{name}").status_code for method in ("GET", "DELETE")} == {404}
    assert make(ask, previous_response_id=name).status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("GET", "/input_items")])
def test_another_account_finds_nothing(ask, method, path):
    name = make(ask).json()["id"]

    assert ask(method, f"/{name}{path}", key="sk-ok@other").status_code == 404
    assert ask("GET", f"/{name}").status_code == 200


def test_input_items_have_types_ids_and_parts(ask):
    name = make(ask, input=ITEMS).json()["id"]

    listed = ask("GET", f"/{name}/input_items?order=asc").json()
    assert [item["type"] for item in listed["data"]] == ["message", "function_call", "function_call_output"]
    assert listed["data"][0]["content"] == [{"type": "input_text", "text": "Look."}]
    assert len({item["id"] for item in listed["data"]}) == 3
    assert listed["has_more"] is False


def test_input_items_in_pages(ask):
    name = make(ask, input=ITEMS).json()["id"]

    first = ask("GET", f"/{name}/input_items?limit=2").json()
    assert ([item["type"] for item in first["data"]], first["has_more"]) == (
        ["function_call_output", "function_call"], True
    )  # fmt: skip
    second = ask("GET", f"/{name}/input_items?limit=2&after={first['last_id']}").json()
    assert ([item["type"] for item in second["data"]], second["has_more"]) == (["message"], False)
    assert ask("GET", f"/{name}/input_items?after=nothing").status_code == 400
    assert ask("GET", f"/{name}/input_items?limit=0").status_code == 400


def test_other_gateways_do_not_document_it(ask):
    name = make(ask, gateway="foxapi", model="gpt-4o-mini").json().get("id", "resp_1")

    assert ask("GET", f"/{name}", gateway="foxapi").status_code == 404


def test_response_that_has_ended_is_not_cancelled(ask):
    given = make(ask).json()

    refused = ask("POST", f"/{given['id']}/cancel")

    assert refused.status_code == 400
    assert "synchronous" in refused.json()["error"]["message"]
    assert ask("GET", f"/{given['id']}").json() == given
    assert ask("POST", "/resp_nothing/cancel").status_code == 404


def test_input_tokens_are_those_that_the_answer_costs(ask):
    fields = {"model": "echo", "input": ITEMS, "instructions": "Be brief."}
    charged = ask("POST", **fields).json()

    assert ask("POST", "/input_tokens", **fields).json() == {
        "object": "response.input_tokens",
        "input_tokens": charged["usage"]["input_tokens"],
    }
    following = ask("POST", "/input_tokens", input="And now?", previous_response_id=charged["id"]).json()
    assert following["input_tokens"] > ask("POST", "/input_tokens", input="And now?").json()["input_tokens"]
    assert ask("POST", "/input_tokens", model="no-such-model", input="Hello").status_code == 404
    assert ask("POST", "/input_tokens", conversation="conv_1").status_code == 400
    assert ask("POST", "/input_tokens", model="echo").json()["input_tokens"] == 0


@pytest.mark.parametrize(
    "fields", [{"tool_choice": 5}, {"tool_choice": {"type": "function"}}, {"text": 5}, {"max_output_tokens": "few"}]
)
def test_what_counting_does_not_document_is_not_looked_at(ask, fields):
    assert ask("POST", "/input_tokens", model="echo", input="Hello", **fields).status_code == 200


def test_official_client(server):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=server(), api_key="sk-ok") as client:
        given = client.responses.create(model="echo", input="Hello")

        assert client.responses.retrieve(given.id).output_text == given.output_text
        assert client.responses.input_items.list(given.id).data[0].content[0].text == "Hello"
        assert client.responses.input_tokens.count(model="echo", input="Hello").input_tokens == given.usage.input_tokens
        client.responses.delete(given.id)
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(given.id)
