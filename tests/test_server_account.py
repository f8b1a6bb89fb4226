"""The reference server reports an account, its plan, and its usage by day."""

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

CONTRACT = gateway_contract.load("foxora")


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, *moment: int) -> None:
        self.now = datetime(*moment, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock(2026, 11, 20, 15, 30)


@pytest.fixture
def store(clock):
    return Store(clock=clock)


@pytest.fixture
def get(store):
    """`get(path, query=None, key="sk-ok")`: the reply to one request."""
    service = Service(CONTRACT, fixtures.load(), store)

    def send(path, query=None, key="sk-ok"):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        call = Call("0" * 32, "GET", path, headers, b"", CONTRACT)
        call.query = {name: [value] for name, value in (query or {}).items()}
        return service.respond(call)

    return send


@pytest.mark.parametrize("key", ["sk-ok", "sk-free", "sk-pro", "sk-team", "sk-ok@someone"])
def test_account_keeps_the_contract(get, key):
    body = get("/me", key=key).body

    assert CONTRACT.operations["getAccount"].response_problem(200, body) is None


@pytest.mark.parametrize(
    ("key", "plan", "requests", "tokens", "cap"),
    [
        ("sk-free", "free", 30, 40_000, 1),
        ("sk-pro", "pro", 300, 400_000, 100),
        ("sk-team", "team", 1500, 2_000_000, 1000),
    ],
)
def test_plan_has_its_limits(get, key, plan, requests, tokens, cap):
    body = get("/me", key=key).body

    assert body["plan"]["id"] == plan
    assert body["limits"] == {
        "requests_per_minute": requests,
        "tokens_per_minute": tokens,
        "monthly_spend_cap_usd": cap,
    }


@pytest.mark.parametrize(
    ("moment", "renews"),
    [((2026, 11, 20), "2026-12-01"), ((2026, 12, 31), "2027-01-01"), ((2028, 1, 31), "2028-02-01")],
)
def test_plan_renews_with_the_month(get, clock, moment, renews):
    clock.now = Clock(*moment).now

    assert get("/me").body["plan"]["renews_at"] == f"{renews}T00:00:00Z"


def test_month_holds_what_was_booked_in_it(get, store, clock):
    for moment, tokens in (((2026, 10, 31), 1000), ((2026, 11, 1), 10), ((2026, 11, 20), 1)):
        clock.now = Clock(*moment).now
        store.book("first", "sk-ok-2", "echo", tokens, tokens, 2.5)
    store.book("second", "sk-ok-other", "echo", 5000, 5000, 9.0)

    assert get("/me").body["usage"] == {"requests_this_month": 2, "tokens_this_month": 22, "spend_usd": 0.05}


def test_keys_of_one_account_see_the_same(get):
    assert get("/me").body == get("/me", key="sk-ok-2").body
    assert get("/me").body["id"] != get("/me", key="sk-ok-other").body["id"]


def test_days_are_told_one_by_one(get, store, clock):
    store.book("first", "sk-ok", "echo", 7, 3, 0.5)
    clock.now -= 2 * DAY
    store.book("first", "sk-ok", "echo", 5, 1, 0.25)
    clock.now += 2 * DAY

    body = get("/me/usage", {"days": "3"}).body

    assert CONTRACT.operations["getAccountUsage"].response_problem(200, body) is None
    assert body == [
        {"date": "2026-11-18", "requests": 1, "input_tokens": 5, "output_tokens": 1, "spend_usd": 0.0025},
        {"date": "2026-11-19", "requests": 0, "input_tokens": 0, "output_tokens": 0, "spend_usd": 0},
        {"date": "2026-11-20", "requests": 1, "input_tokens": 7, "output_tokens": 3, "spend_usd": 0.005},
    ]


@pytest.mark.parametrize(("days", "count"), [(None, 30), ("1", 1), ("2.0", 2), ("99999999999999999999", 366)])
def test_number_of_days(get, days, count):
    assert len(get("/me/usage", {"days": days} if days else {}).body) == count


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "many", ""])
def test_wrong_number_of_days_is_refused(get, days):
    reply = get("/me/usage", {"days": days})

    assert reply.status == 400
    assert reply.body["error"]["param"] == "days"


@pytest.mark.parametrize("path", ["/me", "/me/usage"])
@pytest.mark.parametrize(
    ("key", "status"),
    [(None, 401), ("sk-nobody", 401), ("sk-restricted", 403), ("sk-rate-limited", 429), ("sk-spend-limited", 200)],
)
def test_state_of_a_key_decides_the_status(get, path, key, status):
    assert get(path, key=key).status == status


def test_chat_is_counted_at_once(server, chat, http):
    headers = {"authorization": "Bearer sk-ok@counted"}
    url = f"{server('foxora')}/me"
    before = http.get(url, headers=headers).json()["usage"]

    cost = chat(key="sk-ok@counted", gateway="foxora").json()["usage"]["total_tokens"]

    after = http.get(url, headers=headers).json()["usage"]
    assert after["requests_this_month"] == before["requests_this_month"] + 1
    assert after["tokens_this_month"] == before["tokens_this_month"] + cost


@pytest.mark.parametrize("gateway", [None, "ofox", "foxapi", "infery"])
def test_other_gateways_have_no_account(server, http, gateway):
    response = http.get(f"{server(gateway)}/me", headers={"authorization": "Bearer sk-ok"})

    assert response.status_code == 404


def test_official_client_reaches_the_routes(server):
    with openai.OpenAI(api_key="sk-ok", base_url=server("foxora"), max_retries=0) as client:
        account = client.get("/me", cast_to=object)
        days = client.get("/me/usage", cast_to=object, options={"params": {"days": 30}})

    assert account["plan"]["id"] == "pro"
    assert len(days) == 30


def test_account_that_is_refused_for_its_spending_has_reached_its_cap(get):
    body = get("/me", key="sk-spend-limited").body
    days = get("/me/usage", {"days": "31"}, key="sk-spend-limited").body

    assert body["usage"]["spend_usd"] == body["limits"]["monthly_spend_cap_usd"]
    assert sum(day["spend_usd"] for day in days) == body["usage"]["spend_usd"]
    assert sum(day["requests"] for day in days) == body["usage"]["requests_this_month"] > 0
