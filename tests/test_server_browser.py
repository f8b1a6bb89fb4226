"""A web page of another origin can call the reference server."""

from __future__ import annotations

import pytest

import gateway_contract

PAGE = {"origin": "https://app.example"}
WANTED = "authorization,content-type,x-stainless-lang"
PREFLIGHT = {**PAGE, "access-control-request-method": "POST", "access-control-request-headers": WANTED}


@pytest.mark.parametrize("gateway", [None, "ofox"])
@pytest.mark.parametrize("protocol", ["openai", "anthropic", "gemini"])
def test_preflight_allows_what_it_asks_for(server, http, gateway, protocol):
    root = server(gateway).removesuffix("/v1")
    base = gateway_contract.load(gateway).bases[protocol]

    answer = http.options(f"{root}{base}/any/path", headers=PREFLIGHT)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == WANTED


@pytest.mark.parametrize("fields", [{}, {"stream": True}, {"model": "no-such-model"}])
@pytest.mark.parametrize("key", ["sk-ok", "sk-nobody"])
def test_page_may_read_every_answer_and_its_headers(chat, fields, key):
    answer = chat(headers=PAGE, key=key, **fields)

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == "*"


def test_other_clients_get_no_such_headers(chat, server, http):
    assert not [name for name in chat().headers if name.startswith("access-control")]
    assert http.options(f"{server()}/chat/completions").status_code == 401
