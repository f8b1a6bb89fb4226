"""The server plays each gateway: its shapes, statuses, headers, limits and fallbacks."""

from __future__ import annotations

import copy
import json

import pytest

import gateway_contract
from gateway_contract import Contract
from reference_server import fixtures
from reference_server.service import Service
from reference_server.state.frozen import FrozenClock
from reference_server.state.store import Store
from reference_server.wire.call import Call


def gateway(**rules):
    """A gateway with some rules of its own."""
    document = copy.deepcopy(gateway_contract.load().document)
    document["x-gateway"].update(rules)
    return Service(Contract("altered", document), fixtures.load(), Store(clock=lambda: 1000.0))


def ask(service, key="sk-ok", headers=(), **fields):
    body = {"model": "echo", "messages": [{"role": "user", "content": "Hello"}], **fields}
    known = {"authorization": f"Bearer {key}", "content-type": "application/json", **dict(headers)}
    call = Call(service.store.ids(), "POST", "/chat/completions", known, json.dumps(body).encode(), service.contract)
    return service.respond(call)


REQUEST = {"mode": "request", "signal": "body"}
DASHBOARD = {"mode": "dashboard", "signal": "headers"}
HEADERS = {"request_id": "x-request-id", "uuid": True, "credits": "x-credits-used", "model_used": "x-model-used"}


@pytest.mark.parametrize(
    ("first", "fallback", "model"),
    [
        ("echo", ["slow"], "echo"),
        ("upstream-error", ["echo"], "echo"),
        ("rate-limited-upstream", ["maintenance", "internal-error", "slow", "echo"], "slow"),
        ("upstream-error", ["no-such-model", "echo"], "echo"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_first_working_model_serves(first, fallback, model, stream):
    reply = ask(
        gateway(fallback=REQUEST), model=first, provider={"fallback": fallback, "routing": "cost"}, stream=stream
    )

    named = [chunk["model"] for chunk in reply.chunks] or [reply.body["model"]]
    assert reply.status == 200
    assert set(named) == {model}


@pytest.mark.parametrize(
    ("fields", "status"), [({"model": "no-such-model"}, 404), ({"n": 0}, 400), ({"model": "forbidden-model"}, 403)]
)
def test_client_errors_trigger_no_fallback(fields, status):
    assert ask(gateway(fallback=REQUEST), **{"provider": {"fallback": ["echo"]}, **fields}).status == status


def test_exhausted_fallbacks_say_so():
    reply = ask(gateway(fallback=REQUEST), model="upstream-error", provider={"fallback": ["maintenance"]})

    assert reply.status == 502
    assert reply.body["error"]["code"] == "all_fallbacks_failed"


def test_fallbacks_of_a_request_are_ignored_where_nobody_documents_them():
    assert ask(gateway(), model="upstream-error", provider={"fallback": ["echo"]}).status == 502


def test_chain_is_told_in_headers():
    reply = ask(gateway(fallback=DASHBOARD, headers=HEADERS), model="chain")

    assert reply.body["model"] == "echo"
    assert reply.headers["x-model-used"] == "echo"
    assert reply.headers["x-fallback-from"] == "chain"
    assert reply.headers["x-fallback-depth"] == "2"


def test_no_fallback_is_told_when_none_ran():
    reply = ask(gateway(fallback=DASHBOARD, headers=HEADERS))

    assert reply.headers["x-model-used"] == "echo"
    assert not {"x-fallback-from", "x-fallback-depth"} & reply.headers.keys()


def test_chain_is_not_taken_when_it_is_disabled():
    reply = ask(gateway(fallback=DASHBOARD, headers=HEADERS), model="chain", headers={"x-disable-fallback": "true"})

    assert reply.status == 502


def test_credits_stand_in_header_and_body():
    reply = ask(gateway(headers=HEADERS))

    assert float(reply.headers["x-credits-used"]) == reply.body["credits_used"] > 0


@pytest.mark.parametrize("fields", [{}, {"stream_options": {"include_usage": True}}])
def test_trailer_has_two_usage_chunks(fields):
    reply = ask(gateway(headers=HEADERS, stream={"trailer": "usage"}), stream=True, **fields)

    *_, provider, own, done = reply.events
    assert done == "[DONE]"
    assert [chunk["choices"] for chunk in (provider, own)] == [[], []]
    assert provider["usage"] == own["usage"]
    assert own["credits_used"] > 0
    assert {key: own[key] for key in ("id", "object", "created", "model")}.items() <= provider.items()


@pytest.mark.parametrize(
    ("scope", "statuses"), [("account", [200, 200, 429]), ("team", [200, 200, 429]), ("key", [200] * 3)]
)
def test_scope_decides_who_shares_a_limit(scope, statuses):
    limits = {"scope": scope, "signals": ["retry-after"], "retry_after": 7, "requests_per_minute": 200}
    service = gateway(limits=limits)

    assert [ask(service, key=key).status for key in ("sk-limited-2", "sk-limited-2b", "sk-limited-2b")] == statuses
    assert ask(service, key="sk-rate-limited").headers["retry-after"] == "7"
    assert ask(service, key="sk-rate-limited").headers["x-ratelimit-limit-requests"] == "200"


def test_errors_speak_as_documented():
    errors = {
        "fields": ["message"],
        "status": {"missing_field": [422]},
        "codes": {"missing_field": ["invalid"]},
        "types": {"missing_field": ["bad"]},
    }

    reply = ask(gateway(errors=errors), messages=None)
    missing = ask(gateway(errors=errors), messages=[{"content": "x"}])

    assert reply.status == 400
    assert missing.status == 422
    assert missing.body["error"] | {"message": ""} == {
        "message": "",
        "type": "bad",
        "param": "messages[0].role",
        "code": "invalid",
    }


@pytest.mark.parametrize("name", [None, *gateway_contract.names()])
@pytest.mark.parametrize(
    "fields",
    [{}, {"n": 2}, {"stream": True, "n": 2, "stream_options": {"include_usage": True}}, {"model": "none"}, {"n": 0},
     {"messages": []}, {"model": "upstream-error"}, {"model": "maintenance"},
     {"response_format": {"type": "json_object"}}],
    ids=str,
)  # fmt: skip
def test_every_gateway_keeps_its_contract(name, fields):
    contract = gateway_contract.load(name)
    service = Service(contract, fixtures.load(), Store())
    operation = contract.operations["createChatCompletion"]

    reply = ask(service, **fields)

    if reply.events is None:
        assert operation.response_problem(reply.status, reply.body) is None
    assert [operation.event_problem(chunk) for chunk in reply.chunks] == [None] * len(reply.chunks)


@pytest.mark.parametrize("name", [None, *gateway_contract.names()])
@pytest.mark.parametrize("key", sorted(fixtures.load().keys))
def test_every_gateway_keeps_its_contract_for_every_key(name, key):
    contract = gateway_contract.load(name)
    service = Service(contract, fixtures.load(), Store())

    reply = ask(service, key=key)

    assert contract.operations["createChatCompletion"].response_problem(reply.status, reply.body) is None


PATHS = {"listModels": "/models", "retrieveModel": "/models/openai/gpt-4o"}
DOCUMENTED = [
    (name, one)
    for name in (None, *gateway_contract.names())
    for one in PATHS
    if one in gateway_contract.load(name).operations
]


@pytest.mark.parametrize(("name", "operation"), DOCUMENTED)
def test_every_gateway_lists_models_as_documented(name, operation):
    contract = gateway_contract.load(name)
    service = Service(contract, fixtures.load(), Store())

    reply = service.respond(
        Call(service.store.ids(), "GET", PATHS[operation], {"authorization": "Bearer sk-ok"}, b"", contract)
    )

    assert reply.status == 200
    assert contract.operations[operation].response_problem(200, reply.body) is None


def test_every_operation_has_a_handler():
    from reference_server.routes import handlers

    for name in (None, *gateway_contract.names()):
        without = gateway_contract.load(name).operations.keys() - handlers().keys()
        assert not without, "write a handler in reference_server/routes/"


@pytest.mark.parametrize("gateway", [None, "infery"])
def test_field_that_is_not_documented_is_ignored(gateway, server, http):
    """A gateway that does not document `provider` ignores it."""
    body = {"model": "echo", "messages": [{"role": "user", "content": "Hello."}], "provider": 7}

    answer = http.post(f"{server(gateway)}/chat/completions", json=body, headers={"authorization": "Bearer sk-ok"})

    assert answer.status_code == 200


def test_messages_are_the_documented_ones(server, http, chat):
    missing = http.post(f"{server('foxora')}/chat/completions", json={}, headers={"authorization": "Bearer sk-ok"})
    wrong_key = chat(gateway="ofox", key="sk-nobody")

    assert missing.json()["error"]["message"] == "The 'model' field is required."
    assert wrong_key.json()["error"]["message"] == "The provided API Key is invalid. Please check and try again."


@pytest.mark.parametrize(
    ("name", "key", "ceiling"),
    [("foxora", "sk-free", 30), ("foxora", "sk-pro", 300), ("foxora", "sk-team", 1500), ("ofox", "sk-pro", 200)],
)
def test_plan_is_refused_beyond_its_requests_of_a_minute(name, key, ceiling):
    clock = FrozenClock()
    service = Service(gateway_contract.load(name), fixtures.load(), Store(clock))

    statuses = [ask(service, key=key).status for _ in range(ceiling)]
    refused = ask(service, key=key)

    assert set(statuses) == {200}
    assert refused.status == 429
    assert refused.headers["x-ratelimit-limit-requests"] == str(ceiling)
    clock.advance(float(refused.headers["retry-after"]))
    assert ask(service, key=key).status == 200


def test_plan_is_refused_beyond_its_tokens_of_a_minute():
    clock = FrozenClock()
    service = Service(gateway_contract.load("foxora"), fixtures.load(), Store(clock))
    long = [{"role": "user", "content": "word " * 40_000}]

    assert ask(service, key="sk-free", messages=long).status == 200
    refused = ask(service, key="sk-free")

    assert refused.status == 429
    assert refused.headers["x-ratelimit-limit-tokens"] == "40000"
    clock.advance(float(refused.headers["retry-after"]))
    assert ask(service, key="sk-free").status == 200


def test_other_keys_have_no_ceiling():
    service = Service(gateway_contract.load("foxora"), fixtures.load(), Store())

    assert {ask(service).status for _ in range(310)} == {200}


def test_gateway_chooses_among_the_models_of_a_request():
    service = gateway(fallback=REQUEST)
    config = {"models": ["upstream-error", "slow"], "preference": "cost"}

    assert ask(service, model="auto").status == 200
    assert ask(service, model="auto", model_routing_config={"models": ["slow"]}).body["model"] == "slow"
    failed = ask(service, model="auto", model_routing_config=config, provider={"fallback": ["echo"]})
    assert failed.body["model"] == "slow"
    assert ask(gateway(), model="auto").status == 404


NATIVE = {
    "anthropic": ("/anthropic/v1/messages", {"max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}),
    "gemini": (
        "/gemini/v1beta/models/upstream-error:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
    ),
}


@pytest.mark.parametrize(
    ("fallback", "status"), [(["maintenance", "echo"], 200), (None, 502), ("echo", 400), ([1], 400)]
)
@pytest.mark.parametrize("protocol", NATIVE)
def test_fallbacks_of_a_request_are_alike_in_every_protocol(server, http, protocol, fallback, status):
    path, body = NATIVE[protocol]
    keys = dict.fromkeys(("x-api-key", "x-goog-api-key"), "sk-ok") | {"anthropic-version": "2023-06-01"}
    body = {"model": "upstream-error", "provider": {"fallback": fallback}, **body}

    answer = http.post(server("ofox").removesuffix("/v1") + path, json=body, headers=keys)

    assert answer.status_code == status
    assert status != 200 or "echo" in (answer.json().get("model"), answer.json().get("modelVersion"))


@pytest.mark.parametrize(
    ("modality", "listed", "missing"),
    [
        ("text", "gpt-4o", "gpt-image-1"),
        ("image", "gpt-image-1", "gpt-4o"),
        ("embedding", "text-embedding-3-small", "gpt-4o"),
        ("audio", "tts-1", "whisper-1"),
        ("smell", None, "gpt-4o"),
    ],
)
def test_models_of_one_kind(server, http, modality, listed, missing):
    headers = {"authorization": "Bearer sk-ok"}
    body = http.get(f"{server('infery')}/models", params={"modality": modality}, headers=headers).json()

    names = {model["id"] for model in body["data"]}
    assert listed in names or listed is None
    assert missing not in names


@pytest.mark.parametrize("name", ["foxora", "infery", "ofox"])
def test_model_has_real_values(server, http, name):
    body = http.get(f"{server(name)}/models", headers={"authorization": "Bearer sk-ok"}).json()

    assert "sample" not in str(body)
    model = next(model for model in body["data"] if model["id"].endswith("gpt-5.5"))
    assert set(gateway_contract.load(name).schema("Model")["properties"]) <= set(model)
    assert name != "foxora" or (model["provider"], model["context_window"]) == ("openai", 1_000_000)
