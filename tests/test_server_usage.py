"""The reference server reports the usage in a span of time."""

from __future__ import annotations

from datetime import UTC, datetime

import openai
import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.service import Service
from reference_server.state.ledger import DAY
from reference_server.state.store import Store
from reference_server.wire.call import Call

CONTRACT = gateway_contract.load("infery")
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def get():
    """`get(**query)`: the reply to one request, with something booked on three days by two keys."""
    moment = [NOW]
    store = Store(clock=lambda: moment[0])
    for back, key, model, tokens in (
        (0, "sk-ok", "echo", 1),
        (0, "sk-ok-2", "echo", 10),
        (1, "sk-ok", "embedding", 100),
        (40, "sk-ok", "echo", 1000),
    ):
        moment[0] = NOW - back * DAY
        store.book("first", key, model, tokens, tokens, 0.1)
    moment[0] = NOW
    service = Service(CONTRACT, fixtures.load(), store)

    def send(key="sk-ok", **query):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        call = Call("0" * 32, "GET", "/usage", headers, b"", CONTRACT)
        call.query = {name: [value] for name, value in query.items()}
        return service.respond(call)

    return send


def prompts(reply):
    """The prompt tokens of all rows."""
    return sum(row["prompt_tokens"] for row in reply.body["data"])


def test_rows_by_model(get):
    reply = get(start="2026-11-01", end="2026-11-20", group_by="model")

    assert CONTRACT.operations["getUsage"].response_problem(200, reply.body) is None
    assert reply.body["data"] == [
        {"model": "embedding", "requests": 1, "prompt_tokens": 100, "completion_tokens": 100, "credits_used": 0.1},
        {"model": "echo", "requests": 2, "prompt_tokens": 11, "completion_tokens": 11, "credits_used": 0.2},
    ]


def test_rows_by_key_do_not_tell_the_key(get):
    rows = get(group_by="api_key_id").body["data"]

    assert len({row["api_key_id"] for row in rows}) == 2
    assert not any("sk-ok" in str(row) for row in rows)


def test_rows_without_a_group_tell_day_model_and_key(get):
    rows = get().body["data"]

    assert len(rows) == 3
    assert all({"timestamp", "model", "api_key_id"} <= row.keys() for row in rows)


@pytest.mark.parametrize(
    ("span", "tokens"),
    [
        ({}, 111),
        ({"start": "2026-11-20"}, 11),
        ({"end": "2026-11-19"}, 100),
        ({"end": "2026-11-20T00:00:00Z"}, 100),
        ({"start": "2026-11-19T23:59:59+00:00", "end": "2026-11-19"}, 100),
        ({"start": "2026-11-20T01:00:00 02:00", "end": "2026-11-20"}, 111),
        ({"start": "2026-01-01", "end": "2026-12-31"}, 1111),
        ({"start": "2001-01-01", "end": "2001-01-02"}, 0),
        ({"start": "2026-11-20", "end": "2026-11-01"}, 0),
        ({"end": "0001-01-01"}, 0),
        ({"end": "0001-01-01T00:00:00Z"}, 0),
        ({"end": "9999-12-31T23:59:59Z"}, 0),
    ],
)
def test_span_is_kept(get, span, tokens):
    assert prompts(get(**span)) == tokens


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"start": "yesterday"}, "start"),
        ({"start": ""}, "start"),
        ({"end": "2026-13-01"}, "end"),
        ({"end": "0001-01-01T00:00:00+14:00"}, "end"),
        ({"group_by": "mood"}, "group_by"),
    ],
)
def test_wrong_values_are_refused(get, query, param):
    reply = get(**query)

    assert reply.status == 400
    assert reply.body["error"]["message"]
    assert CONTRACT.operations["getUsage"].response_problem(400, reply.body) is None
    assert param in reply.body["error"]["message"]


@pytest.mark.parametrize(
    ("key", "status"),
    [(None, 401), ("sk-nobody", 401), ("sk-restricted", 403), ("sk-rate-limited", 429), ("sk-no-payment", 200)],
)
def test_state_of_a_key_decides_the_status(get, key, status):
    assert get(key=key).status == status


def test_other_accounts_are_not_told(get):
    assert get(key="sk-ok-other").body["data"] == []


def test_official_client_reaches_the_route(server):
    with openai.OpenAI(api_key="sk-ok@usage", base_url=server("infery"), max_retries=0) as client:
        cost = client.embeddings.create(model="embedding", input="Hello there").usage.prompt_tokens
        usage = client.get("/usage", cast_to=object, options={"params": {"group_by": "model"}})

    assert [(row["model"], row["prompt_tokens"]) for row in usage["data"]] == [("embedding", cost)]
